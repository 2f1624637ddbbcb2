"""Who of those that ordered under different keys is one buyer."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from shared.domain.mailboxes import Account
from shared.domain.workspace import FieldMap

Key = tuple[str, str]


class Part:
    """The orders that name their buyer alike, and all that they tell about it."""

    __slots__ = ("accounts", "companies", "identity", "is_joined", "keys", "rows", "segment")

    def __init__(self, identity: str) -> None:
        self.identity = identity
        self.segment = ""
        """`b2b` from the first such order on, else `dtc`, or `guest` where no order has a key."""
        self.keys: dict[Key, None] = {}
        self.rows: list[int] = []
        self.companies: dict[int, None] = {}
        self.accounts: dict[Account, None] = {}
        self.is_joined = False
        """Its rows come from several lots of orders, and so in no certain order."""

    @property
    def company(self) -> int | None:
        """Give the row of the company, the first that an order named."""
        return next(iter(self.companies), None)

    def add(
        self,
        rows: Sequence[int],
        segment: str,
        keys: Iterable[Key],
        company: int | None,
        account: Account | None,
    ) -> None:
        """Add orders that are alike."""
        self.is_joined = bool(self.rows)
        self.rows += rows
        if segment != self.segment:
            self.segment = _stronger(self.segment, segment)
        for key in keys:
            self.keys[key] = None
        if company is not None:
            self.companies[company] = None
        if account and account[1]:
            self.accounts[account] = None

    def take(self, other: "Part") -> None:
        """Add all that another part tells."""
        self.rows += other.rows
        self.segment = _stronger(self.segment, other.segment)
        self.keys |= other.keys
        self.companies |= other.companies
        self.accounts |= other.accounts
        self.is_joined = True


def joined(parts: Iterable[Part], field_map: FieldMap, shop_of: Sequence[str] = ()) -> list[Part]:
    """Join the parts that are one buyer, and give those that remain.

    A company is one by its company account, and by each key in the order of precedence: parts that
    share a value are one, unless stronger keys tell them apart. A part without a stronger key goes with
    the only one that has some; where there are two, it stays alone. A person is one by the customer
    account as well, unless more than `shared_key_limit` buyers order under it: a marketplace's.
    Two company accounts of one shop are two companies, whatever mailbox they share; `shop_of` gives the
    connection of each company's row. Companies and persons are never joined with each other.
    """
    parts = list(parts)
    companies = [part for part in parts if part.segment == "b2b"]
    persons = [part for part in parts if part.segment != "b2b"]
    precedence, limit = field_map.key_precedence, field_map.shared_key_limit
    b2b = _Joining(companies, precedence.b2b, limit, shop_of)
    return b2b.run() + _Joining(persons, precedence.dtc, limit).run()


class _Joining:
    """One run over parts of one segment: which of them have been joined so far."""

    def __init__(
        self, parts: Sequence[Part], precedence: Sequence[str], limit: int, shop_of: Sequence[str] = ()
    ) -> None:
        self._parts = parts
        self._shop_of = shop_of
        self._precedence = precedence
        self._limit = limit
        self._parent: dict[int, int] = {}
        self._ranks = {name: rank for rank, name in enumerate(precedence)}

    def run(self) -> list[Part]:
        self._join(lambda part: part.companies)
        for rank, name in enumerate(self._precedence):
            if name == "email":
                self._join(_accounts, rank, self._limit, is_weak=True)
            self._join(_values_of(name), rank, is_weak=name == "email")
        if "email" not in self._precedence:
            self._join(_accounts, len(self._precedence), self._limit, is_weak=True)
        return self._merged()

    def _join(
        self,
        values_of: Callable[[Part], Iterable[object]],
        rank: int = 0,
        limit: int | None = None,
        *,
        is_weak: bool = False,
    ) -> None:
        """Join what shares a value, unless keys stronger than `rank` tell it apart.

        What is weak, a clerk's mailbox or account, does not join two company accounts of one shop either.
        """
        sharing = self._sharing(values_of)
        if limit is not None:
            sharing = [parts for parts in sharing if len(parts) <= limit]
        anchored = self._anchored(rank) if sharing and rank else frozenset()
        shops = self._shops() if sharing and is_weak else {}
        anchored |= self._rivals(sharing, anchored, shops)
        for parts in sharing:
            loose = [at for at in parts if self._root(at) not in anchored]
            for at in loose[1:]:
                self._union(loose[0], at)
        self._attach(sharing, anchored, is_weak=is_weak)

    def _attach(self, sharing: Iterable[Sequence[int]], anchored: frozenset[int], *, is_weak: bool) -> None:
        """Join what nothing tells apart with the only one of those told apart that it shares a value with."""
        anchors: dict[int, set[int]] = defaultdict(set)
        for parts in sharing:
            roots = {self._root(at) for at in parts}
            for loose_root in roots - anchored:
                anchors[loose_root] |= roots & anchored
        joining: dict[int, list[int]] = defaultdict(list)
        for loose_root, found in anchors.items():
            if len(found) == 1:
                joining[found.pop()].append(loose_root)
        shops = self._shops() if joining and is_weak else {}
        for anchor, loose_roots in joining.items():
            doubled = _doubled(shops.get(root, frozenset()) for root in (anchor, *loose_roots))
            for loose_root in loose_roots:
                if doubled.isdisjoint(shops.get(loose_root, frozenset())):
                    self._union(anchor, loose_root)

    def _shops(self) -> dict[int, frozenset[str]]:
        """Give the shops that what is joined so far has company accounts of, by root."""
        found: dict[int, frozenset[str]] = {}
        for at, part in enumerate(self._parts):
            if part.companies:
                root = self._root(at)
                own = (self._shop_of[company] for company in part.companies)
                found[root] = found.get(root, frozenset()).union(own)
        return found

    def _rivals(
        self, sharing: Iterable[Sequence[int]], anchored: frozenset[int], shops: Mapping[int, frozenset[str]]
    ) -> frozenset[int]:
        """Give the roots with company accounts that would be joined with another account of the same shop."""
        near: dict[int, int] = {}
        for parts in sharing if shops else ():
            heads = sorted({_head(near, root) for root in map(self._root, parts) if root not in anchored})
            near |= dict.fromkeys(heads[1:], heads[0] if heads else 0)
        groups: dict[int, list[int]] = defaultdict(list)
        for root in shops.keys() - anchored:
            groups[_head(near, root)].append(root)
        return frozenset(
            root for group in groups.values() if _doubled(shops[each] for each in group) for root in group
        )

    def _sharing(self, values_of: Callable[[Part], Iterable[object]]) -> list[list[int]]:
        """Give the parts that share a value, for each value that several have."""
        first: dict[object, int] = {}
        sharing: dict[object, list[int]] = {}
        for at, part in enumerate(self._parts):
            for value in values_of(part):
                if first.setdefault(value, at) != at:
                    sharing.setdefault(value, [first[value]]).append(at)
        return list(sharing.values())

    def _anchored(self, rank: int) -> frozenset[int]:
        """Give the roots of what has a key that is stronger than `rank`."""
        return frozenset(
            self._root(at)
            for at, part in enumerate(self._parts)
            if any(self._ranks.get(name, rank) < rank for name, _ in part.keys)
        )

    def _root(self, at: int) -> int:
        while at in self._parent:
            at = self._parent[at]
        return at

    def _union(self, one: int, other: int) -> None:
        """Join two parts under the earlier one."""
        low, high = sorted((self._root(one), self._root(other)))
        if low != high:
            self._parent[high] = low

    def _merged(self) -> list[Part]:
        """Give the parts that remain; the strongest key among those joined names the buyer."""
        if not self._parent:
            return list(self._parts)
        groups: dict[int, list[Part]] = {}
        for at, part in enumerate(self._parts):
            groups.setdefault(self._root(at), []).append(part)
        remaining = []
        for members in groups.values():
            whole = members[0]
            whole.identity = min((self._strength(part.identity), part.identity) for part in members)[1]
            for part in members[1:]:
                whole.take(part)
            remaining.append(whole)
        return remaining

    def _strength(self, identity: str) -> float:
        """Rank what names a buyer; a company's account comes before a mailbox, which is one clerk's."""
        name = identity.partition(":")[0]
        if name == "company":
            return self._ranks.get("email", len(self._ranks)) - 0.5
        return self._ranks.get(name, len(self._ranks))


def _accounts(part: Part) -> Iterable[object]:
    return part.accounts


def _head(near: Mapping[int, int], root: int) -> int:
    while root in near:
        root = near[root]
    return root


def _doubled(shops: Iterable[frozenset[str]]) -> frozenset[str]:
    """Give the shops that more than one of these have."""
    counted = Counter(shop for each in shops for shop in each)
    return frozenset(shop for shop, count in counted.items() if count > 1)


def _values_of(name: str) -> Callable[[Part], Iterable[object]]:
    return lambda part: [value for key, value in part.keys if key == name]


def _stronger(one: str, other: str) -> str:
    if "b2b" in (one, other):
        return "b2b"
    return "dtc" if "dtc" in (one, other) else one or other

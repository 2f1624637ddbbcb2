"""Which emails lead straight to one record of a customer master, told whole batches at a time."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import compress
from operator import not_

from shared.domain.snapshot import Table

PRESENT_STATES = frozenset({"active", "on_hold", "blocked_shipping", "blocked_invoicing"})
"""A master record in another state takes no posting: reactivate it."""


class MasterEmails:
    """Of some emails, which do not lead straight to the one usable record that has them, and which nowhere.

    Of a master that knows nearly everybody, these are few.
    """

    def __init__(
        self,
        masters: Table,
        wanted: set[str],
        entity_of: Callable[[str], str],
        emails_of: Callable[[int], Sequence[str]],
    ) -> None:
        straight: dict[str, set[str]] = defaultdict(set)
        crooked: set[str] = set()
        for number in range(len(masters.batches)):
            emails = emails_of(number)
            found = set(emails)
            odd = _repeated(emails, found, [*straight.values(), crooked])
            states, companies = masters.part(number, "state"), masters.part(number, "company")
            if not PRESENT_STATES.issuperset(states):
                odd.update(compress(emails, map(not_, map(PRESENT_STATES.__contains__, states))))
            found -= odd
            crooked |= odd
            for known in straight.values() if odd else ():
                known.difference_update(odd)
            codes = set(companies)
            for code in codes:
                own = found
                if len(codes) > 1:
                    own = found.intersection(compress(emails, map(code.__eq__, companies)))
                straight[entity_of(code)] |= own
        serving_all = straight.pop("", set())
        self._of_none = wanted - serving_all
        self._of_any = self._of_none.difference(*straight.values())
        self._of = dict.fromkeys(straight, self._of_any)
        if len(straight) > 1:
            self._of = {entity: self._of_none - own for entity, own in straight.items()}
        self._nowhere = self._of_any - crooked

    def strangers(self, emails: set[str], entity: str, *, is_any: bool) -> set[str]:
        """Give those of these emails that lead to no record of an entity, or of any entity, by themselves."""
        return emails & (self._of_any if is_any else self._of.get(entity, self._of_none))

    def is_nowhere(self, email: str) -> bool:
        """Say whether it is certain that no record has an email."""
        return email in self._nowhere


def _repeated(emails: Sequence[str], found: set[str], earlier: Iterable[set[str]]) -> set[str]:
    """Give those that stand twice in a batch, or in an earlier one as well."""
    repeated = set().union(*(found & known for known in earlier))
    if len(found) < len(emails):
        repeated.update(email for email, times in Counter(emails).items() if times > 1)
    return repeated

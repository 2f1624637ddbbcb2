"""The email of every order, and what ties it to customer accounts: read once, a batch at a time."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import compress
from operator import ne, not_, or_

from shared.domain.buyer_keys import mailed
from shared.domain.mailboxes import Mailboxes, mailboxes
from shared.domain.records import CommerceCustomer, CompanyMember, Order
from shared.domain.snapshot import Snapshot
from shared.domain.timeline import COMMERCE, PLACED, timeline
from shared.domain.workspace import FieldMap

ByShop = dict[str, set[str]]
"""Customer accounts by connection."""
_STRONGER = ("vat", "account_reference", "company_id")


class Emails:
    """What all orders tell of emails, by the rules that the field map asks for.

    Of orders of one account and email the text is held once: later it need not be told from its like again.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        orders = snapshot.table(Order, *COMMERCE)
        business = _business_accounts(snapshot)
        self.by_row: list[str] = []
        self.others: set[str] = set()
        """The emails of orders that are not plainly a person's."""
        self.others_accounts: ByShop = defaultdict(set)
        """The accounts of those orders."""
        self.several: dict[str, dict[str, set[str]]] = defaultdict(dict)
        """The accounts that orders name with more than one email, or with and without one."""
        self._first: dict[str, dict[str, str]] = defaultdict(dict)
        self.distinct: set[str] = set()
        """All emails; "" may be among them."""
        rules = _Rules(snapshot.workspace.field_map)
        for number, batch in enumerate(orders.batches):
            shop = batch.connection
            accounts = orders.part(number, "customer_id")
            emails = self._held(shop, accounts, rules.of(orders.part(number, "email")))
            self.by_row += emails
            marks = [*_marks(orders.part(number, "company_id")), *_marks(orders.part(number, "is_b2b"))]
            if not business[shop].isdisjoint(accounts):
                marks.append(map(business[shop].__contains__, accounts))
            if "" in emails:
                marks.append(map(not_, emails))
            if marks:
                is_other = [*_any(marks)]
                self.others.update(compress(emails, is_other))
                self.others_accounts[shop].update(compress(accounts, is_other))

        for own in self._first.values():
            self.distinct.update(own.values())

    def of_accounts(self, accounts: Mapping[str, Iterable[str]]) -> set[str]:
        """Give all that orders of these accounts name as email; "" may be among it."""
        found: set[str] = set()
        for shop, own in accounts.items():
            first, several = self._first[shop], self.several[shop]
            for account in own:
                if account in several:
                    found |= several[account]
                elif account in first:
                    found.add(first[account])
        return found

    def forget_accounts(self) -> None:
        """Let go of what `of_accounts` needs: it is large."""
        self._first.clear()

    def _held(self, shop: str, accounts: Sequence[str], emails: Sequence[str]) -> list[str]:
        """Give the emails, those of one account as one text, and note the accounts that have several."""
        held = [*map(self._first[shop].setdefault, accounts, emails)]
        differs = [*map(ne, held, emails)]
        if True in differs:
            several = self.several[shop]
            for at in compress(range(len(held)), differs):
                if accounts[at]:
                    several.setdefault(accounts[at], {held[at]}).add(emails[at])
                held[at] = emails[at]
                self.distinct.add(emails[at])
        return held


class _Rules:
    """Applies the rules for emails, to each text once."""

    def __init__(self, field_map: FieldMap) -> None:
        self._field_map = field_map
        self._known: dict[str, str] = {}

    def of(self, emails: Sequence[str]) -> Sequence[str]:
        if not self._field_map.email_rules:
            return emails
        for email in set(emails).difference(self._known):
            self._known[email] = email and mailed("email", email, self._field_map)
        return [*map(self._known.__getitem__, emails)]


def emails_of_orders(snapshot: Snapshot) -> Emails:
    """Give what orders tell of emails, read once."""
    return snapshot.once(Emails, lambda: Emails(snapshot))


def mails(snapshot: Snapshot) -> list[str]:
    """Give the email of each order by the rules that the field map asks for."""
    return emails_of_orders(snapshot).by_row


def mailboxes_of(snapshot: Snapshot) -> Mailboxes:
    """Give which emails are one person's, by all stored orders that an email alone tells."""
    return snapshot.once(mailboxes, lambda: _mailboxes(snapshot))


def _mailboxes(snapshot: Snapshot) -> Mailboxes:
    told = emails_of_orders(snapshot)
    # Only emails of accounts that have several can be linked; of those, every order counts.
    linked = set().union(*(each for own in told.several.values() for each in own.values())) - {""}
    if not linked:
        return Mailboxes({}, frozenset())
    orders = snapshot.table(Order, *COMMERCE)
    states, placed_at = orders["state"], timeline(snapshot).placed_at
    rows = [
        row
        for row in compress(range(len(orders)), map(linked.__contains__, told.by_row))
        if states[row] in PLACED
    ]
    customer_of = orders.at("customer_id", rows)
    stronger = [orders.at(name, rows) for name in _STRONGER]
    telling = [
        ((orders.connections[row], customer_of[row]), told.by_row[row], placed_at[row])
        for row in rows
        if customer_of[row] and not any(column[row] for column in stronger)
    ]
    return mailboxes(telling, snapshot.workspace.field_map.shared_key_limit)


def emails_of_customers(snapshot: Snapshot, accounts: Mapping[str, set[str]]) -> set[str]:
    """Give the emails that customer accounts have themselves, by which an order without one may be known."""
    customers = snapshot.table(CommerceCustomer, *COMMERCE)
    found: set[str] = set()
    for number, batch in enumerate(customers.batches):
        own = accounts.get(batch.connection)
        if own and not own.isdisjoint(ids := customers.part(number, "id")):
            found.update(compress(customers.part(number, "email"), map(own.__contains__, ids)))
    field_map = snapshot.workspace.field_map
    return {mailed("email", email, field_map) for email in found if email}


def _business_accounts(snapshot: Snapshot) -> ByShop:
    """Give the customer accounts whose orders are a company's."""
    found: ByShop = defaultdict(set)
    members = snapshot.table(CompanyMember, *COMMERCE)
    for number, batch in enumerate(members.batches):
        found[batch.connection].update(members.part(number, "customer_id"))
    customers = snapshot.table(CommerceCustomer, *COMMERCE)
    for number, batch in enumerate(customers.batches):
        marks = [*_marks(customers.part(number, "company_id")), *_marks(customers.part(number, "is_b2b"))]
        if marks:
            found[batch.connection].update(compress(customers.part(number, "id"), _any(marks)))
    return found


def _marks(column: Sequence[object]) -> Iterator[Iterable[bool]]:
    """Say which values say anything; give nothing where none does."""
    if any(column):
        yield map(bool, column)


def _any(marks: Sequence[Iterable[bool]]) -> Iterable[bool]:
    first, *others = marks
    for other in others:
        first = map(or_, first, other)
    return first

"""The emails of orders by the rules that the field map asks for, and what all orders tell of them.

Emails are known by numbers: the same email has the same number, whoever ordered under it.
"""

from collections.abc import Collection, Iterable

from shared.domain.arrays import Array, np
from shared.domain.buyer_keys import mailed
from shared.domain.mailboxes import Mailboxes, mailboxes
from shared.domain.numbering import numbered
from shared.domain.records import CommerceCustomer, Order
from shared.domain.shoppers import Shoppers, shoppers
from shared.domain.snapshot import Snapshot, Table
from shared.domain.texts import Texts
from shared.domain.timeline import COMMERCE, timeline
from shared.domain.workspace import FieldMap

_STRONGER = ("vat", "account_reference", "company_id")


class Emails:
    """What all orders tell of emails."""

    def __init__(self, snapshot: Snapshot) -> None:
        as_stored = snapshot.table(Order, *COMMERCE).whole.texts("email")
        told = numbered(as_stored)
        self.of_orders = told.numbers[0]
        """By row, the number of the email; one may stand for no email."""
        self.distinct = as_stored.take(told.firsts)
        """Each email once, by its number."""
        if snapshot.workspace.field_map.email_rules:
            ruled = by_rules(self.distinct, snapshot.workspace.field_map)
            told = numbered(ruled)
            self.of_orders = told.numbers[0][self.of_orders]
            self.distinct = ruled.take(told.firsts)

    def at(self, rows: Iterable[int]) -> list[str]:
        """Give the emails of some orders."""
        return self.distinct.at(self.of_orders[np.asarray([*rows], np.int64)])

    def marked(self, emails: Collection[str]) -> Array:
        """Give a mark for each email, of which these have one."""
        marks = np.zeros(len(self.distinct), bool)
        marks[self.distinct.with_any(emails)[0]] = True
        return marks

    def of_accounts(self, accounts: Array, who: Shoppers) -> Array:
        """Mark all emails that orders of these accounts name."""
        marks = np.zeros(len(self.distinct), bool)
        marks[self.of_orders[accounts[who.of_orders]]] = True
        return marks


def by_rules(emails: Texts, field_map: FieldMap) -> Texts:
    """Give emails as the field map's rules have them."""
    if not field_map.email_rules:
        return emails
    told = numbered(emails)
    ruled = [each and mailed("email", each, field_map) for each in emails.at(told.firsts)]
    return Texts.of(ruled).take(told.numbers[0])


def emails_of_orders(snapshot: Snapshot) -> Emails:
    """Give what orders tell of emails, read once."""
    return snapshot.once(Emails, lambda: Emails(snapshot))


def are_others(snapshot: Snapshot) -> Array:
    """Mark the orders that are not plainly a person's: a company's, or without an email."""
    whole, told, who = snapshot.table(Order, *COMMERCE).whole, emails_of_orders(snapshot), shoppers(snapshot)
    found = (whole.texts("company_id").lengths > 0) | whole.coded("is_b2b").having(True)  # noqa: FBT003
    found |= told.marked({""})[told.of_orders]
    return found | _business_accounts(snapshot, who)[who.of_orders]


def have_several(snapshot: Snapshot) -> Array:
    """Mark the accounts that orders name with more than one email, or with and without one, found once."""
    return snapshot.once(have_several, lambda: _several(emails_of_orders(snapshot), shoppers(snapshot)))


def _several(told: Emails, who: Shoppers) -> Array:
    accounts = who.of_orders
    first = np.full(len(who.blank), -1, np.int32)
    first[accounts[::-1]] = told.of_orders[::-1]
    return who.marked(accounts[first[accounts] != told.of_orders]) & ~who.blank


def mailboxes_of(snapshot: Snapshot) -> Mailboxes:
    """Give which emails are one person's, by all stored orders that an email alone tells."""
    return snapshot.once(mailboxes, lambda: _mailboxes(snapshot))


def _mailboxes(snapshot: Snapshot) -> Mailboxes:
    told, who = emails_of_orders(snapshot), shoppers(snapshot)
    # Only emails of accounts that have several can be linked; of those, every order counts.
    linked = told.of_accounts(have_several(snapshot), who) & ~told.marked({""})
    if not linked.any():
        return Mailboxes({}, frozenset())
    orders, time = snapshot.table(Order, *COMMERCE), timeline(snapshot)
    is_telling = linked[told.of_orders] & time.is_placed & ~who.blank[who.of_orders]
    for name in _STRONGER:
        is_telling &= orders.whole.texts(name).lengths == 0
    rows = np.flatnonzero(is_telling).tolist()
    customers = orders.whole.texts("customer_id").at(rows)
    accounts = zip(map(orders.connections.__getitem__, rows), customers, strict=True)
    telling = [*zip(accounts, told.at(rows), time.placed_at.at(rows), strict=True)]
    return mailboxes(telling, snapshot.workspace.field_map.shared_key_limit)


def emails_of_customers(snapshot: Snapshot, accounts: Array) -> set[str]:
    """Give the emails that customer accounts have themselves, by which an order without one may be known."""
    customers = snapshot.table(CommerceCustomer, *COMMERCE)
    rows = np.flatnonzero(accounts[shoppers(snapshot).of_customers])
    found = customers.whole.texts("email").at(rows) if len(rows) else ()
    field_map = snapshot.workspace.field_map
    return {mailed("email", email, field_map) for email in found if email}


def _business_accounts(snapshot: Snapshot, who: Shoppers) -> Array:
    """Mark the customer accounts whose orders are a company's."""
    found = who.marked(who.of_members)
    customers: Table = snapshot.table(CommerceCustomer, *COMMERCE)
    is_business = customers.whole.coded("is_b2b").having(True)  # noqa: FBT003
    is_business = is_business | (customers.whole.texts("company_id").lengths > 0)
    found[who.of_customers[is_business]] = True
    return found

"""Which email addresses are one person's, because one customer account ordered under all of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

Account = tuple[str, str]
"""Connection and id of a customer account."""


@dataclass(frozen=True, slots=True)
class Mailboxes:
    """What all stored orders tell of customer accounts and the emails that they were placed under."""

    first: Mapping[str, str]
    """For each email of a person who used several, the one that the store saw first."""
    crowded: frozenset[Account]
    """Accounts under which more people order than can be one: a marketplace's, a call centre's."""


def mailboxes(orders: Sequence[tuple[Account, str, str]], limit: int) -> Mailboxes:
    """Tell it from account, email and instant of orders; an account of more emails than `limit` is crowded.

    Emails are one person's across accounts, too. Where that makes more than `limit`, they stay apart.
    """
    one: dict[Account, str] = {}
    several: dict[Account, dict[str, None]] = {}
    for account, email, _ in orders:
        if one.setdefault(account, email) != email:
            several.setdefault(account, {one[account]: None})[email] = None
    crowded = frozenset(account for account, emails in several.items() if len(emails) > limit)
    groups = _joined(emails for account, emails in several.items() if account not in crowded)
    seen_at: dict[str, str] = {}
    for _, email, moment in orders:
        if email in groups and moment < seen_at.get(email, "~"):
            seen_at[email] = moment
    first: dict[str, str] = {}
    for email, group in groups.items():
        if len(group) <= limit:
            first[email] = min(group, key=lambda each: (seen_at[each], each))
    return Mailboxes(first, crowded)


def _joined(sets: Iterable[Iterable[str]]) -> dict[str, set[str]]:
    """Give for each email all those that are linked with it."""
    groups: dict[str, set[str]] = {}
    for emails in sets:
        whole = set(emails)
        whole.update(*(groups[email] for email in emails if email in groups))
        groups.update(dict.fromkeys(whole, whole))
    return groups

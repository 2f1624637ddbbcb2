"""Which emails lead straight to one record of a customer master, told all at once."""

from collections.abc import Callable

from shared.domain.arrays import Array, np
from shared.domain.numbering import numbered
from shared.domain.snapshot import Table
from shared.domain.texts import Texts

PRESENT_STATES = frozenset({"active", "on_hold", "blocked_shipping", "blocked_invoicing"})
"""A master record in another state takes no posting: reactivate it."""


class MasterEmails:
    """Of some emails, each there once, which do not lead straight to the one usable record that has them.

    Of a master that knows nearly everybody, these are few.
    """

    def __init__(
        self, masters: Table, emails: Texts, is_own: Array, asked: Texts, entity_of: Callable[[str], str]
    ) -> None:
        # Those that are asked about come first and are distinct: an email's number is its place among them.
        numbers = numbered(asked, emails).numbers[1]
        rows = np.flatnonzero((numbers < len(asked)) & is_own)
        known = numbers[rows]
        times = np.bincount(known, minlength=len(asked))
        is_usable = masters.whole.coded("state").having(*PRESENT_STATES)[rows]
        companies = masters.whole.coded("company")
        row_of = np.zeros(len(asked), np.int64)
        row_of[known] = rows
        self._is_straight = times == 1
        self._is_straight[known[~is_usable]] = False
        self._company = companies.codes[row_of] if len(masters) else row_of
        self._entities = [entity_of(each) for each in companies.values]

    def strangers(self, emails: Array, entity: str, *, is_any: bool) -> Array:
        """Give those of these emails that lead to no record of an entity, or of any entity, by themselves."""
        is_known = self._is_straight[emails]
        if not is_any:
            serves = np.array([each in {"", entity} for each in self._entities] or [False], bool)
            is_known &= serves[self._company[emails]]
        return emails[~is_known]

"""The job that every engine does, and the files that it does it from.

Every order's buyer is looked up in the ledger's customer master by VAT number, then by email, then by name
and address; a key that several records have is skipped, and a record that takes no posting is none. The
invoices are added up by the order that they name, in the reporting currency, as far as they are posted in
the window. Each order has one reason:

`cancelled` it was cancelled; `matched` its worth is posted once; `missing` no invoice names it; `repeated`
several do; `outside` none of what names it is posted in the window; `different` what is posted is another
amount. Invoices that name no order are counted as orphans.
"""

from dataclasses import asdict, dataclass
from typing import Any

REASONS = ("cancelled", "different", "matched", "missing", "outside", "repeated")
LAST_DAY = "2026-11-20"
EURO = (85, 100)
"""What a euro is worth in the reporting currency, as a fraction of whole numbers."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the join came to."""

    absent_buyers: int
    """Buyers, each one email or company, whom no usable record stands for."""
    reasons: dict[str, int]
    gap: int
    """What is not posted of orders that are neither cancelled nor matched, in ten-thousandths."""
    orphans: int

    def as_json(self) -> dict[str, Any]:
        """Give it for machines."""
        return asdict(self)

"""The cohorts of the absent-customer cards: what kind of absence it is, what follows, what to do."""

from dataclasses import dataclass

from shared.domain.absence import Absence


@dataclass(frozen=True, slots=True)
class Cohort:
    """One kind of absence."""

    code: str
    label: str
    consequence: str
    action: str


GUEST = Cohort(
    "guest",
    "Guest without an email",
    "The order can only post to a holding customer",
    "Decide whether guests are promoted; if not, set the guest filter on this card",
)
AMBIGUOUS = Cohort(
    "ambiguous",
    "Several master records fit",
    "The order may post to the wrong account",
    "Merge the records named here, or decide which of them is this buyer",
)
INACTIVE = Cohort(
    "inactive_record",
    "Record inactive or blocked",
    "No document posts against the record",
    "Reactivate the record; do not create another",
)
OTHER_ENTITY = Cohort(
    "other_entity",
    "Known in another entity only",
    "The entity that the order belongs to cannot invoice it",
    "Extend the record to the expected entity",
)
VAT_NOT_KEYED = Cohort(
    "b2b_vat_not_keyed",
    "B2B, VAT number not keyed",
    "Reverse charge cannot be applied by itself",
    "Enter the VAT number from the shop on the master record",
)
RETURNING_DTC = Cohort(
    "returning_dtc_email_changed",
    "Returning DTC, email changed (suspected duplicate)",
    "A new record would split the customer's balance in two",
    "Update the email of the suggested record; do not create another",
)
SUSPECTED_B2B = Cohort(
    "b2b_suspected_duplicate",
    "B2B, suspected duplicate",
    "A new record would split the customer's balance in two",
    "Compare with the suggested record and merge; do not create another",
)
NEW_DTC = Cohort(
    "new_dtc_email_only",
    "New DTC, email only",
    "The order posts to a holding customer and its detail is lost",
    "Create the customer, or run the customer sync",
)
NEW_B2B = Cohort(
    "new_b2b_no_master",
    "New B2B, no master record",
    "The invoice line gets no VAT treatment and needs coding by hand",
    "Create the customer with its VAT number before the next invoice batch",
)

COHORTS = (
    NEW_DTC,
    RETURNING_DTC,
    NEW_B2B,
    VAT_NOT_KEYED,
    SUSPECTED_B2B,
    INACTIVE,
    OTHER_ENTITY,
    AMBIGUOUS,
    GUEST,
)
"""In the order in which a reading lists them."""

SUSPECTED_DUPLICATES = frozenset({RETURNING_DTC.code, SUSPECTED_B2B.code})

_BY_OUTCOME = {"ambiguous": AMBIGUOUS, "inactive": INACTIVE, "elsewhere": OTHER_ENTITY}


def cohort_of(absence: Absence) -> Cohort:
    """Give the one cohort that an absence belongs to."""
    if absence.lacks_vat:
        return VAT_NOT_KEYED
    if absence.match.outcome in _BY_OUTCOME:
        return _BY_OUTCOME[absence.match.outcome]
    if absence.buyer.segment == "guest":
        return GUEST
    is_b2b = absence.buyer.segment == "b2b"
    if absence.candidates:
        return SUSPECTED_B2B if is_b2b else RETURNING_DTC
    return NEW_B2B if is_b2b else NEW_DTC

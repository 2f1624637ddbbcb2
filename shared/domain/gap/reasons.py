"""Why a case is not settled: an ordered list in which the first that claims a case owns it.

So each case has one reason, and the rows' gaps add up to the whole gap (decision 6). The last reason
claims all.
"""

from dataclasses import replace

from shared.domain.gap import posting, unmapped
from shared.domain.gap.books import Books
from shared.domain.gap.cases import Case
from shared.domain.gap.reason import AR_CLERK, BC_CONSULTANT, CFO, Finding, Reason

REASONS = (
    Reason(unmapped.al_connector_error, "AL Connector Error", "Unmapped Customer", BC_CONSULTANT),
    Reason(unmapped.unmapped_customer, "Unmapped Customer", "Unmapped Customer", BC_CONSULTANT),
    Reason(unmapped.mapping_conflict, "Mapping Conflict", "Unmapped Customer", BC_CONSULTANT),
    Reason(unmapped.awaiting_sync, "Awaiting Sync", "Unmapped Customer", BC_CONSULTANT),
    Reason(unmapped.field_validation, "Field Validation", "Unmapped Customer", BC_CONSULTANT),
    Reason(posting.voided, "Voided", "Voided", AR_CLERK),
    Reason(posting.pending_approval_72h, "Pending Approval >72hrs", "Released-Not-Invoiced", CFO),
    Reason(posting.customer_blocked, "Customer.Blocked", "Released-Not-Invoiced", CFO),
    Reason(posting.released_not_invoiced, "Released-Not-Invoiced", "Released-Not-Invoiced", AR_CLERK),
    Reason(posting.credit_memo_matched, "Sales Credit Memo (matched)", "Sales Credit Memo", AR_CLERK),
    Reason(posting.credit_memo_pending, "Sales Credit Memo Pending", "Sales Credit Memo", AR_CLERK),
    Reason(posting.tax_reclassification, "Tax Reclassification", "Tax Reclassification", BC_CONSULTANT),
    Reason(posting.fx_translation, "FX Translation", "FX Translation", BC_CONSULTANT),
    Reason(posting.period_boundary, "Period Boundary", "Period Boundary", AR_CLERK),
    Reason(posting.edited_after_processing, "Edited After Processing", "Unknown", AR_CLERK),
    Reason(posting.unknown, "Unknown", "Unknown", BC_CONSULTANT),
)
"""In the order in which they claim."""


def reason_for(case: Case, books: Books) -> tuple[Reason, Finding] | None:
    """Give the one reason that owns a case; None for one that is settled.

    A return with a credit memo always has one: people look the pair up (REVGAP-11). A return of
    nothing needs no memo.
    """
    is_paired = case.is_return and case.credit_memos
    if abs(case.gap) <= books.tolerance and not is_paired and not case.shares_reference_with:
        return None
    for reason in REASONS:
        finding = reason.claim(case, books)
        if finding is not None:
            return reason, _with_shipping(case, books, finding)
    raise AssertionError  # the last reason claims all


def _with_shipping(case: Case, books: Books, finding: Finding) -> Finding:
    """Add the sub-reason of a gap that is just the shipping (REVGAP-21)."""
    if case.is_return or case.order is None or not case.invoices:
        return finding
    shipping = books.documents.rates.translate(
        books.orders["shipping_net"][case.order], case.commerce_currency
    )
    if not shipping or abs(abs(case.gap) - shipping) > books.tolerance:
        return finding
    return replace(finding, sub_reasons=(*finding.sub_reasons, "shipping"))

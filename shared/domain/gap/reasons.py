"""Why a case is not settled: an ordered list in which the first that claims a case owns it.

So each case has one reason, and the rows' gaps add up to the whole gap (decision 6). The last reason
claims all.
"""

from dataclasses import replace

from shared.domain.gap import ordered, posted, returned, unmapped
from shared.domain.gap.books import Books
from shared.domain.gap.cases import Case
from shared.domain.gap.reason import AR_CLERK, BC_CONSULTANT, CFO, Finding, Reason

REASONS = (
    Reason(unmapped.al_connector_error, "AL Connector Error", "Unmapped Customer", BC_CONSULTANT),
    Reason(unmapped.unmapped_customer, "Unmapped Customer", "Unmapped Customer", BC_CONSULTANT),
    Reason(unmapped.mapping_conflict, "Mapping Conflict", "Unmapped Customer", BC_CONSULTANT),
    Reason(unmapped.awaiting_sync, "Awaiting Sync", "Unmapped Customer", BC_CONSULTANT),
    Reason(unmapped.field_validation, "Field Validation", "Unmapped Customer", BC_CONSULTANT),
    Reason(ordered.voided, "Voided", "Voided", AR_CLERK),
    Reason(ordered.pending_approval_72h, "Pending Approval >72hrs", "Released-Not-Invoiced", CFO),
    Reason(ordered.customer_blocked, "Customer.Blocked", "Released-Not-Invoiced", CFO),
    Reason(ordered.released_not_invoiced, "Released-Not-Invoiced", "Released-Not-Invoiced", AR_CLERK),
    Reason(returned.credit_memo_matched, "Sales Credit Memo (matched)", "Sales Credit Memo", AR_CLERK),
    Reason(returned.credit_memo_pending, "Sales Credit Memo Pending", "Sales Credit Memo", AR_CLERK),
    Reason(posted.tax_reclassification, "Tax Reclassification", "Tax Reclassification", BC_CONSULTANT),
    Reason(posted.fx_translation, "FX Translation", "FX Translation", BC_CONSULTANT),
    Reason(posted.period_boundary, "Period Boundary", "Period Boundary", AR_CLERK),
    Reason(posted.edited_after_processing, "Edited After Processing", "Unknown", AR_CLERK),
    Reason(posted.unknown, "Unknown", "Unknown", BC_CONSULTANT),
)
"""In the order in which they claim."""


def is_settled(case: Case, books: Books) -> bool:
    """Say whether a case needs no reason.

    A return with a credit memo always has one: people look the pair up (REVGAP-11). A return of
    nothing needs no memo.
    """
    is_paired = case.is_return and case.credit_memos
    return abs(case.gap) <= books.tolerance(case) and not is_paired and not case.is_entangled


def reason_for(case: Case, books: Books) -> tuple[Reason, Finding]:
    """Give the one reason that owns a case which is not settled."""
    for reason in REASONS:
        finding = reason.claim(case, books)
        if finding is not None:
            shipping = shipping_of(case, books)
            if shipping:
                finding = replace(finding, sub_reasons=(*finding.sub_reasons, *shipping))
            return reason, finding
    raise AssertionError  # the last reason claims all


def shipping_of(case: Case, books: Books) -> tuple[str, ...]:
    """Give the sub-reason `shipping` where the two sides' shipping differs (REVGAP-21).

    Where no document tells what of it is shipping, a gap of just that amount does.
    """
    if case.is_return or not (case.invoices or case.sales_orders) or case.is_shared_out:
        return ()
    documents, tolerance = books.documents, books.tolerance(case)
    own = documents.rates.translate(books.orders["shipping_net"][case.row], case.commerce_currency)
    if case.sales_orders:
        told = documents.total(documents.sales_orders, case.sales_orders, "shipping_net")
    else:
        told = documents.total(documents.invoices, case.invoices, "shipping_net")
    if told:
        return ("shipping",) if abs(own - told) > tolerance else ()
    is_just_that = own and case.invoices and abs(abs(case.gap) - own) <= tolerance
    return ("shipping",) if is_just_that else ()

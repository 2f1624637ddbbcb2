"""Reasons for returns: the credit memo that stands for one, or is missing."""

from shared.domain.gap.books import Books
from shared.domain.gap.cases import Case
from shared.domain.gap.documents import living, posted_of
from shared.domain.gap.posted import posted_outside
from shared.domain.gap.reason import Finding


def credit_memo_matched(case: Case, books: Books) -> Finding | None:
    """Claim a return whose credit memo stands in the ledger for the same amount (REVGAP-11)."""
    if case.is_return and case.credit_memos and abs(case.gap) <= books.tolerance(case):
        return Finding("None")
    return None


def credit_memo_pending(case: Case, books: Books) -> Finding | None:
    """Claim a return without a posted credit memo, or with one over another amount (REVGAP-12).

    One that is posted in another period is no case for a second memo.
    """
    if not case.is_return or any(posted_outside(case, books)):
        return None
    table = books.documents.credit_memos
    drafts = [table["number"][row] for row in case.credit_memos if table["state"][row] == "draft"]
    if drafts:
        return Finding(f"Post credit memo {', '.join(drafts)}", ("draft",))
    if case.credit_memos:
        numbers = ", ".join(table["number"][row] for row in case.credit_memos)
        return Finding(
            f"Correct credit memo {numbers}: it differs from return {case.document_reference}",
            ("amount_differs",),
        )
    return _not_invoiced(case, books) or Finding(
        f"Create the credit memo for return {case.document_reference}"
    )


def _not_invoiced(case: Case, books: Books) -> Finding | None:
    """Claim a return on an order that the ledger never invoiced: there is nothing to credit."""
    found = books.order_documents(case)
    invoices = books.documents.invoices
    if found is None or posted_of(invoices, found.invoices):
        return None
    if found.invoices and not living(invoices, found.invoices):
        numbers = ", ".join(invoices["number"][row] for row in found.invoices)
        return Finding(f"None: the ledger took back {numbers}", ("not_invoiced",))
    return Finding(
        f"Take return {case.document_reference} off the order, or credit it once the order is invoiced",
        ("not_invoiced",),
    )

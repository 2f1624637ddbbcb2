"""Reasons for orders of which the ledger has no document."""

from shared.domain.gap.books import Books
from shared.domain.gap.cases import Case, has_no_documents
from shared.domain.gap.reason import Finding, age_hours, is_cancelled

GRACE_HOURS = 1
"""How long a connector may take before a missing sales order is put down to the customer."""
SYNC_HOURS = 24
"""How long a known customer's order may take before the mapping is to blame."""


def al_connector_error(case: Case, books: Books) -> Finding | None:
    """Claim an order that the connector tried to create and could not (REVGAP-19)."""
    failure = books.failure(case) if has_no_documents(case) else None
    if failure is None:
        return None
    again = (f"{failure.attempts} attempts",) if failure.is_recurring else ()
    action = f"Mend what the connector reports, then send {case.reference} again"
    return Finding(action, again, error=failure.reason)


def unmapped_customer(case: Case, books: Books) -> Finding | None:
    """Claim an order without a sales order: its customer is unknown, or the mapping (REVGAP-13)."""
    if not has_no_documents(case) or is_cancelled(case, books):
        return None
    if case.shares_reference_with or books.customer_failure(case):
        return None
    match = books.master_match(case)
    if match.row is None and match.outcome != "ambiguous" and age_hours(case, books) > GRACE_HOURS:
        action = (
            "Reactivate the customer record in Business Central"
            if match.outcome == "inactive"
            else "Create the customer in Business Central"
        )
        return Finding(action, ("customer_unknown",))
    if match.row is not None and age_hours(case, books) > SYNC_HOURS:
        number = books.masters["number"][match.row]
        return Finding(f"Mend the connector's mapping to customer {number}", ("connector_mapping",))
    return None


def mapping_conflict(case: Case, books: Books) -> Finding | None:
    """Claim an order that does not go together with documents or a customer one by one."""
    if case.shares_reference_with:
        return _shared_number(case)
    if case.contested:
        documents = ", ".join(case.contested)
        return Finding(
            f"Say which order {documents} is for: its sales order's number stands for several",
            ("shared_document",),
        )
    if case.repeats:
        return _repeated(case)
    if has_no_documents(case) and not is_cancelled(case, books):
        match = books.master_match(case)
        if match.outcome == "ambiguous":
            numbers = ", ".join(books.masters["number"][row] for row in match.others)
            return Finding(f"Merge the customer records {numbers}", ("ambiguous_customer",))
    return None


def _shared_number(case: Case) -> Finding:
    others = ", ".join(case.shares_reference_with)
    verb = "stands" if len(case.contested) == 1 else "stand"
    standing = f"; {', '.join(case.contested)} {verb} under it" if case.contested else ""
    action = f"Give this order a number of its own: {others} has the same{standing}"
    return Finding(action, ("shared_number",))


def _repeated(case: Case) -> Finding:
    steps = [
        f"{'Credit' if each.kind == 'invoice' else 'Delete'} {each.number}: {each.of} is for the same order"
        for each in case.repeats
    ]
    kinds = {"invoice": "duplicate_invoice", "sales_order": "duplicate_sales_order"}
    return Finding("; ".join(steps), tuple(dict.fromkeys(kinds[each.kind] for each in case.repeats)))


def awaiting_sync(case: Case, books: Books) -> Finding | None:
    """Claim a young order that the connector has not taken yet."""
    if not has_no_documents(case) or is_cancelled(case, books) or books.customer_failure(case):
        return None
    return Finding("Wait for the next run of the connector")


def field_validation(case: Case, books: Books) -> Finding | None:
    """Claim an order whose customer the ledger refused to create."""
    if not has_no_documents(case) or is_cancelled(case, books):
        return None
    failure = books.customer_failure(case)
    if failure is None:
        return None
    field = failure.field or "the field that the ledger names"
    return Finding(f"Fill in {field} for the customer, then send the order again", error=failure.reason)

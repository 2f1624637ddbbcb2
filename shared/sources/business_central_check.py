"""What a connection to Business Central lacks, found by reading one item of each entity set it needs."""

from collections.abc import Iterator

from shared.sources import business_central_documents as documents
from shared.sources import business_central_rows as rows
from shared.sources.business_central_companies import OPTIONAL, STANDARD, Company, lacks, shown
from shared.sources.business_central_custom import log_pages
from shared.sources.business_central_fields import select
from shared.sources.business_central_options import BusinessCentralOptions
from shared.sources.business_central_streams import (
    CONTACTS,
    CREDIT_MEMO_LINES,
    INVOICE_LINES,
    ORDER_LINES,
    approval_sets,
)
from shared.sources.odata import address
from shared.sources.odata_check import Part, lacking
from shared.sources.source import Finding, Probe


async def check(probe: Probe) -> tuple[Finding, ...]:
    """Name each company, entity set, field and permission that is missing, before the first pull."""
    options = probe.options
    found = [company for company in await shown(probe.client) if company.name in options.companies]
    missing = sorted(set(options.companies) - {company.name for company in found})
    findings = [
        Finding(f"company {name}", "Check the name, and the permission sets of the app") for name in missing
    ]
    for company in found:
        for part in _parts(probe, company):
            lacks_here = await lacking(probe.client, part)
            findings += [each for each in lacks_here if each not in findings]
        findings += await _unposted(probe, company)
    return tuple(findings)


def _parts(probe: Probe, company: Company) -> Iterator[Part]:
    """Give what is read of a company."""
    options: BusinessCentralOptions = probe.options
    columns: dict[str, tuple[str, dict[str, str]]] = {
        "customers": (select(rows.CustomerRow, CONTACTS.name), {}),
        **{
            inner.entity_set: (documents.columns(row, inner.name), {"$expand": inner.expansion})
            for row, inner in (
                (documents.OrderRow, ORDER_LINES),
                (documents.InvoiceRow, INVOICE_LINES),
                (documents.CreditMemoRow, CREDIT_MEMO_LINES),
            )
        },
        "currencyExchangeRates": (select(rows.RateRow), {}),
        "companyInformation": ("id,currencyCode", {}),
        **({} if options.privacy_page else {"contacts": ("id,privacyBlocked,lastModifiedDateTime", {})}),
        **{name: (select(rows.ApprovalRow), {}) for name in approval_sets(options)},
    }
    for name, (asked, params) in columns.items():
        if name not in options.without:
            is_optional = name in OPTIONAL
            advice = lacks(probe.client, name) if is_optional else ""
            url = company.url(name, STANDARD)
            yield Part(name, tuple(asked.split(",")), url, params, advice, is_fatal=not is_optional)
    for page, names in _custom(options):
        route, _, entity_set = page.rpartition("/")
        yield Part(
            entity_set,
            names,
            company.url(entity_set, route),
            {},
            f"No custom API page answers at {page}: publish it, or correct the option",
        )


def _custom(options: BusinessCentralOptions) -> Iterator[tuple[str, tuple[str, ...]]]:
    if options.privacy_page:
        yield options.privacy_page, ("number", options.privacy_field)
    for page in options.commerce_id_pages.values():
        yield page, ("id", options.commerce_id_field)
    for page, fields in log_pages(options):
        yield page, tuple(fields.values())


async def _unposted(probe: Probe, company: Company) -> tuple[Finding, ...]:
    """Say where customers are there but no sales document is.

    After a migration to the cloud the documents' sets are empty until each is touched.
    """
    for entity_set, is_wanted in (("customers", True), ("salesInvoices", False), ("salesOrders", False)):
        url = address(probe.client, company.url(entity_set), {"$select": "id", "$top": "1"})
        response = await probe.client.send("GET", url, tolerated={400, 403, 404})
        if not response.is_success or bool(response.json().get("value")) is not is_wanted:
            return ()
    return (
        Finding(
            f"sales documents of {company.name}",
            "There are customers but no sales order and no invoice: after a migration to the cloud "
            "Business Central shows a document in its API only once it was touched",
            is_fatal=False,
        ),
    )

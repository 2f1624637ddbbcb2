"""A simulated Dynamics 365 Finance & Operations: its data entities over OData.

Dates come at noon in UTC, amounts as JSON numbers, enumerations by name, no text as "". Without
`cross-company=true` only the user's default company answers.
"""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dev.vendors.entra import SECRETS, is_valid
from dev.vendors.facts import (
    Account,
    LedgerCreditMemo,
    LedgerCustomer,
    LedgerInvoice,
    LedgerSalesOrder,
)
from dev.vendors.odata import EntitySet, admit, answer, offered, refusal
from dev.vendors.vendor import endpoint

__all__ = ["ENTITY_SETS", "ROUTES", "SECRETS"]

_LARGEST_PAGE = 10_000

_HOLDS = {
    "active": "No",
    "inactive": "All",
    "on_hold": "Payment",
    "blocked": "All",
    "blocked_shipping": "Requisition",
    "blocked_invoicing": "Invoice",
}
_ORDER_STATES = {
    "released": "Backorder",
    "invoiced": "Invoiced",
    "closed": "Invoiced",
    "cancelled": "Canceled",
}
_FACTORS = ((Decimal("0.001"), "TenThousand", 10_000), (Decimal("0.1"), "Hundred", 100))

Item = dict[str, Any]


def _noon(day: date) -> str:
    return f"{day.isoformat()}T12:00:00Z"


def _customer(customer: LedgerCustomer) -> Item:
    address = customer.address
    is_person = customer.name == f"{address.first_name} {address.last_name}"
    return {
        "dataAreaId": customer.company,
        "CustomerAccount": customer.number,
        "PartyType": "Person" if is_person else "Organization",
        "OrganizationName": "" if is_person else customer.name,
        "PersonFirstName": address.first_name if is_person else "",
        "PersonLastName": address.last_name if is_person else "",
        "NameAlias": customer.name[:20],
        "CustomerGroupId": "30",
        "PrimaryContactEmail": address.email,
        "PrimaryContactPhone": address.phone,
        "AddressStreet": address.street,
        "AddressCity": address.city,
        "AddressZipCode": address.postcode,
        "AddressState": address.state,
        "AddressCountryRegionISOCode": address.country,
        "SalesCurrencyCode": customer.currency,
        "OnHoldStatus": _HOLDS[customer.state],
        "TaxExemptNumber": customer.vat,
        "TaxRegistrationId": "",
    }


def _order(order: LedgerSalesOrder, local_currency: str) -> Item:
    return {
        "dataAreaId": order.company,
        "SalesOrderNumber": order.number,
        "SalesOrderName": order.customer_name,
        "SalesOrderStatus": _ORDER_STATES.get(order.state, "None"),
        "SalesOrderProcessingStatus": "Active",
        "OrderingCustomerAccountNumber": order.customer_number,
        "InvoiceCustomerAccountNumber": order.customer_number,
        "CustomersOrderReference": order.reference,
        "CustomerRequisitionNumber": "",
        "CurrencyCode": order.currency or local_currency,
        "OrderCreationDateTime": f"{order.ordered_on.isoformat()}T09:00:00Z",
        "AreTotalsCalculated": "Yes",
        "IsSalesProcessingStopped": "No",
        "OrderTotalAmount": float(order.net + order.tax),
        "OrderTotalTaxAmount": float(order.tax),
    }


def _invoice(document: LedgerInvoice | LedgerCreditMemo, order_number: str, sign: int, currency: str) -> Item:
    return {
        "dataAreaId": document.company,
        "InvoiceNumber": document.number,
        "InvoiceDate": _noon(document.posted_on),
        "LedgerVoucher": f"ARV-{document.number}",
        "SalesOrderNumber": order_number,
        "InvoiceCustomerAccountNumber": document.customer_number,
        "CustomersOrderReference": document.reference,
        "CurrencyCode": document.currency or currency,
        "TotalInvoiceAmount": float(sign * (document.net + document.tax)),
        "TotalTaxAmount": float(sign * document.tax),
    }


def _invoices(account: Account) -> Iterator[Item]:
    """Give posted documents: a draft is not in the set, and a credit note has a negative total."""
    currency = account.local_currency
    for invoice in account.invoices:
        if invoice.state != "draft":
            yield _invoice(invoice, invoice.order_number, 1, currency)
    for memo in account.credit_memos:
        if memo.state != "draft":
            yield _invoice(memo, "", -1, currency)


def _rates(account: Account) -> Iterator[Item]:
    """Give rates, which no company owns; small ones are told for a hundred or ten thousand units."""
    seen = set()
    for rate in account.rates:
        if (rate.currency, rate.starts_on) in seen:
            continue
        seen.add((rate.currency, rate.starts_on))
        factor, units = next(((name, n) for limit, name, n in _FACTORS if rate.rate < limit), ("One", 1))
        yield {
            "RateTypeName": "Default",
            "FromCurrency": rate.currency,
            "ToCurrency": account.local_currency,
            "StartDate": _noon(rate.starts_on),
            "EndDate": "2154-12-31T12:00:00Z",
            "ConversionFactor": factor,
            "Rate": float(rate.rate * units),
        }


def _companies(account: Account) -> list[str]:
    """Give the legal entities: those that the account names, or else those that anything belongs to."""
    owned = {each.company for each in account.ledger_customers}
    owned |= {each.company for each in account.sales_orders}
    owned |= {each.company for each in account.invoices} | {each.company for each in account.credit_memos}
    return account.ledger_companies or sorted(owned | {"usmf"})


_READERS: dict[str, Callable[[Account], list[Item]]] = {
    "CustomersV3": lambda account: [_customer(each) for each in account.ledger_customers],
    "SalesOrderHeadersV2": lambda account: [
        _order(each, account.local_currency) for each in account.sales_orders
    ],
    "SalesInvoiceHeadersV2": lambda account: list(_invoices(account)),
    "ExchangeRates": lambda account: list(_rates(account)),
    "LegalEntities": lambda account: [
        {"LegalEntityId": code.upper(), "Name": code.upper()} for code in _companies(account)
    ],
}
_FIELDS = {
    "CustomersV3": "dataAreaId CustomerAccount PartyType OrganizationName PersonFirstName PersonLastName "
    "NameAlias CustomerGroupId PrimaryContactEmail PrimaryContactPhone AddressStreet AddressCity "
    "AddressZipCode AddressState AddressCountryRegionISOCode SalesCurrencyCode OnHoldStatus "
    "TaxExemptNumber TaxRegistrationId",
    "SalesOrderHeadersV2": "dataAreaId SalesOrderNumber SalesOrderName SalesOrderStatus "
    "SalesOrderProcessingStatus OrderingCustomerAccountNumber InvoiceCustomerAccountNumber "
    "CustomersOrderReference CustomerRequisitionNumber CurrencyCode OrderCreationDateTime "
    "AreTotalsCalculated IsSalesProcessingStopped OrderTotalAmount OrderTotalTaxAmount",
    "SalesInvoiceHeadersV2": "dataAreaId InvoiceNumber InvoiceDate LedgerVoucher SalesOrderNumber "
    "InvoiceCustomerAccountNumber CustomersOrderReference CurrencyCode TotalInvoiceAmount TotalTaxAmount",
    "ExchangeRates": "RateTypeName FromCurrency ToCurrency StartDate EndDate ConversionFactor Rate",
    "LegalEntities": "LegalEntityId Name",
}
ENTITY_SETS = {
    name: EntitySet(fields=frozenset(fields.split()), largest_page=_LARGEST_PAGE)
    for name, fields in _FIELDS.items()
}


@endpoint
async def read(request: Request, account: Account) -> Response:
    """Answer a query over one entity set."""
    if not is_valid(request.headers.get("Authorization", "")):
        raise refusal(401, "", "Unauthorized")
    name = request.path_params["entity_set"]
    if name not in ENTITY_SETS:
        raise refusal(404, "", f"No HTTP resource was found that matches the request '{name}'.")
    admit(account, name)
    items = _READERS[name](account)
    if request.query_params.get("cross-company") != "true":
        default = _companies(account)[0]
        items = [item for item in items if item.get("dataAreaId", default) == default]
    root = str(request.url).partition("/data/")[0]
    return answer(request, offered(account, name, ENTITY_SETS[name]), items, f"{root}/data/$metadata#{name}")


ROUTES = [Route("/finance_operations/{account}/data/{entity_set}", read)]

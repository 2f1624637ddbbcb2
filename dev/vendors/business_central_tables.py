"""The entity sets of the simulated Business Central: their properties, and the facts they show."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from dev.vendors import business_central_documents as documents
from dev.vendors import business_central_rows as rows
from dev.vendors.facts import Account


@dataclass(frozen=True)
class Information:
    """That a company has a page about itself."""

    company: str


@dataclass(frozen=True, kw_only=True)
class Table:
    """An entity set: what can be asked for, and its items in one company."""

    fields: str
    """The names of its properties, a blank between."""
    facts: Callable[[Account], list[Any]]
    row: Callable[[Any, str, Account], rows.Item]
    computed: Collection[str] = ()
    """Properties that can be read, but neither filtered nor sorted by."""
    navigation: Mapping[str, str] = field(default_factory=dict)

    def rows(self, account: Account, company: str) -> list[rows.Item]:
        """Give the items that the company has."""
        first = rows.companies_of(account)[0]
        return [
            self.row(fact, company, account)
            for fact in self.facts(account)
            if (getattr(fact, "company", "") or first) == company
        ]


_DOCUMENT = (
    "id number externalDocumentNumber postingDate customerId customerNumber customerName currencyCode "
    "totalAmountExcludingTax totalTaxAmount totalAmountIncludingTax status lastModifiedDateTime"
)
_LINE = "id documentId sequence lineType lineObjectNumber description quantity netAmount"
_ORDER_LINE = f"{_LINE} shippedQuantity invoicedQuantity shipmentDate"

STANDARD = {
    "customers": Table(
        fields=(
            "id number displayName type addressLine1 addressLine2 city state country postalCode phoneNumber "
            "email website taxRegistrationNumber currencyCode blocked lastModifiedDateTime"
        ),
        computed=("taxRegistrationNumber", "currencyCode"),
        navigation={"contactsInformation": "contactId contactNumber contactName contactType"},
        facts=lambda account: account.ledger_customers,
        row=rows.customer_row,
    ),
    "contacts": Table(
        fields="id number type displayName contactBusinessRelation privacyBlocked lastModifiedDateTime",
        facts=lambda account: account.ledger_customers,
        row=rows.contact_row,
    ),
    "salesOrders": Table(
        fields=f"{_DOCUMENT} orderDate fullyShipped",
        computed=("currencyCode",),
        navigation={"salesOrderLines": _ORDER_LINE},
        facts=lambda account: [each for each in account.sales_orders if each.state in documents.ORDER_STATUS],
        row=documents.order_row,
    ),
    "salesInvoices": Table(
        fields=(
            f"{_DOCUMENT} invoiceDate dueDate customerPurchaseOrderReference orderId orderNumber "
            "remainingAmount"
        ),
        computed=("currencyCode", "remainingAmount"),
        navigation={"salesInvoiceLines": _LINE},
        facts=lambda account: account.invoices,
        row=documents.invoice_row,
    ),
    "salesCreditMemos": Table(
        fields=f"{_DOCUMENT} creditMemoDate dueDate invoiceId invoiceNumber",
        computed=("currencyCode", "invoiceId"),
        navigation={"salesCreditMemoLines": _LINE},
        facts=lambda account: account.credit_memos,
        row=documents.memo_row,
    ),
    "approvalEntries": Table(
        fields=("id tableId documentType documentNumber status dateTimeSentForApproval lastModifiedDateTime"),
        facts=lambda account: [each for each in account.approvals if not each.is_posted],
        row=rows.approval_row,
    ),
    "postedApprovalEntries": Table(
        fields="id tableId documentNumber status dateTimeSentForApproval lastModifiedDateTime",
        facts=lambda account: [each for each in account.approvals if each.is_posted],
        row=rows.posted_approval_row,
    ),
    "companyInformation": Table(
        fields="id displayName currencyCode lastModifiedDateTime",
        computed=("currencyCode",),
        facts=lambda account: [Information(company=name) for name in rows.companies_of(account)],
        row=rows.information_row,
    ),
    "currencyExchangeRates": Table(
        fields=(
            "id currencyCode startingDate exchangeRateAmount relationalCurrencyCode "
            "relationalExchangeRateAmount lastModifiedDateTime"
        ),
        facts=lambda account: account.rates,
        row=rows.rate_row,
    ),
}

_LOG = "id subject reference status startedAt finishedAt errorCode errorField errorMessage"

CUSTOM = {
    "customerPrivacy": Table(
        fields="id number privacyBlocked",
        facts=lambda account: account.ledger_customers,
        row=rows.privacy_row,
    ),
    "connectorLogEntries": Table(fields=_LOG, facts=lambda account: account.sync_log, row=rows.log_row),
    "skippedRecords": Table(fields=_LOG, facts=lambda account: account.skipped, row=rows.log_row),
    "orderCommerceIds": Table(
        fields="id commerceId",
        facts=lambda account: account.sales_orders,
        row=documents.commerce_row("order"),
    ),
    "invoiceCommerceIds": Table(
        fields="id commerceId", facts=lambda account: account.invoices, row=documents.commerce_row("invoice")
    ),
    "creditMemoCommerceIds": Table(
        fields="id commerceId",
        facts=lambda account: account.credit_memos,
        row=documents.commerce_row("credit memo"),
    ),
}

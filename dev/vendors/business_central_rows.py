"""Renders the facts of a ledger, but for its documents, as items of Business Central's entity sets."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from dev.vendors.facts import (
    Account,
    LedgerApproval,
    LedgerCustomer,
    LedgerRate,
    SyncLogEntry,
)

Item = dict[str, Any]

_BLANK = "_x0020_"
NO_TIME = "0001-01-01T00:00:00Z"
_SALES_HEADER = 36
_INVOICE_HEADER = 112


def guid(*parts: str) -> str:
    """Give the id that a thing has whenever it is asked for."""
    return str(uuid5(NAMESPACE_URL, "business-central:" + "/".join(parts)))


def companies_of(account: Account) -> tuple[str, ...]:
    """Give the names of an account's companies; the first is where facts without a company belong."""
    return tuple(account.ledger_companies) or ("CRONUS",)


def company_row(name: str) -> Item:
    """Give an item of companies."""
    return {
        "id": guid("company", name),
        "systemVersion": "29.0.0.0",
        "timestamp": 1,
        "name": name,
        "displayName": name,
        "businessProfileId": "",
    }


def time_text(moment: datetime) -> str:
    """Give a time as it is sent."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def day_text(day: date | None) -> str:
    """Give a date as it is sent; blank is the first day that there is."""
    return day.isoformat() if day else NO_TIME[:10]


def marked(row_id: str, modified: str) -> Item:
    """Give what every item begins with: the mark of its version, and its id."""
    return {"@odata.etag": f'W/"{guid("etag", row_id, modified)}"', "id": row_id}


_BLOCKED = {
    "active": _BLANK,
    "inactive": "All",
    "on_hold": "All",
    "blocked": "All",
    "blocked_shipping": "Ship",
    "blocked_invoicing": "Invoice",
}


def customer_row(customer: LedgerCustomer, company: str, account: Account) -> Item:
    """Give an item of customers."""
    address, modified = customer.address, time_text(customer.modified_at)
    return {
        **marked(guid("customer", company, customer.number), modified),
        "number": customer.number,
        "displayName": customer.name,
        "type": "Company" if address.company else "Person",
        "addressLine1": address.street,
        "addressLine2": "",
        "city": address.city,
        "state": address.state,
        "country": address.country,
        "postalCode": address.postcode,
        "phoneNumber": address.phone,
        "email": address.email,
        "website": "",
        "taxRegistrationNumber": customer.vat,
        "currencyCode": customer.currency or account.local_currency,
        "blocked": _BLOCKED[customer.state],
        "lastModifiedDateTime": modified,
        "contactsInformation": [
            {
                "contactId": guid("contact", company, customer.number),
                "contactNumber": f"CT-{customer.number}",
                "contactName": customer.name,
                "contactType": "Company" if address.company else "Person",
            }
        ],
    }


def contact_row(customer: LedgerCustomer, company: str, _: Account) -> Item:
    """Give an item of contacts: each customer has one."""
    modified = time_text(customer.contact_modified_at or customer.created_at)
    return {
        **marked(guid("contact", company, customer.number), modified),
        "number": f"CT-{customer.number}",
        "type": "Company" if customer.address.company else "Person",
        "displayName": customer.name,
        "contactBusinessRelation": "Customer",
        "privacyBlocked": customer.is_contact_blocked,
        "lastModifiedDateTime": modified,
    }


def approval_row(approval: LedgerApproval, company: str, _: Account) -> Item:
    """Give an item of approvalEntries."""
    requested = time_text(approval.requested_at)
    return {
        **marked(guid("approval", company, approval.id), requested),
        "tableId": _SALES_HEADER,
        "documentType": "Order",
        "documentNumber": approval.document_number,
        "status": "Canceled" if approval.state == "cancelled" else approval.state.capitalize(),
        "dateTimeSentForApproval": requested,
        "lastModifiedDateTime": requested,
    }


def posted_approval_row(approval: LedgerApproval, company: str, _: Account) -> Item:
    """Give an item of postedApprovalEntries, which knows its document by the posted number alone."""
    row = approval_row(approval, company, _)
    posted = {name: value for name, value in row.items() if name != "documentType"}
    return {**posted, "id": guid("posted approval", company, approval.id), "tableId": _INVOICE_HEADER}


def information_row(_: object, company: str, account: Account) -> Item:
    """Give the item of companyInformation."""
    return {
        **marked(guid("information", company), company),
        "displayName": company,
        "currencyCode": account.local_currency,
        "lastModifiedDateTime": "2020-01-01T00:00:00Z",
    }


def rate_row(rate: LedgerRate, company: str, _: Account) -> Item:
    """Give an item of currencyExchangeRates; small rates are told for a hundred units."""
    units = 100 if rate.rate < 1 else 1
    starts_on = day_text(rate.starts_on)
    return {
        **marked(guid("rate", company, rate.currency, starts_on), str(rate.rate)),
        "currencyCode": rate.currency,
        "startingDate": starts_on,
        "exchangeRateAmount": units,
        "relationalCurrencyCode": "",
        "relationalExchangeRateAmount": rate.rate * units,
        "lastModifiedDateTime": f"{starts_on}T06:00:00Z",
    }


def privacy_row(customer: LedgerCustomer, company: str, _: Account) -> Item:
    """Give an item of the custom page over customers' privacy."""
    customer_id = guid("customer", company, customer.number)
    return {
        **marked(customer_id, str(customer.is_privacy_blocked)),
        "number": customer.number,
        "privacyBlocked": customer.is_privacy_blocked,
    }


def log_row(entry: SyncLogEntry, company: str, _: Account) -> Item:
    """Give an item of the custom page over the connector's log."""
    has_ended = entry.state != "running"
    return {
        **marked(guid("log", company, entry.id), entry.state),
        "subject": entry.subject.capitalize() or _BLANK,
        "reference": entry.reference,
        "status": entry.state.capitalize(),
        "startedAt": time_text(entry.started_at),
        "finishedAt": time_text(entry.finished_at) if has_ended else NO_TIME,
        "errorCode": entry.error_code,
        "errorField": entry.error_field,
        "errorMessage": entry.error,
    }

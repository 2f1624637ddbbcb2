"""The simulated gateway's objects: the REST API's rows under the gateway's names, as a user sees them."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from dev.vendors.facts import Account
from dev.vendors.sage_intacct_rows import key_of, rows

_CONTACT = "contacts.default."
_PLACE = f"{_CONTACT}mailingAddress."
_MADE, _CHANGED = "audit.createdDateTime", "audit.modifiedDateTime"
_CUSTOMER = {
    "RECORDNO": "key",
    "CUSTOMERID": "id",
    "NAME": "name",
    "STATUS": "status",
    "TAXID": "taxId",
    "CURRENCY": "currency",
    "ONHOLD": "isOnHold",
    "DISPLAYCONTACT.EMAIL1": f"{_CONTACT}email1",
    "DISPLAYCONTACT.PHONE1": f"{_CONTACT}phone1",
    "DISPLAYCONTACT.MAILADDRESS.ADDRESS1": f"{_PLACE}addressLine1",
    "DISPLAYCONTACT.MAILADDRESS.CITY": f"{_PLACE}city",
    "DISPLAYCONTACT.MAILADDRESS.ZIP": f"{_PLACE}postCode",
    "DISPLAYCONTACT.MAILADDRESS.COUNTRYCODE": f"{_PLACE}isoCountryCode",
    "WHENCREATED": _MADE,
    "WHENMODIFIED": _CHANGED,
    "MEGAENTITYID": "entity.id",
    "VAT_NUMBER": "nsp::VAT_NUMBER",
}
_ORDER = {
    "RECORDNO": "key",
    "DOCNO": "documentNumber",
    "DOCID": "documentId",
    "DOCPARID": "documentType",
    "CUSTVENDID": "customer.id",
    "CUSTVENDNAME": "customer.name",
    "PONUMBER": "referenceNumber",
    "STATE": "state",
    "WHENCREATED": "txnDate",
    "CURRENCY": "txnCurrency",
    "TOTALENTERED": "totalInTxnCurrency",
    "WHENMODIFIED": _CHANGED,
}
_INVOICE = {
    "RECORDNO": "key",
    "RECORDID": "invoiceNumber",
    "STATE": "state",
    "CUSTOMERID": "customer.id",
    "CUSTOMERNAME": "customer.name",
    "DOCNUMBER": "referenceNumber",
    "CURRENCY": "currency.txnCurrency",
    "WHENCREATED": "invoiceDate",
    "TOTALENTERED": "totalTxnAmount",
    "MEGAENTITYID": "entity.id",
    "AUWHENCREATED": _MADE,
    "WHENMODIFIED": _CHANGED,
}
_ADJUSTMENT = {
    "RECORDNO": "key",
    "RECORDID": "adjustmentNumber",
    "STATE": "state",
    "CUSTOMERID": "customer.id",
    "CUSTOMERNAME": "customer.name",
    "DOCNUMBER": "documentNumber",
    "CURRENCY": "txnCurrency.currency",
    "WHENCREATED": "createdDate",
    "WHENPOSTED": "glPostingDate",
    "TOTALENTERED": "txnCurrency.totalEntered",
    "WHENMODIFIED": _CHANGED,
}
_AUDIT = {"OBJECTTYPE": "", "OBJECTKEY": "", "ACCESSMODE": "", "ACCESSTIME": ""}

TABLES: Mapping[str, Mapping[str, str]] = {
    "CUSTOMER": _CUSTOMER,
    "SODOCUMENT": _ORDER,
    "ARINVOICE": _INVOICE,
    "ARADJUSTMENT": _ADJUSTMENT,
    "AUDITHISTORY": _AUDIT,
}
"""Each object's fields, with the REST API's names of what stands in them."""
_OBJECTS = {
    "CUSTOMER": "accounts-receivable/customer",
    "SODOCUMENT": "order-entry/document::Sales Order",
    "ARINVOICE": "accounts-receivable/invoice",
    "ARADJUSTMENT": "accounts-receivable/adjustment",
}
_KINDS = {"customer": "customer", "order": "sodocument", "invoice": "arinvoice", "adjustment": "aradjustment"}
_LETTERS = {
    "draft": "I",
    "submitted": "S",
    "approved": "A",
    "converted": "C",
    "closed": "D",
    "declined": "R",
    "partiallyConverted": "P",
}
_WORDS = {"activeNonPosting": "active non-posting", "posted": "Posted", "reversed": "Reversed"}
_USUAL = {"locale": "en_US", "clock": "24", "dateformat": "/mdY", "gmtoffset": "+0000"}


def user_formatting(account: Account) -> dict[str, str]:
    """Give how the user writes dates and times."""
    return {**_USUAL, **account.formatting}


def cells_of(account: Account, name: str) -> list[dict[str, str]]:
    """Give an object's rows as texts, what is empty as nothing."""
    offset = user_formatting(account)["gmtoffset"]
    if name == "AUDITHISTORY":
        return [
            {
                "OBJECTTYPE": _KINDS[each.kind],
                "OBJECTKEY": f"{key_of(each.kind, each.company, each.number)}--REC",
                "ACCESSMODE": "D",
                "ACCESSTIME": _time(each.deleted_at, offset),
            }
            for each in account.deletions
        ]
    return [
        {field: _cell(name, source, row[source], offset) for field, source in TABLES[name].items()}
        for row in rows(account, _OBJECTS[name])
    ]


def _cell(table: str, name: str, value: Any, offset: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if name in {_MADE, _CHANGED}:
        return _time(datetime.fromisoformat(value), offset)
    if name.endswith("Date"):
        return date.fromisoformat(value).strftime("%m/%d/%Y")
    if name == "state" and table == "SODOCUMENT":
        return _LETTERS[value]
    return _WORDS.get(value, str(value)) if name in {"state", "status"} else str(value)


def _time(moment: datetime, offset: str) -> str:
    zone = datetime.strptime(offset, "%z").tzinfo
    return moment.astimezone(zone).strftime("%m/%d/%Y %H:%M:%S")

"""The XML gateway's objects, field by field under the names of the REST API, so that both read alike.

Dates and times are written as the web services user has them; what is read is told by `Formatting`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

from shared.sources.read import instant
from shared.sources.sage_intacct_readings import CREATED, MODIFIED

RECORD = "RECORDNO"
_DATE, _TIME = "%m/%d/%Y", "%m/%d/%Y %H:%M:%S"


@dataclass(frozen=True, slots=True)
class Table:
    """An object of the gateway."""

    name: str
    fields: Mapping[str, str]
    """The gateway's names by those of the REST API."""
    made: str
    """The field that tells when a row was made."""
    is_made_on_a_day: bool = False
    """`made` is a date, the document's own, and no time."""


TABLES = {
    "customers": Table(
        "CUSTOMER",
        {
            "key": RECORD,
            "id": "CUSTOMERID",
            "name": "NAME",
            "status": "STATUS",
            "isOnHold": "ONHOLD",
            "taxId": "TAXID",
            "entity.id": "MEGAENTITYID",
            "contacts.default.email1": "DISPLAYCONTACT.EMAIL1",
            "contacts.default.phone1": "DISPLAYCONTACT.PHONE1",
            "contacts.default.mailingAddress.addressLine1": "DISPLAYCONTACT.MAILADDRESS.ADDRESS1",
            "contacts.default.mailingAddress.city": "DISPLAYCONTACT.MAILADDRESS.CITY",
            "contacts.default.mailingAddress.postCode": "DISPLAYCONTACT.MAILADDRESS.ZIP",
            "contacts.default.mailingAddress.isoCountryCode": "DISPLAYCONTACT.MAILADDRESS.COUNTRYCODE",
            CREATED: "WHENCREATED",
            MODIFIED: "WHENMODIFIED",
        },
        made="WHENCREATED",
    ),
    "sales_orders": Table(
        "SODOCUMENT",
        {
            "key": RECORD,
            "documentNumber": "DOCNO",
            "state": "STATE",
            "customer.id": "CUSTVENDID",
            "customer.name": "CUSTVENDNAME",
            "referenceNumber": "PONUMBER",
            "txnDate": "WHENCREATED",
            "txnCurrency": "CURRENCY",
            "subtotalInTxnCurrency": "TOTALENTERED",
            "totalInTxnCurrency": "TOTALENTERED",
            MODIFIED: "WHENMODIFIED",
        },
        made="WHENCREATED",
        is_made_on_a_day=True,
    ),
    "invoices": Table(
        "ARINVOICE",
        {
            "key": RECORD,
            "invoiceNumber": "RECORDID",
            "state": "STATE",
            "customer.id": "CUSTOMERID",
            "customer.name": "CUSTOMERNAME",
            "referenceNumber": "DOCNUMBER",
            "invoiceDate": "WHENCREATED",
            "currency.txnCurrency": "CURRENCY",
            "totalTxnAmount": "TOTALENTERED",
            "entity.id": "MEGAENTITYID",
            CREATED: "AUWHENCREATED",
            MODIFIED: "WHENMODIFIED",
        },
        made="AUWHENCREATED",
    ),
    "credit_memos": Table(
        "ARADJUSTMENT",
        {
            "key": RECORD,
            "adjustmentNumber": "RECORDID",
            "state": "STATE",
            "customer.id": "CUSTOMERID",
            "customer.name": "CUSTOMERNAME",
            "documentNumber": "DOCNUMBER",
            "createdDate": "WHENCREATED",
            "glPostingDate": "WHENPOSTED",
            "txnCurrency.currency": "CURRENCY",
            "txnCurrency.totalEntered": "TOTALENTERED",
            MODIFIED: "WHENMODIFIED",
        },
        made="WHENCREATED",
        is_made_on_a_day=True,
    ),
}
_DATES = frozenset({"txnDate", "invoiceDate", "createdDate", "glPostingDate"})
_TIMES = frozenset({CREATED, MODIFIED})
_WORDS = frozenset({"state", "status"})
_LETTERS = {
    "S": "submitted",
    "A": "approved",
    "X": "partiallyApproved",
    "R": "declined",
    "I": "draft",
    "O": "pending",
    "D": "closed",
    "G": "inProgress",
    "C": "converted",
    "P": "partiallyConverted",
}


@dataclass(frozen=True, slots=True)
class Formatting:
    """How the web services user writes times: month, day and year, 24 hours, at this distance from UTC."""

    zone: tzinfo = UTC

    def time(self, moment: datetime) -> str:
        """Write an instant as the user would."""
        return moment.astimezone(self.zone).strftime(_TIME)

    def day(self, moment: datetime) -> str:
        """Write the day of an instant as the user would."""
        return moment.astimezone(self.zone).strftime(_DATE)

    def instant(self, written: str) -> str:
        """Read a time that the user's format has; what cannot be read stays, for its row to be refused."""
        try:
            moment = datetime.strptime(written, _TIME if " " in written else _DATE)  # noqa: DTZ007 - see next
        except ValueError:
            return written
        return instant(moment.replace(tzinfo=self.zone))


def zone_of(offset: str) -> tzinfo:
    """Read a distance from UTC, `-08:00` or `-0800`. Raises ValueError for anything else."""
    zone = datetime.strptime(offset, "%z").tzinfo
    if zone is None:
        raise ValueError
    return zone


def named(table: Table, cells: Mapping[str, str], formatting: Formatting) -> dict[str, Any]:
    """Give a row under the REST API's names, with dates, times and states; custom fields keep theirs."""
    own = set(table.fields.values())
    row: dict[str, Any] = {name: value for name, value in cells.items() if name not in own}
    for name, field in table.fields.items():
        value = cells.get(field, "")
        if name in _TIMES:
            value = formatting.instant(value)
        elif name in _DATES:
            value = _day(value)
        elif name in _WORDS:
            value = _word(value)
        row[name] = value or None
    return row


def _day(written: str) -> str:
    try:
        return datetime.strptime(written[:10], _DATE).date().isoformat()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return written


def _word(written: str) -> str:
    """Give a state as the REST API spells it: `Partially Converted` and `P` are `partiallyConverted`."""
    words: list[str] = re.findall(r"[A-Za-z]+", _LETTERS.get(written, written))
    first, *rest = words or [""]
    return first[:1].lower() + first[1:] + "".join(word.capitalize() for word in rest)

"""Dataverse accounts and contacts, and how each becomes a customer that waits for promotion.

Columns and their meaning: Microsoft's dual-write maps `Customers V3 - Accounts` and `Customers V3 -
Contacts`. A contact's `msdyn_contactpersonid` is a customer account only while `msdyn_sellable` is
true; else the same column numbers a contact person.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ConfigDict, Field

from shared.domain import keys
from shared.domain.deferred import Deferred
from shared.domain.records import CrmCustomer
from shared.sources.dataverse_columns import Text
from shared.sources.read import utc

_COUNTRY_CODE_LENGTH = 2


class CustomerRow(Deferred):
    """What accounts and contacts have in common; the mandatory columns of Finance come as extras."""

    model_config = ConfigDict(frozen=True, extra="allow")

    createdon: str = Field(min_length=10)
    statecode: int
    emailaddress1: Text = ""
    telephone1: Text = ""
    address1_line1: Text = ""
    address1_postalcode: Text = ""
    address1_country: Text = ""
    company_id: Text = Field(default="", alias="_msdyn_company_value")


class AccountRow(CustomerRow):
    """An item of accounts."""

    accountid: str = Field(min_length=1)
    name: Text = ""
    accountnumber: Text = ""
    customertypecode: int | None = None
    msdyn_taxexemptnumber: Text = ""
    msdyn_identificationnumber: Text = ""


class ContactRow(CustomerRow):
    """An item of contacts."""

    contactid: str = Field(min_length=1)
    fullname: Text = ""
    mobilephone: Text = ""
    msdyn_contactpersonid: Text = ""
    msdyn_sellable: bool | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What is known before the first item is read, and turns items into records."""

    host: str
    companies: Mapping[str, str]
    """Company codes (dataAreaIds) by the id of their Dataverse company."""
    mandatory: Mapping[str, str]
    """What people call the columns that Finance makes mandatory, by their names in answers."""
    account_types: frozenset[int]
    contacts_must_be_sellable: bool

    def account(self, row: AccountRow) -> CrmCustomer:
        """Turn an account into a customer; the relationship type says whether it is in scope."""
        country = _country_code(row)
        return CrmCustomer(
            id=row.accountid,
            table="account",
            is_in_scope=row.customertypecode in self.account_types,
            vat=keys.vat(row.msdyn_taxexemptnumber or row.msdyn_identificationnumber, country),
            account_reference=keys.account_reference(row.accountnumber),
            phone=keys.phone(row.telephone1, country),
            name=keys.name(row.name),
            display_name=row.name,
            url=self._url("account", row.accountid),
            **self._common(row, country),
        )

    def contact(self, row: ContactRow) -> CrmCustomer:
        """Turn a contact into a customer; Sellable says whether it is in scope."""
        country = _country_code(row)
        number = row.msdyn_contactpersonid if row.msdyn_sellable else ""
        return CrmCustomer(
            id=row.contactid,
            table="contact",
            is_in_scope=row.msdyn_sellable is True or not self.contacts_must_be_sellable,
            account_reference=keys.account_reference(number),
            phone=keys.phone(row.telephone1 or row.mobilephone, country),
            name=keys.name(row.fullname),
            display_name=row.fullname,
            url=self._url("contact", row.contactid),
            **self._common(row, country),
        )

    def _common(self, row: CustomerRow, country: str) -> dict[str, Any]:
        values = row.model_dump(by_alias=True)
        missing = (label for column, label in self.mandatory.items() if values.get(column) in (None, ""))
        return {
            "created_at": utc(row.createdon),
            "is_active": row.statecode == 0,
            "company": self.companies.get(row.company_id, ""),
            "email": keys.email(row.emailaddress1),
            "postcode": keys.postcode(row.address1_postalcode, country),
            "street": keys.street(row.address1_line1),
            "missing_fields": tuple(missing),
        }

    def _url(self, table: str, record_id: str) -> str:
        return f"https://{self.host}/main.aspx?etn={table}&pagetype=entityrecord&id={record_id}"


def _country_code(row: CustomerRow) -> str:
    """Give the country where it is a code; the column is free text."""
    country = row.address1_country.strip()
    return country.upper() if len(country) == _COUNTRY_CODE_LENGTH and country.isalpha() else ""

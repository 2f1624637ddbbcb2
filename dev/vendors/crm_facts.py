"""What is true in a simulated merchant's Dataverse, told without the vendor's format."""

from dataclasses import dataclass
from datetime import datetime

from dev.vendors.shop_facts import Person


@dataclass(frozen=True, kw_only=True)
class CrmRecord:
    """A Dataverse account or contact."""

    id: str
    """A GUID."""
    table: str
    """`account` or `contact`."""
    person: Person
    created_at: datetime
    modified_at: datetime
    account_number: str = ""
    """`accountnumber` or `msdyn_contactpersonid`."""
    company: str = ""
    """`cdm_companycode`."""
    vat: str = ""
    is_in_scope: bool = True
    is_active: bool = True
    customer_group: str = "RETAIL"
    """"" is what Finance & Operations refuses."""


@dataclass(frozen=True, kw_only=True)
class CrmOpenBusiness:
    """An open opportunity or sales order in Dataverse."""

    id: str
    kind: str
    crm_id: str
    title: str = ""
    modified_at: datetime


@dataclass(frozen=True, kw_only=True)
class AutomationRun:
    """One run of a Power Automate flow."""

    id: str
    flow: str
    state: str
    started_at: datetime
    ended_at: datetime
    error_code: str = ""
    error: str = ""


@dataclass(frozen=True, kw_only=True)
class AutomationGap:
    """That runs were left out of the record, by Power Automate's own word."""

    id: str
    code: str
    noticed_at: datetime


@dataclass(frozen=True, kw_only=True)
class DualWriteMapping:
    """A dual-write map; `state` is the word that people see."""

    id: str
    table: str
    entity: str
    state: str
    modified_at: datetime

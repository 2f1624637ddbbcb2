"""A simulated Dataverse environment with dual-write: its Web API, version 9.2.

Ids are GUIDs, a lookup `x` answers as `_x_value`, and what a query names must be a column of the
table: an unknown one refuses the whole query.
"""

from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from dev.vendors.facts import Account, AutomationRun, CrmOpenBusiness, CrmRecord

Item = dict[str, Any]

_LARGEST_PAGE = 5_000
_CUSTOMER = 3
_PARTNER = 5

_LOOKUPS = frozenset({"msdyn_company", "msdyn_customergroupid", "customerid"})
_ADDRESS = ("address1_line1", "address1_city", "address1_stateorprovince", "address1_postalcode")
_SHARED = (
    "emailaddress1",
    "telephone1",
    *_ADDRESS,
    "address1_country",
    "statecode",
    "statuscode",
    "createdon",
    "modifiedon",
    "msdyn_company",
    "msdyn_customergroupid",
)
_COLUMNS = {
    "account": (
        "accountid",
        "accountnumber",
        "name",
        "customertypecode",
        "creditonhold",
        "msdyn_taxexemptnumber",
        "msdyn_identificationnumber",
        *_SHARED,
    ),
    "contact": (
        "contactid",
        "fullname",
        "firstname",
        "lastname",
        "mobilephone",
        "msdyn_contactpersonid",
        "msdyn_sellable",
        *_SHARED,
    ),
}


def _guid(*parts: str) -> str:
    return str(uuid5(NAMESPACE_URL, "/".join(parts)))


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _shared(record: CrmRecord) -> Item:
    person = record.person
    return {
        "emailaddress1": person.email or None,
        "telephone1": person.phone or None,
        "address1_line1": person.street or None,
        "address1_city": person.city or None,
        "address1_stateorprovince": person.state or None,
        "address1_postalcode": person.postcode or None,
        "address1_country": person.country or None,
        "statecode": 0 if record.is_active else 1,
        "statuscode": 1 if record.is_active else 2,
        "createdon": _time(record.created_at),
        "modifiedon": _time(record.modified_at),
        "_msdyn_company_value": _guid("company", record.company) if record.company else None,
        "_msdyn_customergroupid_value": _guid("group", record.customer_group)
        if record.customer_group
        else None,
    }


def _account(record: CrmRecord) -> Item:
    person = record.person
    return {
        "accountid": record.id,
        "accountnumber": record.account_number or None,
        "name": person.company or f"{person.first_name} {person.last_name}",
        "customertypecode": _CUSTOMER if record.is_in_scope else _PARTNER,
        "creditonhold": False,
        "msdyn_taxexemptnumber": record.vat or None,
        "msdyn_identificationnumber": None,
        **_shared(record),
    }


def _contact(record: CrmRecord) -> Item:
    person = record.person
    return {
        "contactid": record.id,
        "fullname": f"{person.first_name} {person.last_name}".strip() or person.company,
        "firstname": person.first_name or None,
        "lastname": person.last_name or None,
        "mobilephone": None,
        "msdyn_contactpersonid": record.account_number or None,
        "msdyn_sellable": record.is_in_scope,
        **_shared(record),
    }


def _business(business: CrmOpenBusiness, key: str) -> Item:
    return {
        key: business.id,
        "name": business.title or None,
        "statecode": 0,
        "_customerid_value": business.crm_id or None,
        "modifiedon": _time(business.modified_at),
    }


_STATUS = {
    "succeeded": "Succeeded",
    "failed": "Failed",
    "cancelled": "Cancelled",
    "skipped": "Skipped",
    "running": "Running",
}


def _run(run: AutomationRun) -> Item:
    has_ended = run.state != "running"
    return {
        "flowrunid": _guid("flowrun", run.id),
        "partitionid": _guid("owner"),
        "name": run.id,
        "status": _STATUS[run.state],
        "starttime": _time(run.started_at),
        "endtime": _time(run.ended_at) if has_ended else None,
        "duration": int((run.ended_at - run.started_at).total_seconds()) if has_ended else None,
        "errorcode": run.error_code or None,
        "errormessage": run.error or None,
        "triggertype": "Automated",
        "workflowid": _guid("workflow", run.flow),
        "workflowname": run.flow,
        "parentrunid": None,
    }


def _companies(account: Account) -> list[Item]:
    codes = sorted({record.company for record in account.crm_records if record.company})
    return [
        {"cdm_companyid": _guid("company", code), "cdm_companycode": code, "cdm_name": code.upper()}
        for code in codes
    ]

"""Renders the facts of a Dataverse environment as the items of its tables."""

from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from dev.vendors.facts import (
    Account,
    AutomationGap,
    AutomationRun,
    CrmOpenBusiness,
    CrmRecord,
    DualWriteMapping,
)

Item = dict[str, Any]

_CUSTOMER = 3
_PARTNER = 5


def guid(*parts: str) -> str:
    """Give the id that a thing has whenever it is asked for."""
    return str(uuid5(NAMESPACE_URL, "/".join(parts)))


def time_text(moment: datetime) -> str:
    """Give a time as it is sent."""
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
        "createdon": time_text(record.created_at),
        "modifiedon": time_text(record.modified_at),
        "_msdyn_company_value": guid("company", record.company) if record.company else None,
        "_msdyn_customergroupid_value": guid("group", record.customer_group)
        if record.customer_group
        else None,
    }


def account_row(record: CrmRecord) -> Item:
    """Give an item of accounts."""
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


def contact_row(record: CrmRecord) -> Item:
    """Give an item of contacts."""
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


def business_row(business: CrmOpenBusiness, key: str) -> Item:
    """Give an item of opportunities or salesorders, whose id is called `key`."""
    return {
        key: business.id,
        "name": business.title or None,
        "statecode": 0,
        "_customerid_value": business.crm_id or None,
        "modifiedon": time_text(business.modified_at),
    }


_STATUS = {
    "succeeded": "Succeeded",
    "failed": "Failed",
    "cancelled": "Cancelled",
    "skipped": "Skipped",
    "running": "Running",
}


def run_row(run: AutomationRun) -> Item:
    """Give an item of flowruns."""
    has_ended = run.state != "running"
    return {
        "flowrunid": guid("flowrun", run.id),
        "partitionid": guid("owner"),
        "name": run.id,
        "status": _STATUS[run.state],
        "starttime": time_text(run.started_at),
        "endtime": time_text(run.ended_at) if has_ended else None,
        "duration": int((run.ended_at - run.started_at).total_seconds()) if has_ended else None,
        "errorcode": run.error_code or None,
        "errormessage": run.error or None,
        "triggertype": "Automated",
        "workflowid": guid("workflow", run.flow),
        "workflowname": run.flow,
        "parentrunid": None,
    }


def company_rows(account: Account) -> list[Item]:
    """Give the items of cdm_companies."""
    codes = sorted({record.company for record in account.crm_records if record.company})
    return [
        {"cdm_companyid": guid("company", code), "cdm_companycode": code, "cdm_name": code.upper()}
        for code in codes
    ]


def gap_row(gap: AutomationGap) -> Item:
    """Give an item of flowevents."""
    return {
        "floweventid": gap.id,
        "name": gap.code,
        "eventtype": "FlowRunIngestion",
        "eventcode": gap.code,
        "createdon": time_text(gap.noticed_at),
        "completedon": None,
    }


def map_row(mapping: DualWriteMapping) -> Item:
    """Give an item of msdyn_dualwriteruntimeconfigs: its status is a number with a word beside it."""
    numbers = {"Running": 1, "Paused": 2, "Stopped": 3}
    return {
        "msdyn_dualwriteruntimeconfigid": mapping.id,
        "msdyn_name": f"{mapping.entity} - {mapping.table}",
        "msdyn_status": numbers.get(mapping.state, 9),
        "msdyn_status@OData.Community.Display.V1.FormattedValue": mapping.state,
        "msdyn_internalentityname": mapping.table,
        "msdyn_externalentityname": mapping.entity,
        "modifiedon": time_text(mapping.modified_at),
    }

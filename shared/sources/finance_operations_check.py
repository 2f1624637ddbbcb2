"""What a connection to Finance & Operations lacks, found by reading one item of each entity set."""

from collections.abc import Iterable

from shared.sources.finance_operations_reading import EntitySet, missing_companies
from shared.sources.finance_operations_records import select
from shared.sources.odata import address
from shared.sources.odata_check import Part, lacking
from shared.sources.source import Finding, Probe

_LEGAL_ENTITIES = Part("LegalEntities", ("LegalEntityId",), "/data/LegalEntities", {"cross-company": "true"})


async def lacks(probe: Probe, entity_sets: Iterable[EntitySet]) -> tuple[Finding, ...]:
    """Name each company, entity set, field and permission that is missing."""
    findings = list(await lacking(probe.client, _LEGAL_ENTITIES))
    if not findings:
        advice = "Check the code (dataAreaId), and the roles and companies of the app's user"
        missing = await missing_companies(probe.client, probe.options.companies)
        findings += [Finding(f"company {code}", advice) for code in missing]
    for each in entity_sets:
        names, url = tuple(select(each.row).split(",")), f"/data/{each.name}"
        advice = "Its data entity is not public in this version: update the environment"
        part = Part(each.name, names, url, {"cross-company": "true"}, advice)
        findings += await lacking(probe.client, part)
    for code in probe.options.companies:
        findings += await _without_customers(probe, code)
    return tuple(findings)


async def _without_customers(probe: Probe, code: str) -> tuple[Finding, ...]:
    """Say where a company shows no customer, as it does to a user who may not read it."""
    condition = {"$filter": f"dataAreaId eq '{code}'", "cross-company": "true"}
    url = address(probe.client, "/data/CustomersV3", {"$select": "dataAreaId", "$top": "1", **condition})
    response = await probe.client.send("GET", url, tolerated={400, 403, 404})
    if not response.is_success or response.json().get("value"):
        return ()
    why = "It shows no customer: every buyer would look absent, unless the company is new"
    return (Finding(f"customers of company {code}", why, is_fatal=False),)

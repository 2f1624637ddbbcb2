"""What a connection to Adobe Commerce lacks, found by reading one row of each list."""

from urllib.parse import quote

import httpx

from shared.domain.workspace import FieldMap
from shared.sources.adobe_commerce_search import COMPANIES, query
from shared.sources.source import Finding, Probe

_LISTS = {
    "/orders": "Magento_Sales::actions_view",
    "/creditmemos": "Magento_Sales::sales_creditmemo",
    "/customers/search": "Magento_Customer::manage",
    COMPANIES: "Magento_Company::index",
}
"""Each list, and the resource that an integration must be given to read it."""
_DENIED = frozenset({httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN})
_REFUSALS = frozenset({*_DENIED, httpx.codes.NOT_FOUND, httpx.codes.BAD_REQUEST})


async def check(probe: Probe) -> tuple[Finding, ...]:
    """Read a row of each list, and look up the customer attributes that the field map names."""
    lists = [path for path in _LISTS if path != COMPANIES or probe.options.has_companies]
    found = [_list(path, await _status(probe, f"{path}?{query((), 1, 'id')}")) for path in lists]
    for code in _attributes(probe.field_map):
        status = await _status(probe, f"/attributeMetadata/customer/attribute/{quote(code, safe='')}")
        if status == httpx.codes.NOT_FOUND:
            message = "Customers have no such attribute: what Adobe Commerce has itself is read instead."
            found.append(Finding(f"customer attribute {code}", message, is_fatal=False))
    return tuple(each for each in found if each)


async def _status(probe: Probe, url: str) -> int:
    return (await probe.client.send("GET", url, tolerated=_REFUSALS)).status_code


def _attributes(fields: FieldMap) -> list[str]:
    return [code for code in (fields.vat_field, fields.account_reference_field) if code]


def _list(path: str, status: int) -> Finding | None:
    if status in _DENIED:
        message = (
            f"Reading {path} is denied ({status}). Give the integration this resource and activate it anew; "
            "an access token sent by itself is refused since 2.4.4, so all four secrets are needed."
        )
        return Finding(f"resource {_LISTS[path]}", message)
    if status == httpx.codes.NOT_FOUND and path == COMPANIES:
        message = "The B2B module is missing: set the option has_companies to false."
        return Finding("options.has_companies", message, is_fatal=False)
    if status in _REFUSALS:
        return Finding(path, f"{path} answered {status} to a plain query, so it cannot be read.")
    return None

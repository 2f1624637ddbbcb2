"""Finds out by one small read what an entity set lacks: itself, a property, or our right to it.

Metadata would tell names too, in megabytes (tens of them in Finance & Operations), but no rights.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from shared.sources.http import VendorClient
from shared.sources.odata import address, error_text
from shared.sources.source import Finding

_PROPERTY = re.compile(r"property named '(\w+)'", re.IGNORECASE)
_PRIVILEGE = re.compile(r"\bprv\w+")
_FORBIDDEN, _NOT_FOUND = httpx.codes.FORBIDDEN, httpx.codes.NOT_FOUND
_TOLERATED = frozenset({httpx.codes.BAD_REQUEST, _FORBIDDEN, _NOT_FOUND})


@dataclass(frozen=True, slots=True)
class Part:
    """What of an entity set is read, and what its lack means."""

    entity_set: str
    properties: tuple[str, ...]
    url: str
    params: Mapping[str, str]
    advice: str = ""
    """What to do where the set itself is missing."""
    is_fatal: bool = True


async def lacking(client: VendorClient, part: Part) -> tuple[Finding, ...]:
    """Name what is missing of a part of the vendor's API; nothing where one item can be read whole.

    Takes one call, and one more for each property that is missing. Raises ConfigurationError where the
    credentials are refused.
    """
    properties = list(part.properties)
    found: list[Finding] = []
    while True:
        query = {"$select": ",".join(properties), "$top": "1", **part.params}
        response = await client.send("GET", address(client, part.url, query), tolerated=_TOLERATED)
        if response.is_success:
            return tuple(found)
        text = error_text(client, response)
        named = _PROPERTY.search(text)
        if response.status_code != httpx.codes.BAD_REQUEST or named is None or named[1] not in properties:
            return (*found, _refused(part, response.status_code, text))
        properties.remove(named[1])
        found.append(
            Finding(
                f"field {named[1]} of {part.entity_set}",
                f"{client.name} does not know it, so each read of {part.entity_set} is refused: "
                "check the name and the vendor's version",
                part.is_fatal,
            )
        )


def _refused(part: Part, status: int, text: str) -> Finding:
    if status == _FORBIDDEN:
        privilege = _PRIVILEGE.search(text)
        what = f"permission to read {part.entity_set}" + (f" ({privilege.group()})" if privilege else "")
        return Finding(what, "Give the app a role or permission set that may read it", part.is_fatal)
    if status == _NOT_FOUND:
        message = part.advice or "Check the address, the vendor's version and the page's name"
        return Finding(f"entity set {part.entity_set}", message, part.is_fatal)
    return Finding(f"entity set {part.entity_set}", f"Its query is refused ({status})", part.is_fatal)

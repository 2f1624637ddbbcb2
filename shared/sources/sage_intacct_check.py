"""What a connection to Sage Intacct lacks: objects, fields, and calls in its tier."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import httpx

from shared.errors import ConfigurationError, SourceError
from shared.sources.http import parse_json
from shared.sources.sage_intacct_gateway import (
    AUDIT,
    AUDIT_FIELDS,
    AUDIT_TIME,
    call,
    deletion_conditions,
    query,
    read_formatting,
)
from shared.sources.sage_intacct_query import error_of
from shared.sources.sage_intacct_readings import Reading, reading_fields, reading_of, vat_field_of
from shared.sources.sage_intacct_tables import TABLES
from shared.sources.sage_intacct_xml import Denied, tag, text
from shared.sources.source import Finding, Probe, Pull

ROUNDS = 24 * 30
"""How often a stream is pulled in a month."""
CALLS = {"rest": 1, "xml": 4}
"""What a pull costs at least: a query; the gateway's takes two to tell how times are written, and one for
what was deleted."""
_REFUSALS = frozenset({httpx.codes.BAD_REQUEST, httpx.codes.FORBIDDEN, httpx.codes.NOT_FOUND})


async def check(probe: Probe) -> tuple[Finding, ...]:
    """Look up each object that is read, and each of its fields by name."""
    streams = list(TABLES) if probe.options.includes_orders else ["customers"]
    vat_field = vat_field_of(probe.options, probe.field_map)
    readings = [reading_of(each, probe.options, vat_field) for each in streams]
    look = _by_gateway if probe.options.api == "xml" else _by_rest
    return (*await look(probe, readings), *_budget(probe, len(readings)))


def _budget(probe: Probe, streams: int) -> Iterator[Finding]:
    needed = streams * ROUNDS * CALLS[probe.options.api]
    if needed > probe.options.calls_per_month:
        message = f"Reading every hour takes {needed} calls a month at least, which is more than the option."
        yield Finding("options.calls_per_month", message, is_fatal=False)


async def _by_rest(probe: Probe, readings: list[Reading]) -> list[Finding]:
    found: list[Finding] = []
    for reading in readings:
        answer = await probe.client.send(
            "GET", "/services/core/model", params={"name": reading.object_name}, tolerated=_REFUSALS
        )
        body = parse_json(answer, probe.client.name)
        model = body.get("ia::result") if isinstance(body, dict) else None
        if not answer.is_success or error_of(body) or not isinstance(model, dict):
            found.append(_no_object(reading, reading.object_name))
        else:
            missing = [name for name in reading_fields(reading) if not _is_known(model, name)]
            found += [_no_field(reading, name, reading.object_name) for name in missing]
    return found


def _is_known(model: Mapping[str, Any], name: str) -> bool:
    """Say whether an object's model has a field: its own, in a group, or of what it refers to."""
    if name in model.get("fields", {}):
        return True
    first, _, rest = name.partition(".")
    if first in model.get("refs", {}):
        return True
    group = model.get("groups", {}).get(first)
    return bool(rest) and isinstance(group, dict) and _is_known(group, rest)


async def _by_gateway(probe: Probe, readings: list[Reading]) -> list[Finding]:
    pull = Pull(
        client=probe.client,
        connection=probe.connection,
        options=probe.options.model_copy(update={"page_size": 1}),
        field_map=probe.field_map,
        since=datetime.now(UTC),
        until=datetime.now(UTC),
    )
    try:
        formatting = await read_formatting(pull)
    except ConfigurationError as error:
        return [Finding("the user's preferences", str(error))]
    found = []
    for reading in readings:
        try:
            known = await _fields(pull, TABLES[reading.stream].name)
        except (Denied, SourceError):
            found.append(_no_object(reading, TABLES[reading.stream].name))
            continue
        wanted = [*TABLES[reading.stream].fields.values(), *reading.extra_fields]
        found += [
            _no_field(reading, each, TABLES[reading.stream].name) for each in wanted if each not in known
        ]
    try:
        conditions = deletion_conditions(pull, "customer", formatting)
        await query(pull, AUDIT, AUDIT_FIELDS, conditions, AUDIT_TIME)
    except Denied:
        message = "The user may not read the audit trail: what is deleted is found by the daily sweep alone."
        found.append(Finding(f"object {AUDIT}", message, is_fatal=False))
    return found


async def _fields(pull: Pull, name: str) -> set[str]:
    is_order = name == "SODOCUMENT"
    docparid = [text("docparid", pull.options.order_document_type)] if is_order else []
    data = await call(pull, tag("lookup", text("object", name), *docparid))
    return {each.text or "" for each in data.iterfind("Type/Fields/Field/ID")}


def _no_object(reading: Reading, name: str) -> Finding:
    message = "It cannot be read: give the web services user permission, or check the document type's name."
    return Finding(f"object {name}", message, is_fatal=_stops(reading))


def _no_field(reading: Reading, name: str, owner: str) -> Finding:
    message = "The company has no such field, so queries that name it fail."
    return Finding(f"field {name} of {owner}", message, is_fatal=_stops(reading))


def _stops(reading: Reading) -> bool:
    """Say whether nothing is worth reading without it; other streams fail by themselves, openly."""
    return reading.stream == "customers"

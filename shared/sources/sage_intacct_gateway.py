"""Reads a Sage Intacct object through the XML gateway: the same rows as by REST, and deletions besides.

https://developer.intacct.com/web-services/queries/. An offset page is a query of its own that skips rows
while data changes, so a page begins behind the last record number, within a window whose end is frozen.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from itertools import pairwise
from typing import NamedTuple
from xml.etree.ElementTree import Element

from shared.errors import ConfigurationError, SourceError
from shared.sources.read import is_number, records
from shared.sources.sage_intacct_readings import Reading, reading_fields
from shared.sources.sage_intacct_tables import RECORD, TABLES, Formatting, Table, named, zone_of
from shared.sources.sage_intacct_xml import Denied, read_answer, result_of, tag, text
from shared.sources.source import KeyPage, Page, Pull

MOST_ROWS = 2000
BACKDATED = timedelta(days=31)
"""How much older than a document its own date may be, where nothing else tells when it was made."""
AUDIT, AUDIT_TIME = "AUDITHISTORY", "ACCESSTIME"
AUDIT_FIELDS = ("OBJECTKEY", AUDIT_TIME)
_DELETED = "deleted:"


class Rows(NamedTuple):
    """The rows of one answer, and how many are still to come."""

    cells: list[dict[str, str]]
    remaining: int | None


async def gateway_pages(pull: Pull, reading: Reading) -> AsyncIterator[Page]:
    """Yield the pages of an object's rows changed in the window, by rising record number, then deletions.

    Raises SourceError where record numbers do not rise, or where rows are counted that did not come.
    """
    table, formatting = TABLES[reading.stream], await read_formatting(pull)
    after, has_rows = pull.cursor, not pull.cursor.startswith(_DELETED)
    while has_rows:
        found = await _rows(pull, table, _names(table, reading), _changed(pull, table, formatting), after)
        after = _last(found, after, f"{pull.client.name} {reading.stream}")
        named_rows = [named(table, cells, formatting) for cells in found.cells]
        good, bad = records(
            reading.stream, filter(reading.belongs, named_rows), reading.model, reading.convert, "key"
        )
        has_rows = bool(found.remaining)
        # Reading everything replaces what was there, so only a window has deletions to tell.
        behind = f"{_DELETED}0" if pull.since else ""
        yield Page(good, after if has_rows else behind, bad, remaining=found.remaining)
    if pull.since:
        async for page in _deletions(pull, table, formatting):
            yield page


async def gateway_keys(pull: Pull, reading: Reading) -> AsyncIterator[KeyPage]:
    """Yield the ids of an object's rows, of those dated in the window where the object has dates."""
    table, formatting, after = TABLES[reading.stream], await read_formatting(pull), pull.cursor
    fields = [table.fields[name] for name in reading.id_fields if name in table.fields]
    while True:
        found = await _rows(pull, table, fields, _dated(pull, table, reading, formatting), after)
        after = _last(found, after, f"{pull.client.name} {reading.stream}")
        ids = tuple(reading.id_of(named(table, cells, formatting)) for cells in found.cells)
        yield KeyPage(ids, after if found.remaining else "", found.remaining)
        if not found.remaining:
            return


async def read_formatting(pull: Pull) -> Formatting:
    """Ask how the user's times are written; raises ConfigurationError for ways that we do not read."""
    user = tag(
        "readByName",
        text("object", "USERINFO"),
        text("keys", pull.options.user),
        text("fields", RECORD),
    )
    number = (await call(pull, user)).findtext(f"USERINFO/{RECORD}") or ""
    written = await call(pull, tag("readUserFormatting", text("key", number)))
    found = {each.tag: each.text or "" for each in written.iter()}
    wanted = {"locale": "en_US", "clock": "24", "dateformat": "/mdY"}
    wrong = [name for name, value in wanted.items() if found.get(name) != value]
    if wrong:
        msg = f"{pull.client.name}: set the web services user's preferences to English (United States), "
        msg += f"24 hours and MM/DD/YYYY: {', '.join(wrong)} cannot be read otherwise"
        raise ConfigurationError(msg, "options.username")
    try:
        return Formatting(zone_of(found.get("gmtoffset", "")))
    except ValueError:
        msg = f"{pull.client.name}: the gateway does not tell the user's distance from UTC"
        raise SourceError(msg) from None


async def call(pull: Pull, function: str) -> Element:
    """Call one of the gateway's functions, and give the data of its result."""
    response = await pull.client.send("POST", "", content=function.encode())
    return result_of(read_answer(response.content, pull.client.name), pull.client.name)


async def query(  # noqa: PLR0913, PLR0917 - a query is made of all of these
    pull: Pull, name: str, fields: Sequence[str], conditions: Sequence[str], order: str, offset: int = 0
) -> Rows:
    """Send one query, private rows included, oldest first by `order`."""
    function = tag(
        "query",
        text("object", name),
        *([text("docparid", pull.options.order_document_type)] if name == "SODOCUMENT" else []),
        tag("select", *(text("field", field) for field in dict.fromkeys(fields))),
        *([tag("filter", _all(conditions))] if conditions else []),
        tag("orderby", tag("order", text("field", order), tag("ascending"))),
        tag("options", text("showprivate", "true")),
        text("pagesize", str(min(pull.options.page_size, MOST_ROWS))),
        text("offset", str(offset)),
    )
    data = await call(pull, function)
    cells = [{cell.tag: cell.text or "" for cell in row} for row in data]
    remaining = data.get("numremaining", "")
    if not is_number(remaining) or data.get("count") != str(len(cells)):
        msg = f"{pull.client.name}: the gateway does not count the rows of {name} that came"
        raise SourceError(msg)
    return Rows(cells, int(remaining) or None)


async def _rows(
    pull: Pull, table: Table, fields: Sequence[str], conditions: Sequence[str], after: str
) -> Rows:
    behind = [_compare("greaterthan", RECORD, after)] if after else []
    return await query(pull, table.name, fields, [*conditions, *behind], RECORD)


def _names(table: Table, reading: Reading) -> list[str]:
    """Give the gateway's names of the fields that a stream reads; a custom field has its own."""
    known = [table.fields[name] for name in reading_fields(reading) if name in table.fields]
    return [*known, *reading.extra_fields]


def _compare(operator: str, field: str, value: str) -> str:
    return tag(operator, text("field", field), text("value", value))


def _all(conditions: Sequence[str]) -> str:
    return conditions[0] if len(conditions) == 1 else tag("and", *conditions)


def _changed(pull: Pull, table: Table, formatting: Formatting) -> list[str]:
    """Give the condition for rows changed in the window, or never changed and made in it."""
    changed = [_compare("lessthan", "WHENMODIFIED", formatting.time(pull.until))]
    made = [tag("isnull", text("field", "WHENMODIFIED"))]
    if not table.is_made_on_a_day:
        made.append(_compare("lessthan", table.made, formatting.time(pull.until)))
    if pull.since:
        changed.append(_compare("greaterthanorequalto", "WHENMODIFIED", formatting.time(pull.since)))
        since = formatting.time(pull.since)
        if table.is_made_on_a_day:
            since = formatting.day(pull.since - BACKDATED)
        made.append(_compare("greaterthanorequalto", table.made, since))
    return [tag("or", _all(changed), _all(made)), *_of_type(pull, table)]


def _dated(pull: Pull, table: Table, reading: Reading, formatting: Formatting) -> list[str]:
    ways = []
    for field in (table.fields[name] for name in reading.dates if pull.since):
        first = _compare("greaterthanorequalto", field, formatting.day(pull.since or pull.until))
        ways.append(tag("and", first, _compare("lessthanorequalto", field, formatting.day(pull.until))))
    either = ways if len(ways) < 2 else [tag("or", *ways)]  # noqa: PLR2004 - an alternative needs two
    return [*either, *_of_type(pull, table)]


def _of_type(pull: Pull, table: Table) -> list[str]:
    is_order = table.name == "SODOCUMENT"
    return [_compare("equalto", "DOCPARID", pull.options.order_document_type)] if is_order else []


def _last(found: Rows, after: str, what: str) -> str:
    numbers = [int(cells[RECORD]) for cells in found.cells if is_number(cells.get(RECORD, ""))]
    if any(low >= high for low, high in pairwise([int(after or 0), *numbers])):
        msg = f"{what}: rows came again or out of order"
        raise SourceError(msg)
    if found.remaining and not numbers:
        msg = f"{what}: rows are counted that did not come"
        raise SourceError(msg)
    return str(numbers[-1]) if numbers else after


async def _deletions(pull: Pull, table: Table, formatting: Formatting) -> AsyncIterator[Page]:
    """Yield what the audit trail says was deleted in the window; nothing where the user may not read it.

    The trail only grows, so an offset shifts nothing; what it does not hold, the daily sweep finds.
    """
    offset = int(pull.cursor.removeprefix(_DELETED)) if pull.cursor.startswith(_DELETED) else 0
    while True:
        conditions = deletion_conditions(pull, table.name.lower(), formatting)
        try:
            found = await query(
                pull, "AUDITHISTORY", ["OBJECTKEY", "ACCESSTIME"], conditions, "ACCESSTIME", offset
            )
        except Denied:
            yield Page(())
            return
        gone = [cells.get("OBJECTKEY", "").partition("--")[0] for cells in found.cells]
        offset += len(gone)
        is_last = not found.remaining or not gone
        yield Page((), "" if is_last else f"{_DELETED}{offset}", (), tuple(key for key in gone if key))
        if is_last:
            return


def deletion_conditions(pull: Pull, kind: str, formatting: Formatting) -> list[str]:
    """Give the conditions for deletions of this kind in the window."""
    return [
        _compare("equalto", "OBJECTTYPE", kind),
        _compare("equalto", "ACCESSMODE", "D"),
        _compare("greaterthanorequalto", AUDIT_TIME, formatting.time(pull.since or pull.until)),
        _compare("lessthan", AUDIT_TIME, formatting.time(pull.until)),
    ]

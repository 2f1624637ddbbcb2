"""Custom API pages of a Business Central environment: the commerce ids, and the connector's log.

Neither is in the standard API: the merchant's partner publishes a page over the table and names it
in the options (learn.microsoft.com/dynamics365/business-central/dev-itpro/
developer/devenv-develop-custom-api).
"""

import re
from collections.abc import Mapping
from typing import Any

from pydantic import ConfigDict, Field

from shared.domain.records import SyncAttempt
from shared.errors import SourceError
from shared.sources.business_central_companies import Company, Outcome
from shared.sources.business_central_fields import Choice, Dated, Row, Text, select
from shared.sources.business_central_options import BusinessCentralOptions
from shared.sources.odata import pages
from shared.sources.read import records, utc
from shared.sources.source import Pull

_GUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_IDS_AT_ONCE = 50
"""So that the address stays below 4 KB."""


async def with_commerce_ids(pull: Pull, company: Company, stream: str, items: list[Any]) -> list[Any]:
    """Give a page's documents with the commerce id that the custom page tells, as `commerceReference`."""
    page = pull.options.commerce_id_pages.get(stream)
    if not page:
        return items
    route, _, entity_set = page.rpartition("/")
    url, field = company.url(entity_set, route), pull.options.commerce_id_field
    ids = [item["id"] for item in items if isinstance(item, dict) and _GUID.fullmatch(str(item.get("id")))]
    told: dict[str, Any] = {}
    for start in range(0, len(ids), _IDS_AT_ONCE):
        condition = " or ".join(f"id eq {each}" for each in ids[start : start + _IDS_AT_ONCE])
        query = {"$select": f"id,{field}", "$filter": condition, "$orderby": "id"}
        async for rows, _ in pages(pull.client, url, query, page_size=pull.options.page_size, cursor=""):
            for row in rows:
                if not isinstance(row, dict) or not isinstance(row.get("id"), str) or field not in row:
                    msg = f"{pull.client.name} has items without id and {field} in {entity_set}"
                    raise SourceError(msg)
                told[row["id"].lower()] = row[field]
    return [
        {**item, "commerceReference": told.get(str(item.get("id")).lower())}
        if isinstance(item, dict)
        else item
        for item in items
    ]


class LogRow(Row):
    """One line of the connector's log, under the names that Tieout gives its fields."""

    model_config = ConfigDict(coerce_numbers_to_str=True)

    subject: Choice = ""
    reference: Text = ""
    status: Choice
    started_at: Dated = Field(min_length=1)
    finished_at: Dated = ""
    error_code: Text = ""
    error_field: Text = ""
    error_message: Text = ""


_STATES = {"success": "succeeded", "error": "failed", "failure": "failed", "in progress": "running"}
_SUBJECTS = {"sales order": "order"}


def log_pages(options: BusinessCentralOptions) -> list[tuple[str, dict[str, str]]]:
    """Give the pages of the log, each with what it calls each field, by Tieout's name for it."""
    own = {name: name for name in select(LogRow).split(",")}
    known = [
        (options.connector_log_page, own | {**options.connector_log_fields}),
        (options.skipped_records_page, own),
    ]
    return [(page, fields) for page, fields in known if page]


def log_attempts(company: Company, items: list[Any], fields: Mapping[str, str]) -> Outcome:
    """Give the attempts of a page of the log; `fields` says what the page calls each field."""
    named = company.owning([_named(item, fields) for item in items])
    return records("connector_log", named, LogRow, _attempt)


def _named(item: Any, fields: Mapping[str, str]) -> Any:
    if not isinstance(item, dict):
        return item
    return {name: item[theirs] for name, theirs in fields.items() if theirs in item}


def _attempt(row: LogRow) -> SyncAttempt:
    status, subject = row.status.lower(), row.subject.lower()
    return SyncAttempt(
        id=row.id,
        subject=_SUBJECTS.get(subject, subject),
        reference=row.reference,
        state=_STATES.get(status, status),
        started_at=utc(row.started_at),
        finished_at=utc(row.finished_at),
        error_code=row.error_code,
        error_field=row.error_field,
        error=row.error_message,
    )

"""Custom API pages of a Business Central environment: who is privacy blocked, and the connector's log.

Neither is in the standard API: the merchant's partner publishes a page over the table and names it
in the options (learn.microsoft.com/dynamics365/business-central/dev-itpro/
developer/devenv-develop-custom-api).
"""

import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from shared.domain.records import SyncAttempt
from shared.errors import SourceError
from shared.sources.business_central_companies import Company, Outcome
from shared.sources.business_central_fields import Choice, Dated, Row, Text, select
from shared.sources.business_central_options import BusinessCentralOptions
from shared.sources.odata import pages
from shared.sources.read import records, utc
from shared.sources.source import Pull

_GUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


async def privacy_blocked(pull: Pull, company: Company) -> frozenset[str]:
    """Read the numbers of the customers whose data must not be shown; none where no page is named."""
    if not pull.options.privacy_page:
        return frozenset()
    route, _, entity_set = pull.options.privacy_page.rpartition("/")
    field = pull.options.privacy_field
    query = {"$select": f"number,{field}", "$filter": f"{field} eq true", "$orderby": "number"}
    numbers: set[str] = set()
    async for items, _ in pages(
        pull.client, company.url(entity_set, route), query, page_size=pull.options.page_size, cursor=""
    ):
        try:
            rows = _PRIVACY.validate_python(items)
        except ValidationError:
            # One that cannot be read might be one that must not be shown.
            msg = f"{pull.client.name} has items without a number in {entity_set}"
            raise SourceError(msg) from None
        numbers.update(row.number for row in rows)
    return frozenset(numbers)


class _PrivacyRow(BaseModel):
    number: str = Field(min_length=1)


_PRIVACY = TypeAdapter(list[_PrivacyRow])


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


def log_fields(options: BusinessCentralOptions) -> dict[str, str]:
    """Give what the page calls each field of the log, by Tieout's name for it."""
    return {name: name for name in select(LogRow).split(",")} | {**options.connector_log_fields}


def log_attempts(company: Company, items: list[Any], fields: Mapping[str, str]) -> Outcome:
    """Give the attempts of a page of the log; `fields` says what the page calls each field."""
    named = [_named(item, fields) for item in items]
    return records("connector_log", named, LogRow, lambda row: _attempt(row, company))


def _named(item: Any, fields: Mapping[str, str]) -> Any:
    if not isinstance(item, dict):
        return item
    return {name: item[theirs] for name, theirs in fields.items() if theirs in item}


def _attempt(row: LogRow, company: Company) -> SyncAttempt:
    status, subject = row.status.lower(), row.subject.lower()
    return SyncAttempt(
        # An entry number counts within its company only.
        id=row.id if _GUID.fullmatch(row.id) else f"{company.id}:{row.id}",
        subject=_SUBJECTS.get(subject, subject),
        reference=row.reference,
        state=_STATES.get(status, status),
        started_at=utc(row.started_at),
        finished_at=utc(row.finished_at),
        error_code=row.error_code,
        error_field=row.error_field,
        error=row.error_message,
    )

"""An invented Dataverse environment, and a bench on which the source reads it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from dev.vendors import dataverse as vendor
from dev.vendors import entra
from dev.vendors.facts import (
    Account,
    AutomationGap,
    AutomationRun,
    CrmOpenBusiness,
    CrmRecord,
    DualWriteMapping,
    Person,
)
from shared.domain.workspace import Connection
from shared.sources.dataverse import SOURCE
from shared.sources.http import Access, HeaderAuth
from shared.sources.source import Options
from tests.sources.shop import Bench

HOST = {"tenant_id": "invented", "host": "contoso.crm11.dynamics.com"}
CREATED = datetime(2026, 4, 14, 9, 30, tzinfo=UTC)
PERSON = Person(
    first_name="Ines",
    last_name="Made-Up",
    email="Ines@Invented.example",
    phone="020 7946 0018",
    street="1 Nowhere Street",
    city="London",
    postcode="n1 9gu",
)


def _access(connection: Connection, options: Options, secrets: Mapping[str, str]) -> Access:
    token = entra.token() if secrets == vendor.SECRETS else "refused"
    return replace(
        SOURCE.access(connection, options, secrets), auth=HeaderAuth({"Authorization": f"Bearer {token}"})
    )


BENCH = Bench(source=replace(SOURCE, access=_access), vendor=vendor, options=HOST)


def guid(number: int) -> str:
    """Give the id of that number."""
    return str(UUID(int=number))


def at(minutes: int) -> datetime:
    """Give a moment so many minutes after records were created."""
    return CREATED + timedelta(minutes=minutes)


def account(number: int = 1, /, **changes: Any) -> CrmRecord:
    """Give an account modified `number` minutes after its creation."""
    given = CrmRecord(
        id=guid(number),
        table="account",
        person=replace(PERSON, company="Invented Tools Ltd"),
        created_at=CREATED,
        modified_at=at(number),
        account_number=f"c-{number}",
        company="USMF",
        vat="GB123456789",
    )
    return replace(given, **changes)


def contact(number: int = 1, /, **changes: Any) -> CrmRecord:
    """Give a contact modified `number` minutes after its creation."""
    return account(number, table="contact", person=PERSON, vat="", **changes)


def business(number: int = 1, /, **changes: Any) -> CrmOpenBusiness:
    """Give an open opportunity of the first customer."""
    given = CrmOpenBusiness(
        id=guid(number), kind="opportunity", crm_id=guid(1), title="Ten drills", modified_at=at(number)
    )
    return replace(given, **changes)


def run(number: int = 1, /, **changes: Any) -> AutomationRun:
    """Give a run that started `number` minutes after records were created and took 90 seconds."""
    given = AutomationRun(
        id=f"run-{number}",
        flow="Create customer",
        state="succeeded",
        started_at=at(number),
        ended_at=at(number) + timedelta(seconds=90),
    )
    return replace(given, **changes)


def gap(number: int = 1, /, **changes: Any) -> AutomationGap:
    """Give a gap in the record of runs, noticed `number` minutes after records were created."""
    return replace(
        AutomationGap(id=guid(number), code="IngestionRateDataLoss", noticed_at=at(number)), **changes
    )


def mapping(number: int = 1, /, **changes: Any) -> DualWriteMapping:
    """Give a map of customers."""
    given = DualWriteMapping(
        id=guid(number), table="accounts", entity="Customers V3", state="Running", modified_at=at(number)
    )
    return replace(given, **changes)


def busy_environment() -> Account:
    """Give an environment with seven of everything, one a minute."""
    numbers = range(1, 8)
    return Account(
        crm_records=[make(number) for make in (account, contact) for number in numbers],
        open_business=[
            business(number, kind=kind) for kind in ("opportunity", "order") for number in numbers
        ],
        automation_runs=[run(number) for number in numbers],
        automation_gaps=[gap(number) for number in numbers],
        dual_write_maps=[mapping(number) for number in numbers],
    )

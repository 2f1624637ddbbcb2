"""What a world's Dataverse holds: contacts, accounts, open business and flow runs."""

from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from dev.vendors.facts import AutomationRun, CrmOpenBusiness, CrmRecord, Person

Outcome = tuple[str, str, str]
"""How a run ended, with the error's code and text."""
SUCCEEDED: Outcome = ("succeeded", "", "")


def guid(random: Random) -> str:
    """Draw a GUID."""
    return str(UUID(int=random.getrandbits(128), version=4))


def crm_record(table: str, person: Person, created_at: datetime, random: Random, **more: Any) -> CrmRecord:
    """Give an `account` or a `contact` that was not changed since it was created."""
    return CrmRecord(
        id=guid(random), table=table, person=person, created_at=created_at, modified_at=created_at, **more
    )


def run(flow: str, after: datetime, outcome: Outcome, random: Random) -> AutomationRun:
    """Give a run of a flow that starts within four minutes after something happened."""
    started_at = after + timedelta(seconds=random.randint(20, 240))
    state, code, text = outcome
    return AutomationRun(
        id=f"0858{random.randrange(10**30):030}CU{random.randrange(1, 30):02}",
        flow=flow,
        state=state,
        started_at=started_at,
        ended_at=started_at + timedelta(seconds=random.randint(3, 130)),
        error_code=code,
        error=text,
    )


def open_business(kind: str, record: CrmRecord, random: Random) -> CrmOpenBusiness:
    """Give an open `opportunity` or `order` of an account or contact."""
    what = "quotation" if kind == "opportunity" else "order"
    return CrmOpenBusiness(
        id=guid(random),
        kind=kind,
        crm_id=record.id,
        title=f"{record.person.company or record.person.last_name}: {what}",
        modified_at=record.modified_at + timedelta(minutes=random.randint(2, 12)),
    )

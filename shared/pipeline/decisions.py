"""What people decide about buyers and master records: checked, kept, noted, and evaluated at once."""

import secrets
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Literal

from shared.cards.card import Card
from shared.domain import keys
from shared.domain.buyer_keys import mailed
from shared.domain.decisions import Decision, MasterRecord, Standing
from shared.domain.records import MasterCustomer
from shared.domain.rows import PRIVACY_BLOCKED
from shared.domain.snapshot import Table
from shared.domain.windows import text
from shared.domain.workspace import Workspace
from shared.errors import ConfigurationError
from shared.pipeline import casework
from shared.pipeline.asking import request_evaluation
from shared.pipeline.audit import Note, note
from shared.pipeline.jobs import Job, jobs_of
from shared.pipeline.services import Services
from shared.store.tables import Conflict

_KEYS = {"email": keys.email, "vat": keys.vat, "account_reference": keys.account_reference}
_NAMED_BY_SHOP = frozenset({"company", "customer", "order"})
"""What a buyer without any key is named by: ids of the shop, which are taken as they are."""


class Refused(Exception):
    """A decision that cannot be taken; `field` says what of it is wrong."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody wants to decide."""

    kind: Literal["alias", "not_same"]
    record: MasterRecord
    why: str
    row: str = ""
    """The row of the buyer in the card's last reading; or, without one, who it is."""
    identity: str = ""


async def decide(
    services: Services, workspace: Workspace, card: Card | None, who: str, wanted: Wanted
) -> tuple[Decision, bool]:
    """Take a decision and ask for an evaluation; give it, and whether it is new.

    One that stands already is not taken twice: reversing it would otherwise leave the other. Raises Refused.
    """
    known: list[MasterRecord] = []
    identity = _normalised(wanted.identity, workspace) if wanted.identity else ""
    if wanted.row and card is not None:
        row = await _row(services, workspace, card, wanted.row)
        identity = _identity_of(row)
        known = [(each["connection"], each["company"], each["number"]) for each in _shown_records(row)]
    if wanted.record not in known and not await _exists(services, workspace, wanted.record):
        raise Refused("number", "the stored customer master has no such record")
    now = services.clock()
    at = text(workspace.now(now))
    every = await services.store.decisions.of(workspace.id)
    if wanted.record in _standing(Standing(every, at), wanted.kind, identity):
        same = (wanted.kind, identity, wanted.record)
        return [
            each for each in every if (each.kind, each.identity, each.record) == same and each.stands(at)
        ][-1], False
    connection, company, number = wanted.record
    decision = Decision(
        # Of two that a pinned clock gives one instant, the later has the greater id and counts.
        id=f"{now:%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}",
        kind=wanted.kind,
        identity=identity,
        connection=connection,
        company=company,
        number=number,
        decided_at=at,
        decided_by=who,
        why=wanted.why,
    )
    about = " ".join(part for part in wanted.record if part)
    what = Note("decision", decision.id, wanted.kind, after=about, why=wanted.why)
    # The log comes first: whatever breaks in between, nothing counts that the log does not tell of.
    await note(services, workspace.id, who, what)
    await services.store.decisions.add(workspace.id, decision)
    await request_evaluation(services, workspace.id)
    return decision, True


def _standing(standing: Standing, kind: str, identity: str) -> Iterable[MasterRecord]:
    return standing.aliases(identity) if kind == "alias" else standing.not_same(identity)


async def reverse(services: Services, workspace: Workspace, decision: Decision, who: str) -> Decision:
    """Take a decision back from now on, and ask for an evaluation; one that is reversed stays as it is."""
    if decision.reversed_at:
        return decision
    at = text(workspace.now(services.clock()))
    await note(services, workspace.id, who, Note("decision", decision.id, "reverse", before=decision.kind))
    with suppress(Conflict):  # somebody else reverses it at this moment
        await services.store.decisions.reverse(workspace.id, decision.id, at, who)
    await request_evaluation(services, workspace.id)
    return await services.store.decisions.get(workspace.id, decision.id) or decision


async def shown(services: Services, workspace: Workspace, decisions: list[Decision]) -> list[Decision]:
    """Give decisions as people may see them: a buyer whose record is blocked by now is masked."""
    blocked: set[MasterRecord] = set()
    for connection in {each.connection for each in decisions}:
        master = await _master(services, workspace, connection)
        marks = master["is_privacy_blocked"]
        blocked |= {
            (connection, *named)
            for named, is_blocked in zip(_named(master), marks, strict=True)
            if is_blocked
        }
    return [replace(each, identity=PRIVACY_BLOCKED) if each.record in blocked else each for each in decisions]


async def _row(services: Services, workspace: Workspace, card: Card, row_id: str) -> dict[str, Any]:
    reading = await services.store.readings.latest(workspace.id, card.id)
    for row in await casework.open_rows(services, reading):
        if row["id"] == row_id:
            return row
    raise Refused("row", "the card's last reading has no such row")


def _identity_of(row: Mapping[str, Any]) -> str:
    identity = row["evidence"].get("identity", "")
    if identity == PRIVACY_BLOCKED:
        raise Refused("row", "this buyer is blocked for privacy: nothing more is kept about them")
    if not identity:
        raise Refused("row", "this card does not look buyers up in a customer master")
    return str(identity)


def _shown_records(row: Mapping[str, Any]) -> list[dict[str, str]]:
    return [*row["evidence"].get("candidates", ()), *row["evidence"].get("records", ())]


def _normalised(identity: str, workspace: Workspace) -> str:
    """Give a buyer's name as matching knows it; raises Refused for one that names nobody."""
    key, _, value = identity.partition(":")
    if key in _NAMED_BY_SHOP and value:
        return identity
    known = mailed(key, _KEYS[key](value), workspace.field_map) if key in _KEYS else ""
    if not known:
        names = ", ".join(f"{each}:…" for each in _KEYS)
        raise Refused("identity", f"not a buyer's key; these are: {names}")
    return f"{key}:{known}"


def master_jobs(workspace: Workspace, connection: str) -> list[Job]:
    """Give the streams of a connection that bring customer masters; none where it is no ledger."""
    found = workspace.connection(connection)
    try:
        jobs = [] if found is None else jobs_of(workspace, found)
    except ConfigurationError:
        return []
    return [job for job in jobs if job.stream.record_type is MasterCustomer]


async def _master(services: Services, workspace: Workspace, connection: str) -> Table:
    """Read a connection's customer master as it is visible now."""
    segments, batches = services.store.segments, []
    for job in master_jobs(workspace, connection):
        runs = await segments.runs(job.name, workspace.now(services.clock()))
        batches += await segments.batches(job.name, MasterCustomer, runs)
    return Table(MasterCustomer, batches)


async def _exists(services: Services, workspace: Workspace, record: MasterRecord) -> bool:
    connection, *named = record
    return tuple(named) in set(_named(await _master(services, workspace, connection)))


def _named(master: Table) -> list[tuple[str, str]]:
    return list(zip(master["company"], master["number"], strict=True))

"""One workspace: its document, secrets, connections, streams, evaluations and messages."""

import asyncio
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from shared import workspaces
from shared.cards import CARDS
from shared.domain.deliveries import Delivery
from shared.domain.windows import instant
from shared.domain.workspace import Connection, Workspace
from shared.errors import ConfigurationError, RetryLater
from shared.pipeline import checks
from shared.pipeline.doctor.symptoms import Symptom, counted
from shared.pipeline.freshness import inputs_of
from shared.pipeline.services import Services
from shared.store.checks import Check

LATE_EVALUATION = timedelta(minutes=45)
"""How old the last evaluation may be: pulls ask for one, and a timer for those that nobody asked for."""
LATE_DELIVERY = timedelta(hours=1)
PATIENCE_SECONDS = 60.0
"""How long the checks of a workspace's connections may take together."""


def of_document(workspace: Workspace) -> Iterator[Symptom]:
    """Find what an earlier release let pass, or what was written past the app."""
    for each in workspaces.faults(workspace):
        remedy = "mend the document and save it: ./run workspace export, then apply"
        yield Symptom("workspaces", f"{workspace.id}: {each.path}", each.message, remedy)


async def of_secrets(services: Services, workspace: Workspace, *, is_inside: bool) -> list[Symptom]:
    """Find references that lead nowhere; those to the app's own settings only from inside it."""
    paths: dict[str, str] = {}
    for path, reference in workspaces.references(workspace):
        paths.setdefault(reference, path)
    asked = [each for each in paths if is_inside or not each.startswith("env:")]
    found = await asyncio.gather(*(_unresolved(services, each) for each in asked))
    wrong = [
        Symptom("secrets", f"{workspace.id}: {paths[reference]}", *told)
        for reference, told in zip(asked, found, strict=True)
        if told
    ]
    if unseen := len(paths) - len(asked):
        told = f"{counted(unseen, 'reference')} to app settings cannot be seen from here"
        wrong.append(
            Symptom("secrets", workspace.id, told, "ask the app: ./run doctor --app URL", is_wrong=False)
        )
    return wrong


async def _unresolved(services: Services, reference: str) -> tuple[str, str] | None:
    try:
        await services.secret(reference)
    except ConfigurationError as error:
        kind, _, name = reference.partition(":")
        remedy = (
            f"set the app setting {name}"
            if kind == "env"
            else "check the vault, the secret's name, and the role Key Vault Secrets User of the identity"
        )
        return str(error), remedy
    except RetryLater as error:
        return str(error), "check TIEOUT_KEY_VAULT, and that the vault's network rules let the app in"
    return None


async def of_connections(services: Services, workspace: Workspace, *, is_inside: bool) -> list[Symptom]:
    """Check each connection by reading only; from outside the app, go by what its last check found."""
    enabled = workspace.connections_of()
    if not is_inside:
        kept = [await services.store.checks.get(workspace.id, each.name) for each in enabled]
        return [
            told
            for each, check in zip(enabled, kept, strict=True)
            for told in _of_check(workspace, each, check)
        ]
    asked = {asyncio.ensure_future(_checked(services, workspace, each)): each for each in enabled}
    if not asked:
        return []
    done, late = await asyncio.wait(asked, timeout=PATIENCE_SECONDS)
    for each in late:
        each.cancel()
    await asyncio.gather(*late, return_exceptions=True)
    found = [
        told for each in asked if each in done for told in _of_check(workspace, asked[each], each.result())
    ]
    remedy = "check it by itself: ./run sources check"
    return found + [
        Symptom("connections", f"{workspace.id}: {asked[each].name}", "the check does not end", remedy)
        for each in asked
        if each in late
    ]


async def _checked(services: Services, workspace: Workspace, connection: Connection) -> Check:
    try:
        return await checks.examine(services, workspace, connection)
    except ConfigurationError as error:
        return Check(checked_at=services.clock(), settings="", problem=str(error))


def _of_check(workspace: Workspace, connection: Connection, check: Check | None) -> Iterator[Symptom]:
    about = f"{workspace.id}: {connection.name}"
    if check is None:
        remedy = "ask the app for a check, or wait for its first pull"
        yield Symptom("connections", about, "was never checked", remedy, is_wrong=False)
        return
    if check.problem:
        remedy = f"see docs/sources/{connection.kind}.md; ./run sources check tells when it is mended"
        yield Symptom("connections", about, f"cannot be checked: {check.problem}", remedy)
    for each in check.findings:
        remedy = str(each["message"])
        yield Symptom(
            "connections", f"{about}: {each['what']}", "is missing", remedy, is_wrong=each["is_fatal"]
        )


async def of_streams(services: Services, workspace: Workspace) -> list[Symptom]:
    """Find the streams that are stale, failed, held or never read, and those with records in quarantine."""
    checkpoints = await services.store.checkpoints.of(workspace.id)
    found = []
    for job, each in inputs_of(workspace, checkpoints, workspace.now(services.clock())):
        about = f"{workspace.id}: {each.connection} {each.stream}"
        remedy = (
            "mend what it names, then ./run sources pull; the cards that need it are held until then"
            if job.source.form is None
            else "send its file: POST to the connection's records; the cards that need it are held until then"
        )
        if each.problem:
            found.append(Symptom("streams", about, each.problem, remedy, is_wrong=not each.is_awaited))
        if each.bad_records:
            told = f"{counted(each.bad_records, 'record')} in quarantine"
            remedy = "see why under bad-records of the connection, and mend them at the vendor"
            found.append(Symptom("streams", about, told, remedy, is_wrong=False))
    return found


async def of_evaluations(services: Services, workspace: Workspace) -> list[Symptom]:
    """Find whether the cards are judged as often as they should be."""
    cards = [card.id for card in CARDS if workspace.card(card.id).enabled]
    readings = await services.store.readings.latest_of(workspace.id, cards)
    evaluated = [instant(each["evaluated_at"]) for each in readings if each is not None]
    remedy = "see whether the functions evaluate and evaluate_catch_up run, and why they fail, in the log"
    if not evaluated:
        told = "no card was evaluated yet"
        return [
            Symptom(
                "evaluations", workspace.id, told, "pull its connections, then wait a minute", is_wrong=False
            )
        ]
    late = services.clock() - min(evaluated)
    if late <= LATE_EVALUATION:
        return []
    told = f"a card was last evaluated {int(late.total_seconds() // 60)} minutes ago"
    return [Symptom("evaluations", workspace.id, told, remedy)]


async def of_deliveries(services: Services, workspace: Workspace) -> list[Symptom]:
    """Find the messages that did not arrive."""
    found = await services.store.alerts.deliveries(workspace.id)
    return [*_undelivered(workspace.id, found, services.clock())]


def _undelivered(workspace: str, found: Iterable[Delivery], now: datetime) -> Iterator[Symptom]:
    deliveries = [*found]
    failed = [each for each in deliveries if each.state == "failed"]
    if failed:
        last = failed[-1].attempts[-1].outcome if failed[-1].attempts else "no attempt was made"
        told = f"{counted(len(failed), 'message')} did not arrive; of one: {last}"
        remedy = "mend the recipient or its secret, then send them again on the page Alerts"
        yield Symptom("deliveries", workspace, told, remedy)
    waiting = [
        each
        for each in deliveries
        if each.state in {"waiting", "sending"}
        and now - instant(max(each.made_at, each.not_before, each.busy_until)) > LATE_DELIVERY
    ]
    if waiting:
        told = f"{counted(len(waiting), 'message')} waiting for more than an hour"
        yield Symptom("deliveries", workspace, told, "see whether the function notify runs, in the log")

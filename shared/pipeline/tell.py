"""From readings to alerts and deliveries: what each card's reading means for the alerts, and who is told.

What is decided and what it tells are saved together; the deliveries are queued after that, and once more
by a timer where the queue did not get them.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal

from shared.access import MAY_RUN
from shared.alerting.decide import decide, merge_storms
from shared.alerting.document import operational_document, subject_of, threshold_document
from shared.alerting.observe import Judged, loud_rows, observations
from shared.alerting.route import Told, addresses, deliveries, quiet_until
from shared.domain.alerts import OPERATIONAL, Alert, AlertKey, Message, Policy
from shared.domain.deliveries import Delivery
from shared.domain.events import Event
from shared.domain.notifications import hours
from shared.domain.severity import SEVERITIES
from shared.domain.windows import text
from shared.domain.workspace import Workspace
from shared.pipeline import deliver, flows, log
from shared.pipeline.services import Services
from shared.store.tables import BATCH, Conflict

_OPERATIONAL_POLICY = Policy(resolves_after=1, worsens_by_percent=Decimal(0))


@dataclass(frozen=True, slots=True)
class _Decided:
    alert: Alert
    etag: str
    messages: tuple[Message, ...]


async def tell(services: Services, workspace: Workspace, judged: Sequence[Judged]) -> int:
    """Fold an evaluation into the workspace's alerts and queue what it tells; give how many deliveries.

    Where a person changes an alert at the same moment, it is decided anew from what they made of it: what
    was saved already is not told twice, for its alert has seen this evaluation.
    """
    now = text(services.clock())
    at = max((each.reading["evaluated_at"] for each in judged), default=now)
    made: list[Delivery] = []
    try:
        while True:
            with suppress(Conflict):
                await _fold(services, workspace, judged, at, made)
                break
    finally:
        await deliver.enqueue(services, workspace.id, made)
    if made:
        log.step("tell", workspace=workspace.id, deliveries=len(made))
    return len(made)


async def _fold(
    services: Services, workspace: Workspace, judged: Sequence[Judged], at: str, made: list[Delivery]
) -> None:
    """Save each alert with what it tells: those of a storm together, for they are told of together.

    `made` takes the deliveries as they are saved. Raises Conflict where somebody else changed an alert.
    """
    decided = await _decide(services, workspace, judged, at)
    of = {each.alert.key: (each.alert, each.etag) for each in decided}
    save, number = services.store.alerts.save, await services.store.events.last(workspace.id)
    hooks = await flows.standing(services, workspace.id)
    for group in merge_storms([message for each in decided for message in each.messages]):
        try:
            told = _told(workspace, judged, group)
            event = _event(told, number + 1, text(services.clock()))
            out = _deliveries(services, workspace, told) + flows.calls(hooks, event)
        except Exception as error:  # noqa: BLE001 - the boundary of one message: the others go out
            # Its alert is not saved either, so the next evaluation decides and tells it anew.
            log.failure("tell", error, workspace=workspace.id, card=group[0].alert.key.card)
            continue
        alerts = [of[message.alert.key] for message in group]
        # A storm of more alerts than one write takes is told of with the first of them: where the others
        # do not come to be saved, they are told of again.
        first = max(1, BATCH - len(out) - 1)
        await save(workspace.id, alerts[:first], out, event)
        made += out
        number += 1
        for start in range(first, len(alerts), BATCH):
            await save(workspace.id, alerts[start : start + BATCH])
    for each in decided:
        if not each.messages:
            await save(workspace.id, [(each.alert, each.etag)])


async def _decide(
    services: Services, workspace: Workspace, judged: Sequence[Judged], at: str
) -> list[_Decided]:
    kept = await services.store.alerts.of(workspace.id)
    now = text(services.clock())
    decided = []
    for key, seen in observations(judged, await _failing(services, workspace), kept, at).items():
        known = kept.get(key)
        before = known.alert if known else None
        alert, messages = decide(before, key, seen, _policy(workspace, key), now)
        if (known is None or alert != known.alert) and (known or messages or seen.is_breach):
            decided.append(_Decided(alert, known.etag if known else "", messages))
    return decided


async def _failing(services: Services, workspace: Workspace) -> dict[str, str]:
    """Say of each recipient why messages do not reach it; "" where they do."""
    listed = {address for each in workspace.recipients.values() for _, address in addresses(each)}
    found = await services.store.recipients.failing(workspace.id, deliver.GIVEN_UP_AFTER)
    return {recipient: found.get(recipient, "") for recipient in listed}


def _event(told: Told, number: int, now: str) -> Event:
    """Give what flows hear; of what is wrong with Tieout itself, all who may run it."""
    is_operational = told.messages[0].alert.key.card in OPERATIONAL
    roles = MAY_RUN if is_operational else sorted(told.roles)
    return Event(number=number, made_at=now, cards=told.cards, roles=tuple(roles), message=told.document)


def _deliveries(services: Services, workspace: Workspace, told: Told) -> list[Delivery]:
    now = services.clock()
    severity = max((each.severity for each in told.messages), key=SEVERITIES.index)
    until = quiet_until(workspace.notifications.quiet_hours, workspace.zone, now)
    held_back = "" if until is None or severity == "critical" else text(until)
    return deliveries(workspace.id, told, workspace.recipients, now, held_back)


def _told(workspace: Workspace, judged: Sequence[Judged], group: tuple[Message, ...]) -> Told:
    settings, zone = workspace.notifications, workspace.zone
    first = group[0]
    if first.alert.key.card in OPERATIONAL:
        return _operational(workspace, judged, group)
    each = next((each for each in judged if each.card.id == first.alert.key.card), None)
    if each is None:
        raise LookupError(f"no reading of {first.alert.key.card}")
    rows = loud_rows(each, first.alert.key.subset)
    document = threshold_document(
        first,
        each.card,
        each.reading,
        rows,
        zone=zone,
        show_names=settings.show_names,
        dashboard_url=settings.dashboard_url,
    )
    return Told(group, document, (each.card.id,), each.card.roles)


def _operational(workspace: Workspace, judged: Sequence[Judged], group: tuple[Message, ...]) -> Told:
    cards = _cards_of_sources(judged)
    about = {title for each in group for title in cards.get(subject_of(each), ())}
    waiting = [each.card for each in judged if each.card.title in about]
    document = operational_document(
        group,
        workspace.id,
        cards,
        zone=workspace.zone,
        dashboard_url=workspace.notifications.dashboard_url,
    )
    roles = frozenset(role for card in waiting for role in card.roles)
    return Told(group, document, tuple(card.id for card in waiting), roles)


def _cards_of_sources(judged: Sequence[Judged]) -> dict[str, set[str]]:
    """Give the titles of the cards that read each connection; a card that is held by itself stands alone."""
    found: dict[str, set[str]] = {}
    for each in judged:
        found.setdefault(each.card.id, set()).add(each.card.title)
        for given in each.reading["inputs"]:
            found.setdefault(given["connection"], set()).add(each.card.title)
    return found


def _policy(workspace: Workspace, key: AlertKey) -> Policy:
    if key.card in OPERATIONAL:
        return _OPERATIONAL_POLICY
    settings = workspace.card(key.card).alert
    return Policy(
        opens_after=settings.opens_after,
        resolves_after=settings.resolves_after,
        worsens_by_percent=settings.worsens_by_percent,
        remind_after=hours(settings.remind_after_hours),
        escalate_after=hours(settings.escalate_after_hours),
        high_at=settings.high_at,
        critical_at=settings.critical_at,
        old_days=settings.old_days,
    )

"""Each step of an incident is told once, none is false, and in the end those are open that should be."""

from collections.abc import AsyncIterator, Iterator
from decimal import Decimal

from dev.faults.simulation import clock
from dev.faults.simulation.checks.endings import Ending
from shared.alerting.decide import lapsed
from shared.alerting.observe import Judged, compared
from shared.cards import card_of
from shared.domain.alerts import OPERATIONAL
from shared.domain.events import Event
from shared.domain.windows import text
from shared.pipeline import casework
from shared.pipeline.history import JUDGED

Key = tuple[str, str]


async def broken(ending: Ending) -> AsyncIterator[str]:
    """Say which alerts are missing, doubled or false."""
    events = await ending.services.store.events.after(ending.workspace, 0)
    numbers = [each.number for each in events]
    if numbers != list(range(1, len(events) + 1)):
        yield f"the events have the numbers {numbers}"
    told: dict[Key, int] = {}
    for event in events:
        for each in (*_misnumbered(event, told), *_false(ending, event)):
            yield each
    kept = await ending.services.store.alerts.of(ending.workspace)
    now = text(clock.instant(clock.seconds()))
    standing = {
        (key.card, key.subset or key.entity) for key, each in kept.items() if lapsed(each.alert, now).is_open
    }
    if standing != told.keys():
        yield f"open are {sorted(standing)}, but people were told of {sorted(told)}"
    expected = {(card, "") for card in ending.cards if await _is_past(ending, card)}
    if standing != expected:
        yield f"open are {sorted(standing)}, but should be {sorted(expected)}"


def _misnumbered(event: Event, told: dict[Key, int]) -> Iterator[str]:
    """Count a message of an incident among those that were told, and find what is wrong with its number."""
    kind, number, keys = event.message["kind"], event.message["number"], _about(event)
    for key in keys:
        if (kind == "opened") == (key in told):
            yield f"{key} is told as {kind} while it is {'open' if key in told else 'not'}"
        told[key] = told.get(key, 0) + 1
    # Several sources are told of together, under the number of one of them.
    due = sorted({told[key] for key in keys})
    if number not in due:
        yield f"{event.message['heading']} is told as number {number} of its incident, not {due}"
    if kind == "recovered":
        for key in keys:
            del told[key]


def _about(event: Event) -> list[Key]:
    message = event.message
    if message["card"] in OPERATIONAL:
        return [(message["card"], each["connection"]) for each in message["sources"]]
    return [(message["card"], message["subset"])]


def _false(ending: Ending, event: Event) -> Iterator[str]:
    """Find what was told of a threshold without a reading that was shown and is past it."""
    message = event.message
    if message["card"] in OPERATIONAL or message["kind"] == "recovered":
        return
    shown = [
        each.reading
        for each in ending.ground.journal.shown
        if each.reading["card"] == message["card"]
        and each.reading["rows_of"] == message["evaluation"]
        and each.reading["status"] in JUDGED
    ]
    threshold = Decimal(shown[0]["threshold"]["value"]) if shown else Decimal(0)
    if not any(Decimal(each["compared"]) > threshold for each in shown):
        yield f"{message['heading']}, told at {event.made_at}, and no reading said so"


async def _is_past(ending: Ending, card_id: str) -> bool:
    """Say whether a card is past its threshold in the end, without what people keep quiet."""
    card, reading = card_of(card_id), ending.last[card_id].reading
    if card is None or reading["status"] not in JUDGED:
        return False
    workspace = ending.ground.workspace
    rows = await ending.services.store.readings.rows(workspace.id, card_id, reading["rows_of"])
    (states,) = await casework.states_of(ending.services, workspace, card)
    quiet = frozenset(case_id for case_id, case in states.items() if case.state in {"snoozed", "ignored"})
    settings = workspace.card(card_id)
    value, _ = compared(Judged(card, settings, reading, rows, quiet))
    return value > card.threshold_in(settings)

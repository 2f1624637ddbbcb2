"""Which rows a request is about: of the last reading, of the one its pages began with, or as of a moment."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from functions import problems
from functions.http import Call
from functions.page_tokens import Place
from functions.row_queries import RowQuery
from functions.row_views import PastView, StoredView, View
from shared.cards.card import Card
from shared.pipeline.as_of import NotKept, NotYet, Recomputed, recompute
from shared.pipeline.row_states import RowStates
from shared.pipeline.settled import settle
from shared.store.readings import SETTLED
from shared.workspaces import Fault

Reading = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shown:
    """A reading whose rows are shown, and where they are."""

    reading: Reading
    settled: str = ""
    """The evaluation under which its settled rows are kept; "" where none are asked for."""
    recomputed: Recomputed | None = None
    """As of a past instant: with its rows."""

    @property
    def state(self) -> str:
        """Give what changes whenever another reading is shown."""
        if self.recomputed is not None:
            return f"as of {self.reading['asked_for']}|{self.reading['rows_digest']}|{self.reading['status']}"
        names = ("evaluation", "evaluated_at", "rows_of", "status")
        return "|".join(str(self.reading.get(name)) for name in names)


async def shown_for(call: Call, card: Card, query: RowQuery, place: Place | None) -> Shown:
    """Give the reading whose rows are asked for; raises Problem where there is none, or none any more."""
    if query.as_of is not None:
        found = await as_of(call, card, query.as_of)
        _refuse_none(found.reading)
        return Shown(found.reading, recomputed=found)
    reading = await (_of_place(call, card, place) if place else _latest(call, card))
    if query.include_matched != "true":
        return Shown(reading)
    try:
        return Shown(reading, await settle(call.services, card, reading))
    except (NotKept, NotYet) as error:
        why = f"The settled rows of this reading cannot be worked out any more: {error}."
        raise problems.gone(why) from None


async def as_of(call: Call, card: Card, moment: datetime) -> Recomputed:
    """Work out what a card said at an instant; raises Problem for one that is not kept, or yet to come."""
    if moment > call.workspace.now(call.services.clock()):
        raise problems.bad_query([Fault("as_of", "is in the future")])
    call.recomputes()
    try:
        return await recompute(call.services, call.workspace, card, moment)
    except NotYet as error:
        raise problems.no_rows(f"Nothing was said of that instant: {error}.") from None
    except NotKept as error:
        raise problems.gone(f"This instant cannot be worked out any more: {error}.") from None


def published_at(reading: Reading) -> str:
    """Give what tells two readings of one evaluation apart, as a pinned clock makes them."""
    return str(reading.get("published_at") or reading.get("evaluated_at", ""))


async def view_of(call: Call, shown: Shown, states: RowStates, query: RowQuery) -> View:
    """Give the rows that are shown, with their states; those of a past instant have none."""
    if shown.recomputed is not None:
        return PastView(shown.recomputed, wants_all=query.include_matched == "true")
    reading, readings = shown.reading, call.services.store.readings
    name = reading["workspace"], reading["card"]
    parts = [await readings.stored_rows(*name, reading["rows_of"])]
    if shown.settled:
        parts.append(await readings.stored_rows(*name, shown.settled, SETTLED))
    return StoredView(parts, states)


def refuse_swept(reading: Reading, rows: int) -> None:
    """Raise Problem where fewer rows are there than were counted: they were swept away meanwhile."""
    if rows < reading["row_count"]:
        raise swept()


def swept() -> problems.Problem:
    """Give the problem of a reading whose rows were swept away."""
    return problems.gone("The rows of this reading are not kept any more.")


async def _latest(call: Call, card: Card) -> Reading:
    reading = await call.services.store.readings.latest(call.workspace.id, card.id)
    _refuse_none(reading)
    return reading or {}


def _refuse_none(reading: Reading | None) -> None:
    if reading is None or reading["value_as_of"] is None:
        status = "not evaluated" if reading is None else reading["status"].replace("_", " ")
        raise problems.no_rows(f"The card is {status}: that it has no rows does not mean that all is well.")


async def _of_place(call: Call, card: Card, place: Place) -> Reading:
    """Give the reading that a page belongs to; 410 where it has been replaced or swept away."""
    readings = call.services.store.readings
    reading = await readings.at(call.workspace.id, card.id, place.evaluation)
    if reading is None or reading["rows_of"] is None or published_at(reading) != place.evaluated_at:
        raise problems.gone("The evaluation of these pages is not kept any more; begin again.")
    return (await readings.standing(call.workspace.id)).shown(reading | reading.get("stood", {}))

"""The page of a card: what it says, what it is made of, its rows, and what is done about them."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlencode

import azure.functions as func

from functions.blueprints import blueprint
from functions.dashboard import card_columns, card_cuts, card_figures, card_words, card_work
from functions.dashboard.asking import ask
from functions.dashboard.card_line import line_of
from functions.dashboard.card_pages import Pages, pages_of
from functions.dashboard.card_views import CardQuery, View, applicable
from functions.dashboard.card_work import Outcome
from functions.dashboard.fields import plain
from functions.dashboard.pages import page, shown
from functions.dashboard.visit import Visit
from functions.exception_requests import MOST_AT_ONCE
from functions.problems import Problem
from shared.access import ROLES, may_see
from shared.cards import card_of
from shared.cards.card import Card
from shared.domain.gap.summary import RED_FLAG_DAYS

BLUEPRINT = blueprint()
_WEEKS = 12
_PATH = "{workspace}/cards/{card}"
_DECIDERS = frozenset(ROLES) - {"marketing"}
_FIRST = {"money": ("reason", "queue", "entity"), "customers": ("cause", "cohort", "entity")}
"""The filters that stand at once; the others are behind a click."""
_MORE = frozenset({"min_age_days", "max_age_days", "as_of", "unassigned", "include_matched"})

_UNREAD: Mapping[str, Any] = {
    **dict.fromkeys(("window_start", "window_end", "asked_for"), ""),
    **dict.fromkeys(
        ("compared", "comparison", "older_unresolved", "value_as_of", "joined_at", "lag_seconds")
    ),
    **dict.fromkeys(("breakdown", "subsets", "inputs", "waiting_for"), ()),
    "figures": {},
    "row_count": 0,
    "is_recomputed": False,
}
"""What the reading of a card that was never evaluated says of all that only an evaluation knows."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of rows, or why there is none."""

    rows: tuple[Row, ...] = ()
    pages: Pages | None = None
    problem: Problem | None = None
    begins_again: bool = False
    """The page that was asked for is not kept any more, so the first one is given."""


@page(BLUEPRINT, "show_card", _PATH, roles=ROLES, query=CardQuery, by_card=True)
async def show_card(visit: Visit) -> func.HttpResponse:
    """Show a card as its address asks for it."""
    card = visit.card(visit.workspace)
    return await _shown(visit, card, View.of(visit, card), None)


@page(BLUEPRINT, "work_on_card", _PATH, roles=ROLES, method="POST", query=CardQuery, by_card=True)
async def work_on_card(visit: Visit) -> func.HttpResponse:
    """Do something about rows, and show the card again with what came of it."""
    card = visit.card(visit.workspace)
    view, form = View.of(visit, card), visit.form()
    try:
        outcome = await _done(visit, view, form)
    except Problem as problem:
        faults = "; ".join(f"{each.path}: {plain(each.message)}" for each in problem.faults)
        said = f"Nothing was changed. {faults}." if faults else f"{problem.title}. {problem.detail}"
        outcome = Outcome(problem=said)
    return await _shown(visit, card, view, outcome)


async def _done(visit: Visit, view: View, form: Mapping[str, str]) -> Outcome:
    base, action = f"/workspaces/{quote(visit.workspace.id)}", form.get("action", "")
    row = quote(form.get("row", ""), safe="")
    if action in card_work.STEPS:
        return await card_work.change(visit, view, (await _listed(visit, view)).rows, form)
    if action == "undo":
        return await card_work.undo(visit, form)
    if action == "comment":
        comment = form.get("comment", "").strip()
        if not comment:
            return Outcome(problem="Write the comment first.")
        await ask(visit, "POST", f"{base}/exceptions/{row}/comments", {"comment": comment})
        return Outcome("Comment kept.")
    if action in {"alias", "not_same"}:
        named = {name: form.get(name, "") for name in ("connection", "company", "number", "why")}
        about = {"kind": action, "card": visit.part("card"), "row": form.get("row", "")}
        await ask(visit, "POST", f"{base}/decisions", about | named)
        return Outcome("Decision kept. The card is evaluated again, and the row follows.")
    return Outcome(problem="Choose what to do with the rows.")


async def _shown(visit: Visit, card: Card, view: View, outcome: Outcome | None) -> func.HttpResponse:
    as_of = {"as_of": view.get("as_of")} if view.get("as_of") else {}
    reading, history, listing = await asyncio.gather(
        ask(visit, "GET", f"{view.api}?{urlencode(as_of)}" if as_of else view.api),
        ask(visit, "GET", f"{view.api}/history?weeks={_WEEKS}"),
        _listed(visit, view),
    )
    reading = _UNREAD | reading
    opened, case = await _opened(visit, view, listing)
    reader, filters = visit.reader, applicable(card)
    words = card_words.names(visit.workspace, reading)
    every = card_columns.columns(card, view, listing.rows)
    return await shown(
        visit,
        "card.html",
        title=card.title,
        view=view,
        reading=reading,
        outcome=outcome,
        trend=card_cuts.history(reading, history["weeks"], reader),
        cuts=card_cuts.cuts(reading, card_cuts.Shown(view, {*filters}, reader)),
        over_time=card_cuts.over_time(reading, reader),
        pareto=card_cuts.pareto(reading, reader),
        listing=listing,
        open_row=opened,
        case=case,
        every_column=every,
        columns=[each for each in every if each.is_shown],
        choices=card_words.choices(view, filters, words, reading),
        chips=card_words.chips(view, words, reader),
        names=words,
        assignees=card_words.assignees(listing.rows),
        name_of=card_work.name_of,
        word=card_words.word,
        words_of=card_words,
        titled=card_words.title_of,
        sees=lambda other: _sees(visit, other),
        in_a_week=_in_a_week(visit),
        line=await line_of(visit, view, reading, listing.rows, listing.pages),
        figures=card_figures.figures(reading, reader),
        main_filters=_FIRST[card.unit],
        more_set=bool(view.asked.keys() & _MORE),
        red_flag_days=RED_FLAG_DAYS,
        two=_two,
        may_decide=card.unit == "customers" and visit.caller.has(*_DECIDERS),
        most_at_once=MOST_AT_ONCE,
    )


async def _listed(visit: Visit, view: View) -> Listing:
    """Give the page of rows that is asked for; where it is gone, the first one of now."""
    token, size = view.get("page_token"), view.page_size
    try:
        body = await ask(visit, "GET", view.rows(page_size=size, **({"page_token": token} if token else {})))
        return Listing(tuple(body["rows"]), pages_of(body, token, size))
    except Problem as problem:
        if not token or problem.status not in {HTTPStatus.GONE, HTTPStatus.BAD_REQUEST}:
            return Listing(problem=problem)
    try:
        body = await ask(visit, "GET", view.rows(page_size=size))
    except Problem as problem:
        return Listing(problem=problem)
    return Listing(tuple(body["rows"]), pages_of(body, "", size), begins_again=True)


async def _opened(visit: Visit, view: View, listing: Listing) -> tuple[Row | None, Row | None]:
    """Give the row that is open, and what was done about it: also one that this page does not list."""
    row_id = view.get("row")
    if not row_id:
        return None, None
    row = next((each for each in listing.rows if each["id"] == row_id), None)
    if view.get("as_of") or (row is not None and row["is_settled"]):
        return row, None
    try:
        target = f"/workspaces/{quote(visit.workspace.id)}/exceptions/{quote(row_id, safe='')}"
        case = await ask(visit, "GET", target)
    except Problem:  # a row that is settled, or was never one of this card
        return row, None
    if case["card"] != visit.part("card"):
        return row, None
    told = case["row"] and {**case["row"], "state": case["state"], "assignee": case["assignee"]}
    return row or told, case


def _sees(visit: Visit, name: str) -> bool:
    """Say whether the visitor may open another card of this workspace."""
    other = card_of(name)
    return other is not None and visit.workspace.card(name).enabled and may_see(other, visit.caller)


def _two(value: str) -> Decimal:
    return Decimal(value).quantize(Decimal("0.01"))


def _in_a_week(visit: Visit) -> str:
    local = visit.services.clock().astimezone(visit.workspace.zone)
    return (local + timedelta(days=7)).date().isoformat()

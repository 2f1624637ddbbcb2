"""The pages of settings: what stands, what a change would do, and saving it (GEN-03, GEN-12)."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import azure.functions as func

from functions import problems
from functions.blueprints import blueprint
from functions.dashboard import settings_cards, settings_field_map, settings_recipients
from functions.dashboard.asking import answer_of
from functions.dashboard.fields import AnyField, Change, Field, Typed, beside
from functions.dashboard.notices import done, notice
from functions.dashboard.pages import page, shown
from functions.dashboard.settings_form import Document, Section, address
from functions.dashboard.told import told_changes
from functions.dashboard.trial import tried, tryable
from functions.dashboard.visit import Visit
from functions.problems import Problem
from functions.workspaces import acceptable
from shared.access import MAY_CONFIGURE, MAY_READ_CONFIGURATION, may_see
from shared.cards import CARDS
from shared.cards.card import Card
from shared.domain.workspace import Workspace

BLUEPRINT = blueprint()


@dataclass(frozen=True, slots=True)
class _Stand:
    """What is stored, by which a form is held."""

    document: Document
    tag: str
    """Names the document: a save holds only while it is this one."""


@page(BLUEPRINT, "show_settings", "{workspace}/settings", roles=MAY_READ_CONFIGURATION)
async def show_settings(visit: Visit) -> func.HttpResponse:
    """Show what is set in a workspace, and the ways to change it."""
    workspace = visit.workspace
    stand = await _stand(visit)
    return await shown(
        visit,
        "settings.html",
        title="Settings",
        notice=notice(visit),
        document=stand.document,
        cards=[
            (
                card,
                workspace.card(card.id),
                card.threshold_in(workspace.card(card.id)),
                settings_cards.unit_of(card),
            )
            for card in CARDS
        ],
        told=told_changes(workspace.model_copy(update={"recipients": {}}), workspace),
        may_save=visit.caller.has(*MAY_CONFIGURE),
    )


def _pages(name: str, path: str) -> None:
    """Register the page of a section, and what its form asks for."""

    async def show(visit: Visit) -> func.HttpResponse:
        """Show a part of the settings as a form."""
        section, stand = _section(visit), await _stand(visit)
        return await _page(visit, section, stand, section.stored(stand.document))

    async def take(visit: Visit) -> func.HttpResponse:
        """Show what a form would change, or save what was shown so."""
        return await _taken(visit, _section(visit))

    page(BLUEPRINT, f"show_{name}", path, roles=MAY_READ_CONFIGURATION)(show)
    page(BLUEPRINT, f"change_{name}", path, roles=MAY_READ_CONFIGURATION, method="POST")(take)


_pages("card_settings", "{workspace}/settings/cards/{which}")
_pages("field_map", "{workspace}/settings/field-map")
_pages("recipients", "{workspace}/settings/recipients")


def _section(visit: Visit) -> Section:
    if name := visit.part("which"):
        card = settings_cards.card_named(name)
        if card is None:
            raise problems.not_found("There is no card of this name.")
        return settings_cards.section_of(card)
    is_field_map = visit.request.url.partition("?")[0].endswith("/field-map")
    return settings_field_map.section_of(visit.workspace) if is_field_map else settings_recipients.section()


async def _taken(visit: Visit, section: Section) -> func.HttpResponse:
    """Answer a form: with what it would change, with what is wrong in it, or by saving it."""
    form, stand = visit.form(), await _stand(visit)
    typed = section.typed(form)
    changes = section.changes(section.stored(stand.document), typed)
    if form.get("tag", "") != stand.tag:
        return await _changed_meanwhile(visit, section, stand, typed)
    if not changes:
        return done(address(visit, section), "nothing")
    body = json.dumps(section.changed(stand.document, typed)).encode()
    try:
        changed = acceptable(visit, body)
        if form.get("do") == "save":
            await _save(visit, section, body, stand.tag)
            return done(address(visit, section), "save" if section.cards else "save_told")
    except Problem as problem:
        if problem.status == HTTPStatus.PRECONDITION_FAILED:
            return await _changed_meanwhile(visit, section, await _stand(visit), typed)
        if problem.status not in {HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.FORBIDDEN}:
            raise
        return await _page(visit, section, stand, typed, problem=problem)
    wanted = form.get("try", "")
    cards = [each for each in section.cards if wanted in {"", each.id}]
    return await _page(
        visit,
        section,
        stand,
        typed,
        trial=await _trial(visit, section, changed, cards, (stand, typed)),
        changes=changes,
    )


async def _save(visit: Visit, section: Section, body: bytes, tag: str) -> None:
    """Save a document, and have the cards recalculated that it may change: nobody waits for a timer."""
    target = f"/workspaces/{visit.workspace.id}"
    await answer_of(visit, "PUT", target, json.loads(body), {"if-match": tag})
    if section.cards and visit.workspace.enabled:
        await answer_of(visit, "POST", f"{target}/evaluate")


async def _changed_meanwhile(
    visit: Visit, section: Section, stand: _Stand, typed: Mapping[str, Typed]
) -> func.HttpResponse:
    """Show what somebody else saved beside what was typed; saving again is then a choice."""
    differing = section.changes(section.stored(stand.document), typed)
    return await _page(visit, section, stand, typed, problem=problems.changed(), differing=differing)


async def _trial(
    visit: Visit,
    section: Section,
    changed: Workspace,
    cards: Iterable[Card],
    form: tuple[_Stand, Mapping[str, Typed]],
) -> dict[str, Any]:
    """Give what a change would do: to the figures of cards, and to who is told."""
    stand, typed = form
    change, is_read_anew = tryable(section.tried(stand.document, typed))
    return {
        "is_read_anew": is_read_anew,
        "cards": await tried(visit, cards, change) if change and section.cards else [],
        "told": told_changes(visit.workspace, changed) if not section.cards else [],
    }


async def _page(  # noqa: PLR0913 - what a form is shown with, each of it by name
    visit: Visit,
    section: Section,
    stand: _Stand,
    typed: Mapping[str, Typed],
    *,
    problem: Problem | None = None,
    trial: dict[str, Any] | None = None,
    changes: Iterable[Change] = (),
    differing: Iterable[Change] | None = None,
) -> func.HttpResponse:
    found = beside(section.fields, problem.faults if problem else ())
    return await shown(
        visit,
        "settings_form.html",
        title=section.title,
        notice=notice(visit),
        section=section,
        address=address(visit, section),
        tag=stand.tag,
        typed=typed,
        problem=problem,
        faults=found,
        is_empty=lambda group: (
            not any(found.get(each.path) or _is_given(each, typed) for each in group.fields)
        ),
        trial=trial,
        changes=list(changes),
        differing=differing,
        may_save=visit.caller.has(*MAY_CONFIGURE),
        visible=[card for card in section.cards if may_see(card, visit.caller)],
    )


def _is_given(each: AnyField, typed: Mapping[str, Typed]) -> bool:
    """Say whether a person gave something in a field; what is chosen from a list always says something."""
    return bool(typed[each.path]) and not (isinstance(each, Field) and each.kind == "choice")


async def _stand(visit: Visit) -> _Stand:
    answer = await answer_of(visit, "GET", f"/workspaces/{visit.workspace.id}")
    return _Stand(json.loads(answer.get_body()), answer.headers["ETag"])

"""The page of sources: how fresh each stream is, what is wrong, and reading it now (GEN-01)."""

from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import azure.functions as func
from pydantic import Field

from functions.blueprints import blueprint
from functions.dashboard.asking import ask
from functions.dashboard.notices import done, notice
from functions.dashboard.pages import page, shown
from functions.dashboard.source_health import fault_of_check
from functions.dashboard.visit import Visit
from functions.problems import Problem
from functions.queries import Query, query_of
from shared.access import MAY_RUN, ROLES
from shared.sources import source_of

BLUEPRINT = blueprint()
_PAGE_SIZE = 50
_PARTS = ("{workspace}", "sources", "{connection}")


class SourcesPageQuery(Query):
    """What the page of sources takes."""

    done: str = ""


class QuarantineQuery(Query):
    """Which records in quarantine are shown."""

    stream: str = Field(default="", max_length=100)
    page_token: str = Field(default="", max_length=2_000)


@page(BLUEPRINT, "show_sources", "{workspace}/sources", roles=ROLES, query=SourcesPageQuery)
async def show_sources(visit: Visit) -> func.HttpResponse:
    """Show each connection with its streams: how fresh, how many records, and what is wrong."""
    query_of(visit.request, SourcesPageQuery)
    return await _page(visit)


@page(
    BLUEPRINT,
    "show_quarantine",
    "{workspace}/sources/{connection}/quarantine",
    roles=ROLES,
    query=QuarantineQuery,
)
async def show_quarantine(visit: Visit) -> func.HttpResponse:
    """Show the records of a connection that could not be read, and why; never what is in them."""
    query = query_of(visit.request, QuarantineQuery)
    address = (
        f"/workspaces/{visit.workspace.id}/sources/{quote(visit.part('connection'), safe='')}/bad-records"
    )
    asked = f"?page_size={_PAGE_SIZE}"
    asked += "".join(
        f"&{name}={quote(value, safe='')}"
        for name, value in (("stream", query.stream), ("page_token", query.page_token))
        if value
    )
    found = await ask(visit, "GET", f"{address}{asked}")
    sources = await ask(visit, "GET", f"/workspaces/{visit.workspace.id}/sources")
    [source] = [each for each in sources["sources"] if each["name"] == found["connection"]]
    return await shown(
        visit,
        "quarantine.html",
        title=f"Refused records of {source['title']}",
        found=found,
        query=query,
        source=source,
        total=sum(each["bad_records"] for each in source["streams"] if query.stream in {"", each["stream"]}),
    )


def _action(name: str, path: str, what: str) -> None:
    """Register what a button of the page asks for: the interface's own route, with its query."""

    async def act(visit: Visit) -> func.HttpResponse:
        """Ask for what a button of the page of sources says."""
        form = visit.form()
        asked = "&".join(
            f"{each}={quote(form[each], safe='')}" for each in ("anew", "stream", "records") if each in form
        )
        connection = visit.part("connection")
        end = f"sources/{quote(connection, safe='')}/{what}" if connection else what
        try:
            await ask(visit, "POST", f"/workspaces/{visit.workspace.id}/{end}{'?' if asked else ''}{asked}")
        except Problem as problem:
            if problem.status == HTTPStatus.NOT_FOUND:
                raise
            return await _page(visit, problem)
        said = "pull_anew" if form.get("anew") else what
        return done(f"{visit.base}/sources", said)

    page(BLUEPRINT, name, path, roles=MAY_RUN, method="POST")(act)


_action("pull_now", "/".join((*_PARTS, "pull")), "pull")
_action("check_now", "/".join((*_PARTS, "check")), "check")
_action("confirm_now", "/".join((*_PARTS, "confirm")), "confirm")
_action("evaluate_now", "{workspace}/evaluate", "evaluate")


async def _page(visit: Visit, problem: Problem | None = None) -> func.HttpResponse:
    found = await ask(visit, "GET", f"/workspaces/{visit.workspace.id}/sources")
    sources = [{**each, **_said(each)} for each in found["sources"]]
    return await shown(
        visit,
        "sources.html",
        title="Sources",
        notice=notice(visit),
        problem=problem,
        sources=sources,
        failed_deliveries=found["failed_deliveries"],
        is_pulling=any(each["is_pulling"] for source in sources for each in source["streams"]),
        may_run=visit.caller.has(*MAY_RUN),
        clock=visit.services.clock(),
        is_all_read=all(each["state"][0] in {"ok", "off"} for each in sources),
        troubled=[each for each in sources if each["state"][0] in {"alert", "attention"}],
    )


def _said(source: dict[str, Any]) -> dict[str, Any]:
    """Give a connection's streams with the state of each in a word, and that of the worst of them."""
    kind = source_of(source["kind"])
    streams = [{**each, "state": state_of(source, each)} for each in source["streams"]]
    order = ("alert", "attention", "held", "ok")
    states = [each["state"] for each in streams]
    state = min(states, key=lambda each: order.index(each[0])) if states else ("ok", "No stream")
    if source["problem"] or fault_of_check(source) is not None:
        state = ("alert", "Not working")
    if not source["enabled"]:
        state = ("off", "Switched off")
    return {"streams": streams, "state": state, "is_sent": kind is not None and kind.form is not None}


def state_of(source: dict[str, Any], stream: dict[str, Any]) -> tuple[str, str]:
    """Give the state of a stream: its colour, and a word."""
    states = (
        (not source["enabled"], ("off", "Switched off")),
        (stream["is_pulling"], ("held", "Reading")),
        (stream["missing"], ("alert", "Too few")),
        (stream["problem_at"], ("alert", "Failed")),
        (stream["last_success_at"] is None, ("held", "Not read yet")),
        (stream["problem"], ("attention", "Late")),
        (stream["bad_records"], ("attention", "Some refused")),
    )
    return next((state for holds, state in states if holds), ("ok", "Up to date"))

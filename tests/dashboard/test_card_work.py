"""Working the rows from a card's page: one or many, what is refused row by row, and undone again."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.dashboard.card_work import Before, changes_back
from shared.domain.exceptions import STATES, TIEOUT, Action, ExceptionCase, NotAllowed, State, Step, act
from shared.store.exception_entities import CardName
from shared.store.store import Store
from tests.dashboard.conftest import Enter
from tests.dashboard.visitor import Browser, Seen
from tests.functions.app import GAP, OPERATOR_KEY, add_workspace, call, order, publish

PAGE = f"/dashboard/acme/cards/{GAP}"
APPEARED = Step(at="2026-04-12T01:00:00Z", who=TIEOUT, action="appeared")
IDS = ("BC-1", "SH-#2", "BC-3")
UNTIL = {"until": "2026-05-01", "ignore_until": "2026-05-01", "reason": "Agreed with the customer"}


async def _begin(store: Store, enter: Enter, *ids: str) -> Browser:
    await add_workspace(store)
    rows = [order(each, gap=100 - at) for at, each in enumerate(ids or IDS)]
    await publish(store, rows, figures={"net_commerce_revenue_amount": "9000.00"})
    for each in ids or IDS:
        told = {"occurred_at": "2026-04-11T12:00:00Z", "order": each}
        await store.exceptions.take(CardName("acme", GAP), each, APPEARED, summary=told)
    return await enter("owner")


async def _work(browser: Browser, ids: str = "", place: str = PAGE, **fields: str) -> Seen:
    token = (await browser.get(PAGE)).csrf_token
    return await browser.post(place, {"csrf_token": token, "ids": ids, **fields})


async def _stand(*ids: str) -> list[tuple[str, str]]:
    found = [
        (await call("GET", f"/workspaces/acme/exceptions/{quote(each)}", OPERATOR_KEY)).json for each in ids
    ]
    return [(each["state"], each["assignee"]) for each in found]


def _befores(seen: Seen) -> str:
    fields = seen.text.split('name="before" value="')[1:]
    return ",".join(each.partition('"')[0].replace("&amp;", "&") for each in fields)


async def test_many_are_assigned_at_once_and_undone(store: Store, enter: Enter) -> None:
    """What was chosen has one assignee, what was not has none; undo gives back how each stood."""
    browser = await _begin(store, enter)
    await _work(browser, "BC-1", action="assign", assignee="Dana")
    seen = await _work(browser, "BC-1,SH-#2", action="assign", assignee="Robin")
    assert "Assigned 2 rows." in seen.words
    assert [("assigned", "Robin"), ("assigned", "Robin"), ("open", "")] == await _stand(*IDS)
    seen = await _work(browser, action="undo", before=_befores(seen))
    assert "Undone for 2 rows." in seen.words
    assert [("assigned", "Dana"), ("open", ""), ("open", "")] == [
        (state if assignee else "open", assignee) for state, assignee in await _stand(*IDS)
    ]


@pytest.mark.parametrize("first", ["", "acknowledge", "assign", "snooze", "ignore", "resolve"])
@pytest.mark.parametrize("then", ["acknowledge", "assign", "snooze", "ignore", "resolve", "reopen"])
async def test_undo_gives_back_how_it_stood(store: Store, enter: Enter, first: str, then: str) -> None:
    """Whatever is done after whatever: undo leads back to the state, the assignee, the end and the reason.

    A row that was reopened comes back as open: there is no working at it that makes it reopened.
    """
    browser = await _begin(store, enter, "BC-1")
    if first:
        await _work(browser, "BC-1", action=first, assignee="Dana", **UNTIL)
    address = "/workspaces/acme/exceptions/BC-1"
    before = (await call("GET", address, OPERATOR_KEY)).json
    seen = await _work(browser, "BC-1", action=then, assignee="Robin", **UNTIL)
    befores = _befores(seen)
    if not befores:
        assert "could not be changed" in seen.words
        return
    assert "could not be changed" not in (await _work(browser, action="undo", before=befores)).words
    after = (await call("GET", address, OPERATOR_KEY)).json
    alike = {"open": "open", "assigned": "open", "reopened": "open"}

    def stands(case: Mapping[str, Any]) -> tuple[Any, ...]:
        ends = case["snoozed_until"], case["ignored_until"], case["ignored_because"]
        return alike.get(case["state"], case["state"]), case["assignee"], *ends

    assert stands(before) == stands(after)


async def test_undo_leaves_what_somebody_changed_since(store: Store, enter: Enter) -> None:
    """A colleague who took a row up meanwhile keeps it: undo says so, and undoes the others."""
    browser = await _begin(store, enter)
    seen = await _work(browser, "BC-1,BC-3", action="assign", assignee="Robin")
    await _work(browser, "BC-3", action="resolve")
    undone = await _work(browser, action="undo", before=_befores(seen))
    assert "Undone for 1 row. 1 could not be changed: BC-3" in undone.words
    assert "Somebody has changed it since: it is resolved." in undone.words
    assert ["open", "resolved"] == [state for state, _ in await _stand("BC-1", "BC-3")]


async def test_ignoring_can_end(store: Store, enter: Enter) -> None:
    """The form takes a day until which a row is ignored; without one it is ignored for good."""
    browser = await _begin(store, enter)
    await _work(browser, "BC-1", action="ignore", reason="Paid in cash", ignore_until="2030-04-20")
    await _work(browser, "BC-3", action="ignore", reason="Paid in cash")
    ends = [
        (await call("GET", f"/workspaces/acme/exceptions/{name}", OPERATOR_KEY)).json["ignored_until"]
        for name in ("BC-1", "BC-3")
    ]
    assert ["2030-04-19T23:00:00Z", None] == ends
    assert 'name="ignore_until"' in (await browser.get(PAGE)).text


async def test_what_is_refused_is_said_row_by_row(store: Store, enter: Enter) -> None:
    """A resolved row cannot be assigned: it is named with why, and the others are done."""
    browser = await _begin(store, enter)
    await _work(browser, "BC-3", action="resolve")
    seen = await _work(browser, "BC-1,BC-3", action="assign", assignee="Dana")
    assert "Assigned 1 row. 1 could not be changed: BC-3" in seen.words


NOT_DONE = [
    ({"action": "assign", "assignee": "Dana"}, "Choose at least one row first."),
    ({"ids": "BC-1", "action": "snooze", "until": "Friday"}, "Say the day as a date"),
    ({"ids": "BC-1", "action": "snooze"}, "Say until when to snooze"),
    ({"ids": "BC-1", "action": "ignore"}, "Say why this can be ignored."),
    ({"ids": "BC-1", "action": "sing"}, "Choose what to do with the rows."),
    ({"row": "BC-1", "action": "comment", "comment": " "}, "Write the comment first."),
    ({"ids": "nobody", "action": "resolve"}, "There is no such exception"),
    ({"row": "BC-1", "action": "comment", "comment": "x" * 4_001}, "Nothing was changed. comment: "),
]


@pytest.mark.parametrize(("fields", "told"), NOT_DONE)
async def test_what_cannot_be_done_says_why(
    store: Store, enter: Enter, fields: dict[str, str], told: str
) -> None:
    """Nothing chosen, no date, no reason, no such row: said in words, and nothing changes."""
    browser = await _begin(store, enter)
    seen = await _work(browser, **fields)
    assert 200 == seen.status
    assert told in seen.words
    assert [("open", "")] * 3 == await _stand(*IDS)


async def test_all_that_fit_change_at_once(store: Store, enter: Enter) -> None:
    """With `all`, the rows of every page that fit the filters change, and no other."""
    names = [f"O-{number:03}" for number in range(70)]
    browser = await _begin(store, enter, *names, "X-1")
    seen = await _work(browser, place=f"{PAGE}?q=O-", action="acknowledge", all="true")
    assert "Acknowledged 70 rows." in seen.words
    assert [("acknowledged", ""), ("open", "")] == await _stand("O-069", "X-1")


async def test_a_comment_stands_in_the_history(store: Store, enter: Enter) -> None:
    """What somebody writes is shown with who wrote it, as text."""
    browser = await _begin(store, enter)
    seen = await _work(browser, place=f"{PAGE}?row=BC-1", row="BC-1", action="comment", comment="Asked <Ann>")
    assert "Comment kept." in seen.words
    assert "Asked &lt;Ann&gt;" in seen.text


async def test_a_change_without_the_token_changes_nothing(store: Store, enter: Enter) -> None:
    """A form that is not of this session is refused."""
    browser = await _begin(store, enter)
    seen = await browser.post(PAGE, {"ids": "BC-1", "action": "resolve"})
    assert 403 == seen.status
    assert [("open", "")] == await _stand("BC-1")


FIELDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(
    st.builds(
        Before,
        id=FIELDS.filter(bool),
        name=FIELDS,
        state=st.sampled_from(STATES),
        assignee=FIELDS,
        until=FIELDS,
        reason=FIELDS,
        now=st.sampled_from(STATES),
    )
)
def test_how_a_row_stood_comes_back_from_a_form(before: Before) -> None:
    """What a form carries is read as it was written, commas and all."""
    assert "," not in before.written
    assert before == Before.read(before.written)


@given(st.text(max_size=60))
def test_anything_else_in_its_place_is_nothing(text: str) -> None:
    """What no form of ours wrote is not undone."""
    found = Before.read(text)
    assert found is None or found.id


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("action", ["acknowledge", "assign", "snooze", "ignore", "resolve", "reopen"])
def test_each_step_back_is_allowed(state: State, action: Action) -> None:
    """After whatever a state allows, the steps that lead back are ones that the states allow, too."""
    later = "2099-01-01T00:00:00Z"
    case = ExceptionCase(id="x", first_seen=APPEARED.at, state=state, snoozed_until=later)
    taken = Step(at="2026-04-12T02:00:00Z", who="Dana", action=action, until=later, reason="why")
    try:
        case = act(case, "x", taken)
    except NotAllowed:
        return
    before = Before(id="x", name="x", state=state, now=case.state, until=later, reason="why")
    for change in changes_back(before):
        case = act(case, "x", Step(**{"at": taken.at, "who": "Dana", **change}))  # type: ignore[arg-type]
    assert {state, "open"} & {case.state, "open" if case.state == "assigned" else ""}

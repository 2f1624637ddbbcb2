"""The page of the audit log: who did what, in words, filtered by address."""

import pytest

from shared.domain.exceptions import TIEOUT, Step
from shared.store.exception_entities import CardName
from shared.store.store import Store
from tests.dashboard.conftest import Enter, KeyFor
from tests.functions.app import ABSENT, GAP, OPERATOR_KEY, add_workspace, call

PAGE = "/dashboard/acme/audit"


async def _appear(store: Store, card: str, *ids: str) -> None:
    await add_workspace(store)
    for each in ids:
        step = Step(at="2026-04-12T01:00:00Z", who=TIEOUT, action="appeared")
        await store.exceptions.take(CardName("acme", card), each, step)


async def test_entries_are_sentences(store: Store, enter: Enter, key_for: KeyFor) -> None:
    """Who, what, on what, from what to what and to whom, each with a way to the row and to its history."""
    await _appear(store, ABSENT, "row-1")
    change = {"action": "assign", "assignee": "AR clerk"}
    await call(
        "PATCH", "/workspaces/acme/exceptions/row-1", await key_for("operations"), {**change, "card": ABSENT}
    )
    await call("POST", "/workspaces/acme/keys", OPERATOR_KEY, {"name": "<b>a flow</b>", "roles": ["finance"]})
    seen = await (await enter("owner")).get(PAGE)
    assert "Appeared Ecom Customers Absent from Sage" in seen.words
    assert "Made a key" in seen.words
    assert "finance" in seen.words
    assert f'href="/dashboard/acme/cards/{ABSENT}?row=row-1"' in seen.text
    assert f'href="{PAGE}?id=row-1&amp;subject=exception"' in seen.text
    assert "<b>a flow" not in seen.text


async def test_an_address_restores_the_filters(store: Store, enter: Enter) -> None:
    """Days are those of the workspace, the last one included; what is not chosen is not filtered."""
    await _appear(store, GAP, "a", "b")
    browser = await enter("finance")
    only = await browser.get(f"{PAGE}?since=2026-04-12&until=2026-04-12&subject=exception&id=a")
    assert "1 entry" in only.words
    assert 'value="2026-04-12"' in only.text
    assert '<option value="exception" selected>' in only.text
    none = await browser.get(f"{PAGE}?since=2026-04-12&until=2026-04-12&subject=key")
    assert "No entry here" in none.words
    assert "Nothing fits these filters." in none.words
    before = await browser.get(f"{PAGE}?since=2026-04-10&until=2026-04-11")
    assert "No entry here" in before.words


@pytest.mark.parametrize("query", ["since=yesterday", "until=9999-12-31", "who=" + "x" * 300, "other=1"])
async def test_what_cannot_be_a_filter_is_told(store: Store, enter: Enter, query: str) -> None:
    """A day that is none, or a name that is too long, is a page that says so."""
    await add_workspace(store)
    seen = await (await enter("owner")).get(f"{PAGE}?{query}")
    assert (400, "text/html") == (seen.status, seen.type)
    assert query.partition("=")[0] in seen.words


async def test_pages_of_the_log_follow_each_other(store: Store, enter: Enter) -> None:
    """A hundred entries are a page; the next has the rest, and each has a way back."""
    await _appear(store, GAP, *(f"row-{number}" for number in range(103)))
    browser = await enter("owner")
    first = await browser.get(f"{PAGE}?since=2026-04-12&subject=exception")
    assert "103 entries" in first.words
    assert 100 == first.text.count("<td>Tieout</td>")
    address = first.text.partition("Older entries")[0].rpartition('href="')[2].partition('"')[0]
    second = await browser.get(address.replace("&amp;", "&"))
    assert 3 == second.text.count("<td>Tieout</td>")
    assert "To the newest" in second.words


async def test_nobody_sees_what_is_not_theirs(store: Store, enter: Enter) -> None:
    """GEN-04: engineering sees no row of a card that is not its own, no change of settings, and is told."""
    await _appear(store, GAP, "row-1")
    await call("POST", "/workspaces/acme/keys", OPERATOR_KEY, {"name": "a flow", "roles": ["finance"]})
    seen = await (await enter("engineering")).get(PAGE)
    assert "Revenue Gap" not in seen.words
    assert "Made a key" not in seen.words
    assert "changes of settings are shown to owner, finance and admin" in seen.words

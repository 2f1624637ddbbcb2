"""The past over HTTP, and what could be: cards and rows as of an instant, settled rows, previews."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from functions import runtime
from shared import cards, sources
from shared.access.rates import Rates
from shared.store.store import Store
from tests.functions.app import OPERATOR_KEY, call
from tests.pipeline.bench import CARD, Bench
from tests.pipeline.vendors import customer, order

CARDS = f"/workspaces/shop/cards/{CARD}"
KeyFor = Callable[..., Awaitable[str]]


@pytest.fixture
async def bench(store: Store, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """Give a workspace that was evaluated twice: two buyers absent, then one."""
    made = Bench(store)
    monkeypatch.setattr(sources, "SOURCES", made.sources)
    await made.workspace()
    made.orders.knows(*(order(number) for number in range(6)))
    made.customers.knows(*(customer(number) for number in range(4)))
    await made.round()
    made.clock.advance(minutes=15)
    return made


async def _later(bench: Bench) -> None:
    bench.customers.knows(customer(4), since=bench.clock.now.replace(microsecond=0))
    bench.clock.advance(minutes=1)
    await bench.round()


async def test_a_card_as_of_then(bench: Bench) -> None:
    """The reading of then comes again and says so; what people did since is left out."""
    before = (await call("GET", CARDS, OPERATOR_KEY)).json
    await _later(bench)
    assert (await call("GET", CARDS, OPERATOR_KEY)).json["value"] == 1
    again = (await call("GET", f"{CARDS}?as_of={before['as_of']}", OPERATOR_KEY)).json
    for name in ("value", "status", "breakdown", "figures", "as_of", "value_as_of", "threshold", "about"):
        assert again[name] == before[name]
    assert (again["is_recomputed"], again["exceptions"], again["alert"]) == (True, None, None)


@pytest.mark.usefixtures("bench")
async def test_what_is_worked_out_anew_has_a_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    """A recomputation costs an evaluation: who asks for many waits, and what is kept is served at once."""
    monkeypatch.setattr(runtime, "RATES", Rates(lambda: 0.0))
    monkeypatch.setenv("TIEOUT_RECOMPUTATIONS_PER_MINUTE", "2")
    card = (await call("GET", CARDS, OPERATOR_KEY)).json
    then = f"as_of={card['as_of']}"
    asked = [
        await call("GET", f"{CARDS}?{then}", OPERATOR_KEY),
        await call("GET", f"{CARDS}/rows?{then}", OPERATOR_KEY),
        await call("GET", f"{CARDS}/rows.csv?{then}", OPERATOR_KEY),
        await call("POST", f"{CARDS}/preview", OPERATOR_KEY, {"cards": {}}),
        await call("GET", CARDS, OPERATOR_KEY),
    ]
    assert [200, 200, 429, 429, 200] == [each.status for each in asked]
    assert asked[2].headers["Retry-After"] == "30"


async def test_rows_as_of_then(bench: Bench) -> None:
    """The same rows come again, in pages and as a file, without the states of now."""
    before = (await call("GET", f"{CARDS}/rows", OPERATOR_KEY)).json
    await _later(bench)
    address = f"{CARDS}/rows?as_of={before['as_of']}&page_size=1"
    first = (await call("GET", address, OPERATOR_KEY)).json
    rest = (await call("GET", f"{address}&page_token={first['next_page_token']}", OPERATOR_KEY)).json
    of_now = {"first_seen": None, "state": "", "assignee": ""}
    assert [*first["rows"], *rest["rows"]] == [row | of_now for row in before["rows"]]
    assert (first["total"], first["is_recomputed"], rest["next_page_token"]) == (2, True, None)
    file = await call("GET", f"{CARDS}/rows.csv?as_of={before['as_of']}", OPERATOR_KEY)
    assert file.headers["x-tieout-is-recomputed"] == "true"
    assert len(file.body.splitlines()) == 3


@pytest.mark.parametrize(
    ("query", "status", "problem"),
    [
        ("as_of=2031-01-01T00:00:00Z", 400, "bad-query"),
        ("as_of=yesterday", 400, "bad-query"),
        ("as_of=2026-04-14T12:00:00", 400, "bad-query"),
        ("as_of=2026-04-14T11:00:00Z", 404, "no-reading"),
        ("as_of=2020-01-01T00:00:00Z", 410, "gone"),
    ],
)
@pytest.mark.parametrize("end", ["", "/rows", "/rows.csv"])
@pytest.mark.usefixtures("bench")
async def test_an_instant_that_nobody_can_tell_of(end: str, query: str, status: int, problem: str) -> None:
    """The future, what is no instant, what was before the first reading, and what is not kept."""
    answer = await call("GET", f"{CARDS}{end}?{query}", OPERATOR_KEY)
    assert (answer.status, answer.json["type"]) == (status, f"urn:tieout:problem:{problem}")


@pytest.mark.usefixtures("bench")
async def test_states_are_not_of_then() -> None:
    """Rows of then cannot be chosen by what people made of them since."""
    now = (await call("GET", CARDS, OPERATOR_KEY)).json["as_of"]
    answer = await call("GET", f"{CARDS}/rows?as_of={now}&state=open", OPERATOR_KEY)
    assert (answer.status, answer.json["errors"][0]["path"]) == (400, "as_of")


async def test_settled_rows_come_when_they_are_asked_for(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are worked out for the reading that is shown, behind its open rows, and page with them."""
    (sage,) = (card for card in cards.CARDS if card.id == CARD)

    def judge(*asked: object) -> object:
        found = sage.judge(*asked)  # type: ignore[arg-type] - handed on
        return replace(found, settled=tuple(replace(row, id=f"s{row.id}") for row in found.rows))

    settling = replace(sage, judge=judge)  # type: ignore[arg-type] - the same, with settled rows
    monkeypatch.setattr("functions.http.card_of", lambda _: settling)
    address = f"{CARDS}/rows?include_matched=true&page_size=3"
    first = (await call("GET", address, OPERATOR_KEY)).json
    await _later(bench)
    rest = (await call("GET", f"{address}&page_token={first['next_page_token']}", OPERATOR_KEY)).json
    rows = [*first["rows"], *rest["rows"]]
    assert (first["total"], [row["is_settled"] for row in rows]) == (4, [False, False, True, True])
    assert [f"s{row['id']}" for row in rows[:2]] == [row["id"] for row in rows[2:]]
    assert (await call("GET", f"{CARDS}/rows", OPERATOR_KEY)).json["total"] == 1


async def test_a_preview_is_for_who_sees_the_card_and_the_document(bench: Bench, key_for: KeyFor) -> None:
    """Owner and finance may try settings out; operations sees the card and not the document."""
    await bench.workspace(as_of=bench.clock.now.isoformat())
    change = {"cards": {CARD: {"threshold": "1"}}}
    statuses = {}
    for role in ("owner", "finance", "operations", "admin", "marketing"):
        answer = await call("POST", f"{CARDS}/preview", await key_for(role, workspace="shop"), change)
        statuses[role] = answer.status
        if answer.status == 200:
            assert (answer.json["now"]["status"], answer.json["then"]["status"]) == ("attention", "alert")
    assert statuses == {"owner": 200, "finance": 200, "operations": 403, "admin": 404, "marketing": 403}


@pytest.mark.usefixtures("bench")
async def test_a_preview_names_each_fault() -> None:
    """422 with the paths of a PUT; a body that is no object is refused, too."""
    change = {"field_map": {"vat_field": "tax"}, "retention": {}}
    answer = await call("POST", f"{CARDS}/preview", OPERATOR_KEY, change)
    assert (answer.status, [each["path"] for each in answer.json["errors"]]) == (422, ["retention"])
    assert (await call("POST", f"{CARDS}/preview", OPERATOR_KEY, [1])).status == 422
    assert (await call("POST", f"{CARDS}/preview?rows=1000", OPERATOR_KEY, {})).status == 400

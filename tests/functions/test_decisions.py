"""Decisions over HTTP, end to end on the real store: a row goes, and comes back when they are reversed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from functions import runtime
from shared import sources
from shared.domain.decisions import Decision
from shared.domain.records import MasterCustomer
from shared.domain.rows import PRIVACY_BLOCKED
from shared.pipeline.services import Services
from shared.store.store import Store
from tests.functions.app import ABSENT, GAP, OPERATOR_KEY, Answer, Document, call
from tests.functions.app import order as gap_row
from tests.functions.app import publish as published
from tests.functions.conftest import KeyFor
from tests.pipeline.bench import CARD, Bench
from tests.pipeline.vendors import customer, order

DECISIONS = "/workspaces/shop/decisions"
RECORD = {"connection": "ledger", "number": "7"}
WHY = {"why": "They moved: the account is the same"}


@pytest.fixture
async def bench(store: Store, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """Give two buyers whom the ledger does not know, and a record of a third; the app runs on the same."""
    made = Bench(store)
    monkeypatch.setattr(sources, "SOURCES", made.sources)

    @asynccontextmanager
    async def services() -> AsyncIterator[Services]:
        yield made.services

    monkeypatch.setattr(runtime, "services", services)
    await made.workspace()
    made.orders.knows(order(1), order(2))
    made.customers.knows(customer(7))
    await made.round()
    return made


async def _rows(bench: Bench) -> dict[str, str]:
    """Let a minute pass and what was asked for be done; give the buyers of the rows with their ids."""
    bench.clock.advance(minutes=1)
    await bench.drain()
    return {row["email"]: row["id"] for row in await bench.rows()}


async def _decide(row: str = "", key: str = OPERATOR_KEY, **changes: Any) -> Answer:
    about = {"card": CARD, "row": row} if row else {}
    return await call("POST", DECISIONS, key, {"kind": "alias", **about, **RECORD, **WHY, **changes})


async def _listed(key: str = OPERATOR_KEY, query: str = "") -> list[Document]:
    return list((await call("GET", f"{DECISIONS}{query}", key)).json["decisions"])


async def test_a_row_goes_with_an_alias_and_comes_back_without_it(bench: Bench, key_for: KeyFor) -> None:
    """The buyer of a row is a record: gone at the next evaluation, resolved; reversed, it is open again."""
    before = await _rows(bench)
    one, other = order(1).email, order(2).email
    key = await key_for("finance", workspace="shop")
    who = key.split(".", maxsplit=1)[0]
    taken = await _decide(before[one], key)
    assert (201, f"email:{one}", who) == (taken.status, taken.json["identity"], taken.json["decided_by"])
    assert [other] == list(await _rows(bench))
    address = f"/workspaces/shop/exceptions/{before[one]}"
    assert "resolved" == (await call("GET", address, OPERATOR_KEY)).json["state"]
    undone = await call("DELETE", f"{DECISIONS}/{taken.json['id']}", key)
    assert (200, who, False) == (undone.status, undone.json["reversed_by"], undone.json["is_standing"])
    assert before == await _rows(bench)
    assert "reopened" == (await call("GET", address, OPERATOR_KEY)).json["state"]


async def test_both_steps_are_in_the_log_and_ask_for_an_evaluation(bench: Bench) -> None:
    """Who decided what and why, and who took it back; again changes nothing and is not noted."""
    row = (await _rows(bench))[order(1).email]
    taken = await _decide(row)
    address = f"{DECISIONS}/{taken.json['id']}"
    first, again = await call("DELETE", address, OPERATOR_KEY), await call("DELETE", address, OPERATOR_KEY)
    assert (first.status, first.json) == (again.status, again.json)
    assert 2 == bench.queues.count("evaluate")
    found = (await call("GET", "/workspaces/shop/audit?subject=decision", OPERATOR_KEY)).json["entries"]
    assert {("alias", "ledger 7", WHY["why"]), ("reverse", "", "")} == {
        (each["action"], each["after"], each.get("why", "")) for each in found
    }
    assert 2 == len(found)
    [listed] = await _listed()
    assert WHY["why"] == listed["why"]
    assert ([], [listed]) == (await _listed(query="?standing=true"), await _listed(query="?standing=false"))


async def test_a_decision_stands_once(bench: Bench) -> None:
    """Taken again it is the same one, so that reversing it leaves no other; another kind is another."""
    row = (await _rows(bench))[order(1).email]
    first, again = await _decide(row), await _decide(row)
    assert (201, 200, first.json) == (first.status, again.status, again.json)
    for kind in ("not_same", "alias"):
        bench.clock.advance(seconds=0.1)
        assert 201 == (await _decide(row, kind=kind)).status
    assert ["alias", "not_same", "alias"] == [each["kind"] for each in await _listed()]


async def test_a_buyer_is_named_by_its_key_as_people_write_it(bench: Bench) -> None:
    """Without a row, by a key that is normalised as matching does; one that names nobody is refused."""
    taken = await _decide(identity=f"email: {order(1).email.upper()} ")
    assert f"email:{order(1).email}" == taken.json["identity"]
    assert [order(2).email] == list(await _rows(bench))
    for identity in ("email:", "email:nobody", "name:Ann", "vat:x"):
        answer = await _decide(identity=identity)
        assert (422, "identity") == (answer.status, answer.json["errors"][0]["path"])


BAD: list[tuple[Document, str]] = [
    ({"number": "8"}, "number"),
    ({"company": "US"}, "number"),
    ({"connection": "store"}, "connection"),
    ({"connection": "nowhere"}, "connection"),
    ({"card": GAP}, "connection"),
    ({"card": "no_card"}, "card"),
    ({"row": "no-such-row"}, "row"),
    ({"why": ""}, "why"),
    ({"kind": "same"}, "kind"),
    ({"identity": "email:ann@example.com"}, ""),
    ({"row": ""}, ""),
]


@pytest.mark.parametrize(("change", "path"), BAD, ids=str)
async def test_what_cannot_be_decided_is_named(bench: Bench, change: Document, path: str) -> None:
    """422 for a record that the stored master does not hold, or a row that is not there; nothing is kept."""
    row = (await _rows(bench))[order(1).email]
    answer = await _decide(**{"row": row, "card": CARD} | change)
    assert (422, [path]) == (answer.status, [each["path"] for each in answer.json["errors"]])
    assert [] == await _listed()
    assert 0 == bench.queues.count("evaluate")


@pytest.mark.parametrize(
    ("evidence", "says"), [({"identity": PRIVACY_BLOCKED}, "privacy"), ({}, "does not look buyers up")]
)
async def test_a_row_without_a_name_decides_nothing(bench: Bench, evidence: Document, says: str) -> None:
    """Of who is blocked for privacy nothing more is kept, and some rows are about nobody to be found."""
    row = gap_row("x", evidence=evidence)
    await published(bench.store, [row], CARD, workspace="shop", number=23)
    answer = await _decide("x")
    assert (422, "row") == (answer.status, answer.json["errors"][0]["path"])
    assert says in answer.json["errors"][0]["message"]


async def test_a_candidate_of_the_row_will_do(bench: Bench) -> None:
    """A record that the row itself names need not be looked for."""
    evidence = {"identity": "email:x@example.com", "candidates": [RECORD | {"company": "", "number": "99"}]}
    await published(bench.store, [gap_row("x", evidence=evidence)], CARD, workspace="shop", number=23)
    assert 201 == (await _decide("x", number="99")).status


async def test_who_is_blocked_later_is_masked(bench: Bench) -> None:
    """REVGAP-32: a decision about a record that is blocked for privacy by now names nobody."""
    await _decide((await _rows(bench))[order(1).email])
    blocked = {name: getattr(customer(7), name) for name in MasterCustomer.__dataclass_fields__}
    bench.customers.knows(MasterCustomer(**blocked | {"is_privacy_blocked": True}), since=bench.clock.now)
    bench.clock.advance(minutes=15)
    await bench.round()
    assert [PRIVACY_BLOCKED] == [each["identity"] for each in await _listed()]


async def test_decisions_go_by_the_cards_that_they_move(bench: Bench, key_for: KeyFor) -> None:
    """GEN-04: seen by who sees a card that looks buyers up there; taken by who may start work besides."""
    row = (await _rows(bench))[order(1).email]
    taken = await _decide(row)
    address = f"{DECISIONS}/{taken.json['id']}"
    for role, seen, decides, reverses in (
        ("operations", 1, 200, 200),
        ("marketing", 1, 403, 403),
        ("engineering", 0, 422, 404),
        ("admin", 0, 422, 404),
    ):
        key = await key_for(role, workspace="shop")
        assert seen == len(await _listed(key))
        assert (decides, reverses) == (
            (await _decide(row, key)).status,
            (await call("DELETE", address, key)).status,
        )
    assert 404 == (await call("DELETE", f"{DECISIONS}/nothing", OPERATOR_KEY)).status


async def test_a_decision_outlives_its_connection(bench: Bench) -> None:
    """One about a ledger that is not connected any more is still listed, and can be reversed."""
    gone = Decision(
        id="D1",
        kind="alias",
        identity="email:x@example.com",
        connection="gone",
        company="",
        number="1",
        decided_at="2026-04-14T09:00:00Z",
        decided_by="ann",
    )
    await bench.store.decisions.add("shop", gone)
    assert ["D1"] == [each["id"] for each in await _listed()]
    assert 200 == (await call("DELETE", f"{DECISIONS}/D1", OPERATOR_KEY)).status
    assert ABSENT == CARD

"""Erasing a person: nothing of them stays, nothing of anybody else changes, and no pull brings them back."""

import json
from dataclasses import asdict, replace
from datetime import timedelta
from hashlib import sha512
from typing import Any

import pytest

from shared.domain.erasure import Finder, Mask, Traces
from shared.domain.exceptions import Step
from shared.domain.windows import text
from shared.pipeline import privacy
from shared.store.exception_entities import CardName
from shared.store.queues import ERASE
from shared.store.readings import pages_of
from tests.pipeline.bench import CARD, Bench
from tests.pipeline.marked import (
    EMAIL,
    _reading,
    account,
    ann,
    drain,
    entities,
    erase,
    left,
    pulled,
    reread,
    scene,
)
from tests.pipeline.mortal import Death, Life, mortal
from tests.pipeline.vendors import START, order


@pytest.fixture
async def bench(monkeypatch: pytest.MonkeyPatch) -> Bench:
    """Give a bench in memory where Ann and Bob have ordered, and people have worked on it."""
    return await scene(monkeypatch)


async def test_nothing_of_the_person_stays(bench: Bench) -> None:
    """After an erasure no stored entity holds any of the person's values, in any form."""
    assert set(left(bench)) >= {EMAIL, "+447700900123", "ann marked", "12 marked lane", "Markedtown"}
    await erase(bench)
    assert ["12 marked lane"] == left(bench)  # Bob lives there, too
    [erasure] = await bench.store.erasures.of("shop")
    assert (erasure.state, erasure.traces) == ("done", None)


async def test_others_stay_as_they_are(bench: Bench) -> None:
    """What is stored of others is the same, byte for byte once it is unpacked."""

    def others() -> list[Any]:
        found: list[Any] = []
        for name, at, said in entities(bench):
            document = said.get("document")
            if name == "segments" and isinstance(document, dict):
                for number, record in enumerate(document.get("id") or document["display_name"]):
                    if record not in {"O1", "Ann Marked", "[Erased]"}:
                        found.append([at, [column[number : number + 1] for column in document.values()]])
            elif name == "rows" and isinstance(document, list):
                found += [[at, each] for each in document if each["email"] == "bob@example.com"]
            elif name in {"decisions", "alerts", "exceptions"}:
                columns = {key: value for key, value in said.items() if key != "document"}
                found += [[at, columns]] if "bob" in json.dumps(columns).casefold() else []
        return found

    before = others()
    await erase(bench)
    assert len(before) >= 6
    assert before == others()


async def test_figures_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counts and amounts of what was published stay, and the next evaluation comes to the same."""
    bench = await pulled(monkeypatch)
    bench.customers.knows(account(), since=bench.clock())
    bench.clock.advance(minutes=15)
    await bench.round()
    before, rows = await bench.reading(), await bench.rows()
    await erase(bench)
    assert before["value"] == (await bench.reading())["value"]
    assert [each["exposure"] for each in rows] == [each["exposure"] for each in await bench.rows()]
    bench.clock.advance(minutes=15)
    await bench.round()
    after = await bench.reading()
    assert (before["value"], before["row_count"]) == (after["value"], after["row_count"])
    assert ["12 marked lane"] == left(bench)


async def test_no_pull_brings_the_person_back(bench: Bench) -> None:
    """Overlaps and whole rereads of what did not change bring nothing back; all else comes as it is."""
    bench.customers.knows(account(), since=bench.clock())
    bench.clock.advance(minutes=1)
    await bench.pull("customers")
    await erase(bench)
    bench.orders.knows(order(3), since=bench.clock() - timedelta(minutes=1))
    assert ["12 marked lane"] == left(bench)
    await reread(bench)
    assert ["12 marked lane"] == left(bench)
    seen = await bench.seen()
    assert {"O1", "O2", "O3"} == seen.keys()
    master = (await bench.seen("customers"))["C7"]
    assert seen["O1"]["email"] == master["email"]


async def test_what_the_vendor_changes_since_comes_as_it_is(bench: Bench) -> None:
    """A person whom the vendor sends anew is there again, in what was sent and in nothing else."""
    await erase(bench)
    bench.clock.advance(minutes=5)
    bench.orders.knows(
        ann(5, placed_at=text(bench.clock()), updated_at=text(bench.clock())), since=bench.clock()
    )
    bench.clock.advance(minutes=1)
    await reread(bench)
    seen = await bench.seen()
    assert EMAIL == seen["O5"]["email"]
    assert seen["O1"]["email"].endswith("@erased.invalid")


async def test_the_audit_names_the_erasure_and_nobody(bench: Bench) -> None:
    """Who erased and when is told; whom is not, and the tombstone holds no more than hashes."""
    await erase(bench)
    entries = await bench.store.audit.between("shop")
    told = [each for each in entries if each.subject == "person"]
    assert [("carl", "erase")] == [(each.who, each.action) for each in told]
    [erasure] = await bench.store.erasures.of("shop")
    assert erasure.id == told[0].id
    assert all(len(each) == 32 for each in erasure.mask.known)
    assert "ann" not in json.dumps([asdict(each) for each in told]).casefold()


@pytest.mark.parametrize(
    ("kind", "value"),
    [("email", "Ann.Marked@Example.com "), ("phone", "+44 7700 900123"), ("account_reference", "mark-0001")],
)
async def test_each_name_of_a_person_leads_to_all(bench: Bench, kind: str, value: str) -> None:
    """An email, a phone or an account leads to everything of the same person."""
    bench.customers.knows(account(), since=bench.clock())
    bench.clock.advance(minutes=1)
    await bench.pull("customers")
    await erase(bench, kind, value)
    assert ["12 marked lane"] == left(bench)


async def test_an_export_gives_everything_and_nobody_else(bench: Bench) -> None:
    """What is stored of a person is given with where it stands, and of others nothing."""
    found = await bench.store.workspaces.get("shop")
    assert found is not None
    given = await privacy.export(bench.services, found[0], "email", EMAIL, "carl")
    assert ["O1"] == [each["record"]["id"] for each in given["records"]]
    assert {"rows", "exceptions", "decisions", "alerts", "audit"} <= given.keys()
    told = json.dumps(given)
    assert "Ann Marked wrote from" in told
    assert "Bob Other" not in told
    assert 1 == len([each for each in await bench.store.audit.between("shop") if each.action == "export"])


async def test_an_order_is_known_by_its_name_in_the_books_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where another shop's id of somebody else's order is the number of the person's, it is not theirs."""
    bench = await scene(monkeypatch)
    stored = await bench.store.workspaces.get("shop")
    assert stored is not None
    shop = stored[0].connections[0].model_copy(update={"order_reference": "SH-{number}"})
    workspace = stored[0].model_copy(update={"connections": (shop, *stored[0].connections[1:])})
    number = ann(1).number
    rows = [
        {"id": "hers", "name": "A Buyer", "order": f"SH-{number}", "order_id": "17", "is_settled": False},
        {"id": "his", "name": "Bob Other", "order": "BC-77", "order_id": number, "is_settled": False},
    ]
    reading = _reading(2) | {"card": "revenue_gap_detailed_breakdown"}
    await bench.store.readings.publish(reading, rows)
    given = await privacy.export(bench.services, workspace, "email", EMAIL, "carl")
    assert "A Buyer" in json.dumps(given["rows"])
    assert "Bob Other" not in json.dumps(given)


async def test_a_process_that_dies_anywhere_costs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever a crash comes in, the message that comes again ends the erasure."""
    for writes in range(1, 60):
        made = await scene(monkeypatch)
        found = await made.store.workspaces.get("shop")
        assert found is not None
        begun = await privacy.erase(made.services, found[0], "email", EMAIL, "carl")
        life = Life(writes, is_last_one_done=bool(writes % 2))
        dying = replace(made.services, store=mortal(made.store, life))
        try:
            await privacy.go_on(dying, "shop", begun.id)
        except Death:
            made.clock.advance(minutes=40)
            await privacy.go_on(made.services, "shop", begun.id)
            await drain(made)
            assert ["12 marked lane"] == left(made), writes
            continue
        return
    raise AssertionError("it never lives to its end")


async def test_it_waits_for_a_pull_that_is_under_way(bench: Bench) -> None:
    """A pull that read before the tombstone stood may still write: the erasure comes after it."""
    bench.queues.sent = []
    await bench.store.checkpoints.change(bench.name(), claimed_until=bench.clock() + timedelta(minutes=2))
    found = await bench.store.workspaces.get("shop")
    assert found is not None
    begun = await privacy.erase(bench.services, found[0], "email", EMAIL, "carl")
    bench.queues.sent = []
    await privacy.go_on(bench.services, "shop", begun.id)
    assert [(ERASE, privacy.WAIT)] == [(each[0], each[2]) for each in bench.queues.sent]
    assert EMAIL in left(bench)
    bench.clock.advance(minutes=3)
    await drain(bench)
    assert ["12 marked lane"] == left(bench)


async def test_no_evaluation_runs_beside_it(bench: Bench) -> None:
    """An evaluation that read before would publish the person again: one at a time."""
    found = await bench.store.workspaces.get("shop")
    assert found is not None
    begun = await privacy.erase(bench.services, found[0], "email", EMAIL, "carl")
    now = bench.clock()
    lease = await bench.store.checkpoints.claim_evaluation("shop", now, now + timedelta(minutes=5))
    bench.queues.sent = []
    await privacy.go_on(bench.services, "shop", begun.id)
    assert lease is not None
    assert [ERASE] == [each[0] for each in bench.queues.sent]
    assert EMAIL in left(bench)


def test_a_part_is_the_smallest_that_names_somebody() -> None:
    """Of a row that shows the person as a candidate, only the candidate is masked."""
    traces = Traces(emails={EMAIL}, own={EMAIL}, words={"Ann Marked", "ann marked"})
    mask = Mask("salt", text(START), frozenset())
    row = {
        "name": "Ann Marked",
        "email": "another@example.com",
        "evidence": {"candidates": [{"name": "Ann Marked", "email": EMAIL.upper()}, {"name": "Ann Marked"}]},
    }
    masked = Finder(traces).masked(row, mask)
    assert "Ann Marked" == masked["name"]
    first, second = masked["evidence"]["candidates"]
    assert {"name": "[Erased]", "email": mask.pseudonym(EMAIL)} == first
    assert {"name": "Ann Marked"} == second


async def test_erasing_nobody_changes_nothing(bench: Bench) -> None:
    """Somebody who is not stored is erased, too: later orders of before would be theirs."""
    before = [each for each in entities(bench) if each[0] not in {"erasures", "audit", "checkpoints"}]
    await erase(bench, "email", "nobody.known@example.com")
    assert before == [each for each in entities(bench) if each[0] not in {"erasures", "audit", "checkpoints"}]


async def test_rows_that_were_read_before_are_read_again(bench: Bench) -> None:
    """What a process keeps of rows to answer quickly goes with what was stored of them."""

    async def shown() -> str:
        rows = await bench.store.readings.stored_rows("shop", CARD, "20260414T120000Z")
        return json.dumps([await rows.columns(["name", "email"]), await rows.at([0, 1])])

    assert "Ann Marked" in await shown()
    await erase(bench)
    assert "Ann Marked" not in await shown()
    assert "Bob Other" in await shown()


async def test_what_people_did_is_read_again(bench: Bench) -> None:
    """What a process keeps of how people's exceptions stand goes with what was stored of them."""
    name = CardName("shop", CARD)
    bobs = Step(at=text(bench.clock()), who="carl", action="assign", assignee="bob@example.com")
    await bench.store.exceptions.take(name, "row-of-a", replace(bobs, assignee=EMAIL))
    await bench.store.exceptions.take(name, "row-of-b", bobs)

    async def assignees() -> list[str]:
        return [each.assignee for each in (await bench.store.exceptions.touched(name)).values()]

    assert [EMAIL, "bob@example.com"] == await assignees()
    await erase(bench)
    first, second = await assignees()
    assert EMAIL not in first
    assert "bob@example.com" == second


@pytest.mark.parametrize("count", [1, 30, 1_000])
async def test_a_page_of_rows_is_masked_however_full_it_is(bench: Bench, count: int) -> None:
    """A page that has no room for what stands in place of the person gives up its blocks, and no row."""
    name, about = ("shop", CARD, "20260415T120000Z"), {"email": EMAIL, "name": "Ann Marked"}
    noise = (sha512(f"{number}".encode()).hexdigest() * 7 for number in range(count))
    rows = [about | {"id": f"{number}", "note": each} for number, each in enumerate(noise)]
    await bench.store.readings.keep_rows(*name, pages_of(rows))
    await erase(bench)
    kept = await bench.store.readings.rows(*name)
    assert [(each["id"], each["note"]) for each in kept] == [(each["id"], each["note"]) for each in rows]
    assert ["12 marked lane"] == left(bench)

"""A shop where Ann, whose values are marked, and Bob have ordered, and people have worked on both."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from shared import sources
from shared.domain.decisions import Decision
from shared.domain.deliveries import Delivery
from shared.domain.erasure import normalised
from shared.domain.exceptions import Step
from shared.domain.records import MasterCustomer, Order
from shared.domain.windows import text
from shared.pipeline import privacy
from shared.pipeline.audit import Note, note
from shared.store.columns import joined, unpack
from shared.store.exception_entities import CardName
from shared.store.queues import ERASE, EVALUATE
from shared.store.row_pages import rows_in, values_in
from shared.store.segment_format import PackedColumns
from tests.pipeline import memory
from tests.pipeline.bench import CARD, Bench
from tests.pipeline.vendors import customer, order

EMAIL = "ann.marked@example.com"
MARKED = [EMAIL, "+447700900123", "ann marked", "12 marked lane", "ZZ1 9ZZ", "Markedtown", "MARK-0001"]
"""What must not be found anywhere once Ann is erased."""
ANN: dict[str, Any] = {
    "email": EMAIL,
    "phone": "+447700900123",
    "name": "ann marked",
    "street": "12 marked lane",
    "postcode": "ZZ1 9ZZ",
    "city": "Markedtown",
    "display_name": "Ann Marked",
}


def ann(number: int, **changes: Any) -> Order:
    """Give an order of Ann's."""
    return replace(order(number), **(ANN | changes))


def account() -> MasterCustomer:
    """Give Ann's account in the ledger."""
    return replace(
        customer(7),
        **ANN,
        number="MARK-0001",
        account_reference="MARK-0001",
        modified_at="2026-04-01T00:00:00Z",
    )


def entities(bench: Bench) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    """Give everything that is stored: its table, its key, and all that it says, unpacked."""
    erasures = bench.store.erasures
    tables = dict(zip(("erasures", "segments", *erasures.steps), erasures.tables, strict=True))
    tables["checkpoints"] = bench.store.checkpoints._table
    tables["sweeps"] = bench.store.sweeps._table
    for name, table in tables.items():
        for at, entity in memory.entities(table).items():
            said = {each: value for each, value in entity.items() if not isinstance(value, bytes)}
            del said["etag"]
            said.pop("mark", None)
            if "part00" in entity:
                is_segment = name == "segments"
                said["document"] = dict(PackedColumns(joined(entity))) if is_segment else unpack(entity)
            if "layout" in entity:
                columns = {each: value for each, value in entity.items() if each.startswith("of_")}
                said["columns"] = {each: values_in(value, each[3:]) for each, value in columns.items()}
                said["document"] = rows_in(entity)
            yield name, at, said


def _everything(bench: Bench) -> str:
    return json.dumps(
        [[name, at, said] for name, at, said in entities(bench)], default=str, ensure_ascii=False
    )


def left(bench: Bench) -> list[str]:
    """Give the marked values that are still stored, whoever wrote them how."""
    stored = _everything(bench).casefold()
    return [each for each in MARKED if each.casefold() in stored]


def _row(row_id: str, name: str, email: str, number: int) -> dict[str, Any]:
    """Give a row as a customer card publishes it, with the other as a candidate that it is not."""
    return {
        "id": f"row-of-{row_id}",
        "name": name,
        "email": email,
        "entity": "",
        "match_value": email,
        "orders": [{"order": f"#{1000 + number}", "net": "100.00"}],
        "evidence": {
            "keys": [{"key": "email", "value": email}],
            "candidates": [{"name": name, "street": "12 marked lane"}],
        },
        "is_settled": False,
    }  # fmt: skip


def _reading(count: int) -> dict[str, Any]:
    return {
        "workspace": "shop",
        "card": CARD,
        "evaluation": "20260414T120000Z",
        "rows_of": "20260414T120000Z",
        "value": count,
        "row_count": count,
        "status": "ok",
        "as_of": "2026-04-14T12:00:00Z",
    }


async def pulled(monkeypatch: pytest.MonkeyPatch) -> Bench:
    """Give a bench in memory that has read the orders of both."""
    made = Bench(memory.memory_store())
    monkeypatch.setattr(sources, "SOURCES", made.sources)
    workspace = await made.workspace()
    bob = replace(
        order(2), email="bob@example.com", name="bob other", display_name="Bob Other", street="12 marked lane"
    )
    made.orders.knows(ann(1), bob)
    made.customers.knows(customer(9))
    for stream in ("orders", "customers"):
        await made.pull(stream)
    made.queues.sent = []
    assert workspace.id == "shop"
    return made


async def scene(monkeypatch: pytest.MonkeyPatch) -> Bench:
    """Give the same with rows, exceptions, decisions, messages and an audit log about both."""
    made = await pulled(monkeypatch)
    store, name = made.store, CardName("shop", CARD)
    rows = {
        EMAIL: _row("a", "Ann Marked", EMAIL, 1),
        "bob@example.com": _row("b", "Bob Other", "bob@example.com", 2),
    }
    await store.readings.publish(_reading(2), rows.values())
    for each in rows.values():
        appeared = Step(at=text(made.clock()), who="tieout", action="appeared")
        await store.exceptions.take(
            name, each["id"], appeared, summary={"orders": [each["orders"][0]["order"]]}
        )
    said = Step(at=text(made.clock()), who="carl", action="comment", comment=f"Ann Marked wrote from {EMAIL}")
    await store.exceptions.take(name, rows[EMAIL]["id"], said)
    await store.exceptions.take(
        name, rows["bob@example.com"]["id"], replace(said, comment="Bob Other called")
    )
    for number, email in enumerate((EMAIL, "bob@example.com")):
        decision = Decision(
            id=f"d{number}", kind="not_same", identity=f"email:{email}", connection="ledger", company="",
            number="C9", decided_at="2026-04-14T12:00:00Z", decided_by="carl", why=f"{email} said so",
        )  # fmt: skip
        await store.decisions.add("shop", decision)
        told = {"rows": [{"name": each["name"], "about": each["email"]} for each in rows.values()]}
        delivery = Delivery(
            id=f"{number:032}", channel="email", recipient=email, role="finance", message=told,
            made_at="2026-04-14T12:00:00Z", state="sent",
        )  # fmt: skip
        await store.alerts.add_deliveries("shop", [delivery])
        what = Note(
            "decision", f"d{number}", "decide", after=f"email:{email} is not C9", why=f"{email} said so"
        )
        await note(made.services, "shop", "carl", what)
    return made


async def erase(bench: Bench, kind: Any = "email", value: str = EMAIL) -> None:
    """Erase a person to the end."""
    workspace, _ = await bench.store.workspaces.get("shop") or (None, "")
    assert workspace is not None
    await privacy.erase(bench.services, workspace, kind, normalised(kind, value), "carl")
    await drain(bench)


async def reread(bench: Bench) -> None:
    """Read everything anew from both vendors."""
    await bench.enqueue(is_anew=True)
    for stream in ("orders", "customers"):
        await bench.pull(stream)
    bench.queues.sent = []


async def drain(bench: Bench) -> None:
    """Work off the messages of erasures, each at its time, and leave the others."""
    for _ in range(20):
        waiting = [each for each in bench.queues.sent if each[0] == ERASE]
        if not waiting:
            bench.queues.sent = [each for each in bench.queues.sent if each[0] != EVALUATE]
            return
        bench.queues.sent.remove(waiting[0])
        bench.clock.advance(seconds=waiting[0][2] + 0.001)
        await privacy.go_on(bench.services, waiting[0][1]["workspace"], waiting[0][1]["erasure"])
    raise AssertionError("the erasure never ends")

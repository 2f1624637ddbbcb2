"""What people change in a workspace reaches what was read before."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.cards import CARDS
from shared.errors import BadRecord
from tests.pipeline.bench import CARD, Bench
from tests.pipeline.vendors import order

ORDERS = [order(number) for number in range(3)]


@pytest.mark.parametrize(
    ("change", "is_read_anew"),
    [
        ({"field_map": {"vat_field": "VAT Number"}}, True),
        ({"field_map": {"b2b_customer_groups": ["7"]}}, True),
        ({"store": {"base_url": "https://other.example.com"}}, True),
        ({"field_map": {"holding_customers": ["WEB-SALES"]}}, False),
        ({"name": "Another name"}, False),
    ],
    ids=str,
)
async def test_settings_that_shape_records_read_them_anew(
    bench: Bench, change: dict[str, object], *, is_read_anew: bool
) -> None:
    """Records carry keys as they were mapped when read: another mapping reads all of them again (GEN-12)."""
    bench.orders.knows(*ORDERS)
    await bench.pull()
    await bench.workspace(**change)
    await bench.pull()
    [run] = await bench.runs()
    assert len(await bench.seen()) == 3
    assert ("00000002" if is_read_anew else "00000001") == run.run


async def test_a_card_that_breaks_is_held_alone(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault in one card's code holds that card and says so; the others are judged."""

    def broken(*_: object) -> None:
        raise KeyError("b@example.com")

    bench.orders.knows(*ORDERS)
    await bench.round("store", "ledger")
    await bench.drain()
    monkeypatch.setattr(
        "shared.pipeline.evaluate.CARDS",
        tuple(replace(card, judge=broken) if card.id == CARD else card for card in CARDS),
    )
    await bench.evaluate()
    reading = await bench.reading()
    assert "held" == reading["status"]
    assert ["this card could not be judged (KeyError): the log of the app says where"] == reading[
        "waiting_for"
    ]


async def test_records_of_other_settings_are_not_judged(bench: Bench) -> None:
    """Between a change of a connection and its reading anew, its cards are held and say why (decision 15)."""
    bench.orders.knows(*ORDERS)
    await bench.round("store", "ledger")
    await bench.drain()
    assert "held" != (await bench.reading())["status"]
    await bench.workspace(store={"base_url": "https://other.example.com"})
    await bench.evaluate()
    reading = await bench.reading()
    assert "held" == reading["status"]
    assert any("with its present settings" in why for why in reading["waiting_for"])


async def test_another_mapping_tries_bad_records_again(bench: Bench) -> None:
    """A record that was bad is read again once the mapping has changed, and is let go where it is good."""
    bench.orders.knows(*ORDERS)
    bench.orders.bad = {0: [BadRecord("orders", "O9", "no VAT number", ("vat",))]}
    await bench.pull()
    [bad] = await bench.store.bad_records.page(bench.name())
    assert (bad.id, bad.fields, (await bench.checkpoint()).bad_records) == ("O9", ("vat",), 1)
    bench.orders.bad = {}
    bench.orders.knows(order(9))
    await bench.workspace(field_map={"vat_field": "VAT Number"})
    await bench.pull()
    assert "O9" in await bench.seen()
    assert (await bench.checkpoint()).bad_records == 0


async def test_a_bad_record_keeps_the_day_it_was_first_seen(bench: Bench) -> None:
    """Quarantine tells since when a record has been bad, and when it was last so."""
    bench.orders.bad = {0: [BadRecord("orders", "O9", "no date")]}
    for _ in range(2):
        await bench.pull()
        bench.clock.advance(hours=1)
    [bad] = await bench.store.bad_records.page(bench.name())
    assert bad.last_seen_at - bad.first_seen_at >= timedelta(hours=1)

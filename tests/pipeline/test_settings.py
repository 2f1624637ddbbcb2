"""What people change in a workspace reaches what was read before."""

from dataclasses import replace

import pytest

from shared.cards import CARDS
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
    first, *later = await bench.runs()
    assert (is_read_anew, 3) == (not later, len(await bench.seen()))
    assert ("00000002" if is_read_anew else "00000001") == first.run


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

"""Exchange rates of the revenue gap: which is taken, averaged over the period, and where from."""

import csv
import io
from typing import Any

import pytest

from shared.domain.records import Record
from shared.domain.rows import OrderRow
from shared.errors import ConfigurationError
from tests.builders import AS_OF, invoice, judged, order, orders, rate, snapshot, workspace
from tests.contracts import needs_contracts, read_contract

CARD = "revenue_gap_detailed_breakdown"
UNIT = 10_000
LEDGERS = "average over the period of the ledger's exchange rates"
BANKS = "average over the period of the European Central Bank's reference rates"


def _rows(shop: list[Record], ledger: list[Record], **changes: Any) -> list[OrderRow]:
    return orders(judged(CARD, snapshot(workspace(**changes), {"shop": shop, "ledger": ledger})))


def _all(shop: list[Record], ledger: list[Record], **changes: Any) -> tuple[list[OrderRow], list[OrderRow]]:
    return _rows(shop, ledger, **changes), []


def test_companies_rates_are_averaged() -> None:
    """Where two companies hold a rate, both sides of all rows use their mean (REVGAP-23)."""
    rates = [rate("EUR", "1.1", company="UK"), rate("EUR", "1.3", company="US")]
    (row,), _ = _all([order(currency="EUR")], [*rates])
    assert row.gap == 120 * UNIT


@pytest.mark.parametrize(
    "rates", [[], [rate("EUR", "0.9", base_currency="GBP")], [rate("EUR", "1", starts_on="2026-05-01")]]
)
def test_without_a_rate_nothing_is_said(rates: list[Record]) -> None:
    """A gap is never computed from a guessed rate: the card says what is missing."""
    with pytest.raises(ConfigurationError, match="no exchange rate from EUR to USD up to 2026-04-14"):
        _all([order(currency="EUR")], rates)


RATES: list[tuple[str, list[Record], list[dict[str, str]], str, str]] = [
    ("direct", [rate("EUR", "1.25")], [], "1.25", LEDGERS),
    (
        "by days: 20 at one rate, 10 at another",
        [rate("EUR", "1.0"), rate("EUR", "1.3", starts_on="2026-04-05")],
        [],
        "1.1",
        LEDGERS,
    ),
    ("inverse", [rate("USD", "0.8", base_currency="EUR")], [], "1.25", LEDGERS),
    (
        "through a third currency",
        [rate("EUR", "0.9", base_currency="GBP"), rate("USD", "0.75", base_currency="GBP")],
        [],
        "1.2",
        f"{LEDGERS}, through GBP",
    ),
    (
        "direct before inverse",
        [rate("EUR", "1.25"), rate("USD", "0.5", base_currency="EUR")],
        [],
        "1.25",
        LEDGERS,
    ),
    ("the bank's, of a day", [], [{"currency": "USD", "on": "2026-04-01", "rate": "1.25"}], "1.25", BANKS),
    ("the bank's, of a month", [], [{"currency": "USD", "on": "2026-04", "rate": "1.25"}], "1.25", BANKS),
    (
        "the bank's, a day before its month",
        [],
        [
            {"currency": "USD", "on": "2026-04-01", "rate": "1.25"},
            {"currency": "USD", "on": "2026-04", "rate": "9"},
            {"currency": "USD", "on": "2026-05", "rate": "9"},
        ],
        "1.25",
        BANKS,
    ),
    (
        "the bank's, mean of the days in the window",
        [],
        [
            {"currency": "USD", "on": day, "rate": told}
            for day, told in (("2026-03-15", "9"), ("2026-03-16", "1.2"), ("2026-04-14", "1.3"))
        ],
        "1.25",
        BANKS,
    ),
    (
        "the bank's, months by their days: 16 of March, 14 of April",
        [],
        [{"currency": "USD", "on": on, "rate": told} for on, told in (("2026-03", "1"), ("2026-04", "2.5"))],
        "1.7",
        BANKS,
    ),
    (
        "the ledger's before the bank's",
        [rate("EUR", "1.25")],
        [{"currency": "USD", "on": "2026-04", "rate": "9"}],
        "1.25",
        LEDGERS,
    ),
    (
        "a document's before the ledger's",
        [rate("EUR", "9"), invoice("8", currency="EUR", base_currency="USD", exchange_rate="1.25")],
        [],
        "1.25",
        "average over the period of the ledger's documents",
    ),
    (
        "documents' of one day count once",
        [
            invoice("7", currency="EUR", base_currency="USD", exchange_rate="1.2", posted_on="2026-04-01"),
            *(
                invoice(number, currency="EUR", base_currency="USD", exchange_rate="1.3")
                for number in ("8", "9", "10")
            ),
            invoice("11", currency="EUR", base_currency="USD", exchange_rate="9", posted_on="2026-03-15"),
        ],
        [],
        "1.25",
        "average over the period of the ledger's documents",
    ),
]


@pytest.mark.parametrize(
    ("_", "ledger", "reference", "told", "source"), RATES, ids=[each[0] for each in RATES]
)
def test_a_rate_is_an_average_with_a_source(
    _: str, ledger: list[Record], reference: list[dict[str, str]], told: str, source: str
) -> None:
    """Documents, then the ledger's table, then the bank's: the row says which, and its mean (REVGAP-23)."""
    (row,) = _rows([order(currency="EUR")], ledger, reference_rates=reference)
    assert (row.rate, row.rate_source) == (told, source)
    assert row.gap == int(float(told) * 100 * UNIT)


def test_both_sides_use_one_rate() -> None:
    """Order and invoice in one currency leave no gap, whatever the rates did between them (REVGAP-23)."""
    steps = [rate("EUR", told, starts_on=day) for day, told in (("2026-03-01", "1.1"), ("2026-04-10", "1.4"))]
    assert (
        _rows([order(currency="EUR", placed_at="2026-03-20T09:00:00Z")], [invoice(currency="EUR"), *steps])
        == []
    )


CENTS: list[tuple[str, str, str, int, bool]] = [
    ("a cent", "USD", "99.99", 0, True),
    ("two cents", "USD", "99.98", 0, False),
    ("two cents on two lines", "USD", "99.98", 2, True),
    ("a yen", "JPY", "99", 0, True),
    ("two yen", "JPY", "98", 0, False),
    ("a thousandth of a dinar", "KWD", "99.999", 0, True),
    ("two thousandths of a dinar", "KWD", "99.998", 0, False),
]


@pytest.mark.parametrize(("_", "currency", "net", "lines", "settles"), CENTS, ids=[each[0] for each in CENTS])
def test_a_smallest_unit_a_line_is_rounding(
    _: str,
    currency: str,
    net: str,
    lines: int,
    settles: bool,  # noqa: FBT001 - a table
) -> None:
    """A cent is never a finding, nor what a currency has for a cent (REVGAP-24)."""
    ledger: list[Record] = [invoice(net=net, currency=currency, line_count=lines)]
    rows = _rows([order(currency=currency)], ledger, reporting_currency=currency)
    assert (not rows) == settles


def test_a_cent_of_a_dearer_currency_is_rounding_too() -> None:
    """Reporting in yen, a cent of a dollar order is more than a yen, and still no finding."""
    dollars = rate("USD", "150", base_currency="JPY")
    shop: list[Record] = [order(currency="USD")]
    assert _rows(shop, [invoice(net="99.99", currency="USD"), dollars], reporting_currency="JPY") == []
    assert len(_rows(shop, [invoice(net="99.98", currency="USD"), dollars], reporting_currency="JPY")) == 1


@needs_contracts
def test_the_banks_own_figures_come_to_its_averages() -> None:
    """Real daily rates average to what the bank publishes for the month, per euro (REVGAP-23)."""
    text = read_contract("fx/eurofxref-slice-2026-08_2026-10.csv").decode()
    reference = [
        {"currency": "USD", "on": line["Date"], "rate": line["USD"]}
        for line in csv.DictReader(io.StringIO(text))
    ]
    here = {"reporting_currency": "EUR", "reference_rates": reference, "as_of": "2026-08-31T18:00:00Z"}
    seen = snapshot(
        workspace(**here, cards={CARD: {"window_days": 31}}),
        {"shop": [order(placed_at="2026-08-20T09:00:00Z")]},
        workspace(**here).now(AS_OF),
    )
    (row,) = orders(judged(CARD, seen))
    assert round(1 / float(row.rate), 6) == 1.159310

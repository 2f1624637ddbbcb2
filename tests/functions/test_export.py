"""CSV: exact bytes, since spreadsheets and flows read them."""

import csv
import io
import time
import tracemalloc
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.cards import CARDS
from shared.domain.rows import PRIVACY_BLOCKED
from shared.export import csv_of
from shared.store.store import Store
from tests.functions.app import ABSENT, GAP, OPERATOR_KEY, add_workspace, call, customer, order, publish
from tests.functions.conftest import KeyFor

SEED_COLUMNS = [
    "Commerce Order ID",
    "Customer Name",
    "Order Date",
    "Commerce Gross",
    "BC SO Number",
    "BC Posted Amount",
    "Gap Amount",
    "Reason",
    "Suggested Action",
    "Age",
]
ADDRESS = f"/workspaces/acme/cards/{GAP}/rows.csv"


def test_the_example_rows_come_out_byte_for_byte() -> None:
    """REVGAP-29: `#` in order ids, commas, quotes and umlauts stay what they are; amounts stay numbers."""
    rows = [
        order(
            "SH-#10044128",
            name='Müller, "Söhne" GmbH',
            occurred_on="2026-04-10",
            commerce_gross=284,
            gap=284,
            reason_label="Unmapped Customer",
            action="Create the customer",
            age_days=2,
        ),
        order(
            "SH-#10044211",
            name="Returned-Order",
            occurred_on="2026-04-09",
            commerce_gross=-440,
            sales_order="SCM-2241",
            ledger_amount=-440,
            reason_label="Sales Credit Memo (matched)",
        ),
    ]
    columns = next(card.columns for card in CARDS if card.id == GAP)[:10]
    expected = (
        "\ufeff"
        "Commerce Order ID,Customer Name,Order Date,Commerce Gross,BC SO Number,BC Posted Amount,"
        "Gap Amount,Reason,Suggested Action,Age\r\n"
        'SH-#10044128,"Müller, ""Söhne"" GmbH",2026-04-10,284.00,,0.00,'
        "284.00,Unmapped Customer,Create the customer,2\r\n"
        "SH-#10044211,Returned-Order,2026-04-09,-440.00,SCM-2241,-440.00,"
        "0.00,Sales Credit Memo (matched),,n/a\r\n"
    )
    assert expected.encode() == csv_of(columns, rows)


CELLS: list[tuple[Any, str]] = [
    ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
    ("+44 20 7946 0000", "'+44 20 7946 0000"),
    ("-1+1", "'-1+1"),
    ("@SUM(A1)", "'@SUM(A1)"),
    ("\t=1", "'\t=1"),
    ("\r=1", "'\r=1"),
    ("\n=1", "'\n=1"),
    ("\uff1dSUM(A1)", "'\uff1dSUM(A1)"),
    ("\uff0b1", "'\uff0b1"),
    ("\uff0d1+1", "'\uff0d1+1"),
    ("\uff20SUM(A1)", "'\uff20SUM(A1)"),
    ("-440.00", "-440.00"),
    ("+5", "+5"),
    ("-", "'-"),
    ("SH-#1", "SH-#1"),
    ("#1001", "#1001"),
    ("one\r\ntwo", "one\r\ntwo"),
    (None, ""),
    (0, "0"),
    (True, "yes"),
    ([], ""),
    (["shipping", "partially_shipped"], "shipping; partially_shipped"),
    ([{"amount": "12.00", "currency": "GBP"}, {"amount": "3.50", "currency": "EUR"}], "12.00 GBP; 3.50 EUR"),
    (["=1", "x"], "'=1; x"),
]


def _read(written: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(written.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize(("value", "expected"), CELLS)
def test_cells_are_text_that_no_spreadsheet_runs(value: Any, expected: str) -> None:
    """What a spreadsheet would run begins with an apostrophe; numbers and order ids stay as they are."""
    assert [["A"], [expected]] == _read(csv_of([("A", "a")], [{"a": value}])) or expected == ""
    assert [["A", "B"], [expected, "b"]] == _read(csv_of([("A", "a"), ("B", "b")], [{"a": value, "b": "b"}]))


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=2, max_size=2)))
def test_what_is_written_is_read_back(table: list[list[str]]) -> None:
    """No text breaks a line or a column, and none comes out as the beginning of a formula."""
    rows = [{"a": a, "b": b} for a, b in table]
    read = _read(csv_of([("A", "a"), ("B", "b")], rows))[1:]
    assert [[cell.removeprefix("'") for cell in row] for row in table] == [
        [cell.removeprefix("'") for cell in row] for row in read
    ]
    assert not any(cell.startswith(("=", "@", "\t", "\r", "\n")) for row in read for cell in row)


async def test_the_export_is_a_file_with_the_cards_columns(store: Store, key_for: KeyFor) -> None:
    """REVGAP-29, REVGAP-31: one request gives all rows as a dated file; the seed's ten columns come first."""
    await add_workspace(store)
    await publish(store, [order(f"SH-#{number}", gap=1, is_settled=number > 3) for number in range(5)])
    answer = await call("GET", ADDRESS, await key_for("finance"))
    assert (answer.status, answer.type) == (200, "text/csv")
    assert f'attachment; filename="{GAP}-2026-04-12.csv"' == answer.headers["Content-Disposition"]
    lines = _read(answer.body)
    assert lines[0][:10] == SEED_COLUMNS
    assert [line[0] for line in lines[1:]] == ["SH-#0", "SH-#1", "SH-#2", "SH-#3"]
    assert answer.headers["x-tieout-status"] == "alert"


async def test_the_export_takes_the_filters_of_the_rows(store: Store) -> None:
    """REVGAP-30: sorted by gap and cut by queue, all in one file whatever its length."""
    await add_workspace(store)
    rows = [order(str(n), gap=n, queue="cfo" if n % 2 else "ar_clerk") for n in range(1_100)]
    await publish(store, rows)
    answer = await call("GET", f"{ADDRESS}?queue=cfo&sort=-gap", OPERATOR_KEY)
    assert [str(n) for n in range(1_099, 0, -2)] == [line[0] for line in _read(answer.body)[1:]]


async def test_a_file_is_written_page_by_page(store: Store) -> None:
    """A file of ten times the rows takes ten times as long, and holds little more than itself (REVGAP-29)."""
    await add_workspace(store)
    spent, held, sizes = [], [], []
    for number, count in enumerate((400, 4_000), 1):
        rows = [order(f"SH-#{n}", gap=n, name=f"Customer {n}", evidence=_EVIDENCE) for n in range(count)]
        await publish(store, rows, number=number)
        del rows
        # What was imported and cached before is no part of the file.
        await call("GET", f"{ADDRESS}?min_age_days=1", OPERATOR_KEY)
        tracemalloc.start()
        began = time.process_time()
        answer = await call("GET", ADDRESS, OPERATOR_KEY)
        spent.append(time.process_time() - began)
        held.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        sizes.append(len(answer.body))
    assert spent[1] < 20 * spent[0]
    assert held[1] < 4 * sizes[1] + 16 * 2**20


_EVIDENCE = {"documents": [{"number": f"INV-{n}", "net": "100.00", "state": "posted"} for n in range(10)]}


async def test_the_default_order_and_any_other_come_out_whole(store: Store) -> None:
    """REVGAP-30: rows are sorted across pages, and none is lost on the way."""
    await add_workspace(store)
    await publish(store, [order(str(n), gap=n * 7919 % 1_201) for n in range(1_201)])
    for sort, keys in (("gap", range(1_201)), ("-gap", range(1_200, -1, -1))):
        lines = _read((await call("GET", f"{ADDRESS}?sort={sort}", OPERATOR_KEY)).body)[1:]
        assert [f"{gap}.00" for gap in keys] == [line[6] for line in lines]


@pytest.mark.parametrize("sought", ["6100000000042", "inv-42", "so-42", "sh-#42", "moore"])
async def test_a_settled_order_is_found_by_any_of_its_names(store: Store, sought: str) -> None:
    """REVGAP-06: by order, the shop's own id, customer or any document's number."""
    await add_workspace(store)
    found = {
        "order_id": "6100000000042",
        "documents": "SO-42, INV-42",
        "sales_order": "SO-42",
        "name": "Moore & Co",
    }
    rows = [order("SH-#42", is_settled=True, **found), order("SH-#43", is_settled=True)]
    await publish(store, rows)
    answer = await call("GET", f"{ADDRESS}?include_matched=true&q={quote(sought)}", OPERATOR_KEY)
    assert [line[0] for line in _read(answer.body)[1:]] == ["SH-#42"]


def test_half_an_emoji_does_not_break_a_file() -> None:
    """What a vendor cut in the middle of a character is written as a question mark."""
    assert csv_of([("A", "a")], [{"a": "cut \ud83d"}]).endswith(b"cut ?\r\n")


@pytest.mark.parametrize("query", ["page_size=10", "page_token=x", "colour=red", "reason=unmaped"])
async def test_the_export_refuses_what_it_does_not_know(store: Store, query: str) -> None:
    """400 names the parameter; a file has no pages."""
    await add_workspace(store)
    await publish(store, [])
    answer = await call("GET", f"{ADDRESS}?{query}", OPERATOR_KEY)
    assert answer.status == 400
    assert [query.split("=", maxsplit=1)[0]] == [each["path"] for each in answer.json["errors"]]


async def test_the_file_is_dated_in_the_workspaces_own_time(store: Store) -> None:
    """Half past eleven in New York is the day before London's."""
    await add_workspace(store, time_zone="America/New_York")
    await publish(store, [], value_as_of="2026-04-12T03:30:00Z")
    answer = await call("GET", ADDRESS, OPERATOR_KEY)
    assert "2026-04-11.csv" in answer.headers["Content-Disposition"]


async def test_a_file_that_a_caller_has_is_not_sent_again(store: Store) -> None:
    """304 until there is another reading."""
    await add_workspace(store)
    await publish(store, [])
    tag = {"If-None-Match": (await call("GET", ADDRESS, OPERATOR_KEY)).headers["ETag"]}
    assert (await call("GET", ADDRESS, OPERATOR_KEY, headers=tag)).status == 304
    await publish(store, [], number=2)
    assert (await call("GET", ADDRESS, OPERATOR_KEY, headers=tag)).status == 200


async def test_who_is_blocked_for_privacy_stays_so(store: Store) -> None:
    """REVGAP-32: the file shows the marker that the row carries."""
    await add_workspace(store)
    await publish(store, [order("SH-#1", name=PRIVACY_BLOCKED, is_privacy_blocked=True)])
    line = _read((await call("GET", ADDRESS, OPERATOR_KEY)).body)[1]
    assert line[1] == "[Privacy Blocked]"


async def test_customers_are_exported_with_the_key_to_compare_by(store: Store) -> None:
    """GEN-06, GEN-13: email, match key and match value stand in the file."""
    await add_workspace(store)
    exposure = ({"amount": "12.00", "currency": "GBP"},)
    row = customer(
        "Zoë", email="zoe@example.com", match_key="email", match_value="zoe@example.com", exposure=exposure
    )
    await publish(store, [row], ABSENT)
    answer = await call("GET", f"/workspaces/acme/cards/{ABSENT}/rows.csv", OPERATOR_KEY)
    shown = dict(zip(*_read(answer.body), strict=True))
    assert (shown["Customer"], shown["Email"]) == ("Zoë", "zoe@example.com")
    assert (shown["Match Key"], shown["Match Value"]) == ("email", "zoe@example.com")
    assert shown["Exposure"] == "12.00 GBP"

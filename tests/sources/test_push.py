"""Files that are sent: rows become records, the same from CSV and from NDJSON."""

import csv
import io
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.sources import connector_log, marketplace, sync_log
from shared.sources.push import Sent, read
from shared.sources.source import Form
from tests.builders import law

TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
AMOUNTS = st.decimals(-1_000, 1_000, places=2).map(str)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "order_id": st.integers(1, 6).map(lambda number: f"M-{number}"),
            "placed_at": st.datetimes().map(lambda moment: moment.replace(microsecond=0).isoformat()),
            "currency": st.sampled_from(["GBP", "eur", "Usd"]),
            "gross": AMOUNTS,
            "tax": AMOUNTS,
            "name": TEXT,
            "email": TEXT,
            "tags": TEXT,
        }
    ),
    max_size=8,
)
FORM = marketplace.SOURCE.form
assert FORM is not None


def _csv(rows: list[dict[str, str]], names: list[str]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, names)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def _of(form: Form | None, *rows: dict[str, object]) -> Sent:
    assert form is not None
    return read(form, "\n".join(json.dumps(row) for row in rows).encode(), "ndjson")


@law
@given(ROWS, st.permutations(["order_id", "name", "email", "tags"]))
def test_both_formats_and_any_order_of_columns_say_the_same(
    rows: list[dict[str, str]], front: list[str]
) -> None:
    """Records depend neither on a file's format nor on the order of its columns; what comes in goes out."""
    names = [*front, *(each for each in ("placed_at", "currency", "gross", "tax") if each not in front)]
    by_csv = read(FORM, _csv(rows, names), "csv")
    by_json = _of(FORM, *rows)
    assert (by_csv.records, by_csv.ids) == (by_json.records, by_json.ids)
    assert len(by_csv.wrong) == len(by_json.wrong)
    if not by_csv.wrong:
        assert set(by_csv.ids) == {row["order_id"] for row in rows}


@law
@given(ROWS)
def test_the_last_row_of_an_id_counts(rows: list[dict[str, str]]) -> None:
    """Rows of one id in one file are one record, the last of them, as they are from file to file."""
    sent = _of(FORM, *rows)
    assert len(sent.ids) == len(set(sent.ids)) == len(sent.records)
    assert sent.records == _of(FORM, *rows, *rows).records or sent.wrong


def test_one_run_names_many_records() -> None:
    """Rows that share an attempt's id are one run and several attempts, each with its own record."""
    row = {"attempt_id": "7", "started_at": "2026-04-01T06:00:00Z", "entity": "Customers", "status": "Failed"}
    sent = _of(sync_log.SOURCE.form, row | {"record_key": "a 1"}, row | {"record_key": "b2"})
    assert {each.id for each in sent.records} == {"7", "7|A1", "7|B2"}
    assert len(sent.ids) == 2


def test_an_attempt_away_from_the_ledger_blames_no_record() -> None:
    """What leads out of the ledger tells when the connector ran, and nothing of a record's way into it."""
    row = {"attempt_id": "7", "started_at": "2026-04-01T06:00:00Z", "entity": "customer", "record_key": "A"}
    sent = _of(sync_log.SOURCE.form, row | {"status": "error", "direction": "Outbound"})
    assert [(each.id, each.subject) for each in sent.records] == [("7", "")]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"gross": 1.5e400}, "gross"),
        ({"gross": [1]}, "gross"),
        ({"gross": True}, "gross"),
        ({"tax": ""}, "tax"),
        ({"currency": "POUND"}, "currency"),
        ({"status": "shipped"}, "status"),
        ({"order_id": ""}, "order_id"),
        ({"order_id": "x" * 201}, "order_id"),
        ({"placed_at": ""}, "placed_at"),
        ({"is_b2b": "perhaps"}, "is_b2b"),
        ({"nonsense": "ann@example.com"}, "nonsense"),
        ({"email": {"a": 1}}, "email"),
    ],
    ids=str,
)
def test_a_wrong_field_is_named_without_its_value(change: dict[str, object], field: str) -> None:
    """A row is refused by the names of its fields; what stands in them is repeated nowhere."""
    row = {"order_id": "M-1", "placed_at": "2026-04-01", "currency": "GBP", "gross": "12.00", "tax": "2"}
    text = json.dumps(row | change).replace("Infinity", "1e999999")
    assert FORM is not None
    sent = read(FORM, text.encode(), "ndjson")
    [wrong] = sent.wrong
    assert field in wrong.fields
    assert "ann@" not in wrong.why
    assert "POUND" not in wrong.why


@pytest.mark.parametrize(
    "line",
    ["{", "[1]", "null", '{"order_id": NaN}', "[" * 10_000],
    ids=["cut", "list", "null", "nan", "deep"],
)
def test_a_line_that_is_no_object_is_one_bad_row(line: str) -> None:
    """A line of NDJSON that cannot be read costs no other line."""
    good = '{"attempt_id": 5, "started_at": "2026-04-01", "reference": "#1", "error_text": null}'
    form = connector_log.SOURCE.form
    assert form is not None
    sent = read(form, f"{line}\n\n{good}\n".encode(), "ndjson")
    assert (sent.ids, [each.line for each in sent.wrong]) == (("5",), [1])


def test_amounts_are_exact() -> None:
    """Numbers of JSON are read as they are written: a tenth is a tenth."""
    text = b'{"order_id": 1, "placed_at": "2026-04-01", "currency": "GBP", "gross": 0.3, "tax": 0.1}'
    assert FORM is not None
    [order] = read(FORM, text, "ndjson").records
    assert Decimal(order.net) / 10_000 == Decimal("0.2")  # type: ignore[attr-defined]

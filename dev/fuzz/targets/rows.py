"""The questions about rows: filters against naive ones, and page tokens that only say what was said."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import fields
from decimal import Decimal
from typing import Any

import azure.functions as func

from dev.fuzz.choices import Choices
from dev.fuzz.spoiling import ODD_TEXTS
from dev.fuzz.target import Target, hold, hold_refusal
from functions import page_tokens
from functions.page_tokens import Place
from functions.problems import Problem
from functions.row_queries import CHOICES, RowPageQuery, row_query_of
from functions.row_selection import MONEY, SEARCHED, select
from shared.cards import CARDS
from shared.domain.rows import CustomerRow, OrderRow

_TEXTS = (
    "",
    "a",
    "A",
    "Straße",
    "STRASSE",
    "b2b",
    "İ",
    "i̇",
    "x\ny",
    "M-1",
    "shopify",
    "\U0001f642",
    "ﬀ",
    "0",
)
_AMOUNTS = ("0.00", "-1.50", "10.00", "9.9999", "1000000000000000000.00", "-0.01", "12.345")


def _run(data: bytes) -> None:
    choices = Choices(data)
    card = choices.pick(CARDS)
    row_type = OrderRow if card.unit == "money" else CustomerRow
    names = [each.name for each in fields(row_type)]
    rows = [_row(choices, names) for _ in range(choices.below(7))]
    params = dict(_parameter(choices) for _ in range(choices.below(4)))
    request = func.HttpRequest(method="GET", url="https://x/", params=params, body=b"")
    try:
        query = row_query_of(request, RowPageQuery, card)
    except Problem as problem:
        hold_refusal(problem.status)
        return
    found = select(rows, query)
    expected = _fitting(rows, query)
    hold(sorted(map(id, found)) == sorted(map(id, expected)), f"{params}: other rows than a naive filter's")
    if query.sort is None:
        hold([*map(id, found)] == [*map(id, expected)], "rows have moved")
    else:
        _hold_order(found, query.sort)


def _row(choices: Choices, names: Sequence[str]) -> dict[str, Any]:
    row: dict[str, Any] = {name: choices.pick(_TEXTS) for name in names}
    row |= {
        name: choices.pick(sorted(CHOICES[name])) for name in CHOICES if name in names and choices.chance(2)
    }
    row |= {name: choices.pick(_AMOUNTS) for name in MONEY if name in names}
    age = choices.below(5)
    return row | {
        "age_days": None if age == 0 else age,
        "is_settled": choices.chance(3),
        "state": choices.pick(("open", "snoozed", "resolved")),
        "assignee": choices.pick(_TEXTS),
    }


def _parameter(choices: Choices) -> tuple[str, str]:
    name = choices.pick([*RowPageQuery.model_fields, "unknown"])
    if name in CHOICES and choices.chance(2):
        return name, choices.pick(sorted(CHOICES[name]))
    usual: Mapping[str, Sequence[str]] = {
        "min_age_days": ("0", "2", "4"),
        "max_age_days": ("0", "2", "4"),
        "include_matched": ("true", "false"),
        "state": ("open", "resolved"),
        "sort": ("age_days", "-age_days", "name", "-gap", "gap", "assignee", "-entity", "occurred_at"),
        "as_of": ("2026-11-01T09:00:00Z",),
    }
    if choices.chance(3):
        return name, choices.pick((*ODD_TEXTS, choices.text()))
    return name, choices.pick(usual.get(name, _TEXTS))


def _fitting(rows: Sequence[dict[str, Any]], query: RowPageQuery) -> list[dict[str, Any]]:
    found = []
    for row in rows:
        age = row["age_days"]
        fits = [
            query.include_matched == "true" or not row["is_settled"],
            *(row.get(name) == value for name, value in {**query.equalities, **query.work}.items()),
            query.min_age_days is None or (age is not None and age >= query.min_age_days),
            query.max_age_days is None or (age is not None and age <= query.max_age_days),
            not query.q
            or any(query.q.casefold() in str(row.get(name) or "").casefold() for name in SEARCHED),
        ]
        if all(fits):
            found.append(row)
    return found


def _hold_order(found: Sequence[dict[str, Any]], sort: str) -> None:
    name = sort.removeprefix("-")
    values = [row.get(name) for row in found]
    known = [each for each in values if each is not None]
    hold(values[: len(known)] == known, "what is not known comes last")
    ranks = [
        Decimal(each) if name in MONEY else each.casefold() if isinstance(each, str) else each
        for each in known
    ]
    hold(ranks == sorted(ranks, reverse=sort.startswith("-")), f"not sorted by {sort}")


def _run_tokens(data: bytes) -> None:
    choices = Choices(data)
    text = choices.pick(
        (
            page_tokens.written(
                Place(evaluation="20261101T090000", evaluated_at="x", offset=3, question="q")
            ),
            base64.urlsafe_b64encode(choices.take(60)).decode(),
            choices.rest().decode("latin-1"),
        )
    )
    for _ in range(choices.below(3)):
        at = choices.below(len(text) + 1)
        text = text[:at] + choices.text(3) + text[at + choices.below(2) :]
    try:
        place = page_tokens.read(text, "q")
    except Problem as problem:
        hold_refusal(problem.status)
        return
    hold(place == page_tokens.read(page_tokens.written(place), "q"), "a token says something else")
    hold(place.offset >= 0, "place.offset >= 0")


ROWS = Target(
    "rows",
    "a question about rows is refused, or answered as by a naive filter",
    _run,
    lambda: [bytes(range(90))],
)
TOKENS = Target(
    "tokens",
    "a page token is refused, or says one thing",
    _run_tokens,
    lambda: [b"", b"\x01" + b'{"offset":1}'],
)

"""Rows over HTTP: filtered, searched, sorted, and in pages that fit together."""

import base64
import json
from typing import Any

import azure.functions as func
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.page_tokens import Place, read, written
from functions.problems import Problem
from functions.row_queries import RowPageQuery, RowQuery, row_query_of
from functions.row_selection import select
from shared.cards import card_of
from shared.store.store import Store
from tests.functions.app import (
    ABSENT,
    GAP,
    OPERATOR_KEY,
    add_workspace,
    call,
    customer,
    order,
    publish,
    rows_address,
)
from tests.functions.conftest import KeyFor

ORDERS = [
    order("BC-PO-1", gap=84_200, age_days=12, reason="released_not_invoiced", queue="ar_clerk", company="US"),
    order(
        "SH-#10044128", gap=284, age_days=2, reason="unmapped_customer", queue="bc_consultant", name="Ännchen"
    ),
    order("BC-PO-3", gap=-50, age_days=14, reason="customer_blocked", queue="cfo", sales_order="SO-208702"),
    order("SH-#10044211", gap=0, reason="credit_memo_matched", queue="ar_clerk", platform="shopify"),
    order("SH-#77", gap=0, age_days=1, is_settled=True),
]
CUSTOMERS = [
    customer(
        "Acme", cohort="new_b2b_no_master", segment="b2b", entity="uk", match_key="vat", match_value="GB1"
    ),
    customer("Zoë", cohort="new_dtc_email_only", segment="dtc", entity="us", email="zoe@example.com"),
    customer("Bolt", cause="never_synced", segment="b2b", entity="uk"),
]

FILTERS: list[tuple[dict[str, Any], list[str]]] = [
    ({}, ["BC-PO-1", "SH-#10044128", "BC-PO-3", "SH-#10044211"]),
    ({"reason": "unmapped_customer"}, ["SH-#10044128"]),
    ({"queue": "ar_clerk"}, ["BC-PO-1", "SH-#10044211"]),
    ({"company": "US"}, ["BC-PO-1"]),
    ({"platform": "shopify"}, ["SH-#10044211"]),
    ({"min_age_days": 12}, ["BC-PO-1", "BC-PO-3"]),
    ({"q": "#100441"}, ["SH-#10044128"]),
    ({"q": "äNNCHEN"}, ["SH-#10044128"]),
    ({"q": "so-2087"}, ["BC-PO-3"]),
    ({"q": "SH-#77"}, []),
    ({"q": "SH-#77", "include_matched": "true"}, ["SH-#77"]),
    ({"sort": "-gap"}, ["BC-PO-1", "SH-#10044128", "SH-#10044211", "BC-PO-3"]),
    ({"sort": "gap"}, ["BC-PO-3", "SH-#10044211", "SH-#10044128", "BC-PO-1"]),
    ({"sort": "age_days"}, ["SH-#10044128", "BC-PO-1", "BC-PO-3", "SH-#10044211"]),
    ({"sort": "-age_days"}, ["BC-PO-3", "BC-PO-1", "SH-#10044128", "SH-#10044211"]),
    ({"queue": "ar_clerk", "min_age_days": 1, "sort": "name"}, ["BC-PO-1"]),
    ({"max_age_days": 12}, ["BC-PO-1", "SH-#10044128"]),
    ({"min_age_days": 3, "max_age_days": 12}, ["BC-PO-1"]),
]


def _asked(card: str, query: dict[str, Any]) -> RowPageQuery:
    """Give the query as the route reads it."""
    params = {name: str(value) for name, value in query.items()}
    known = card_of(card)
    assert known is not None
    request = func.HttpRequest("GET", "https://tieout.example/", params=params, body=b"")
    return row_query_of(request, RowPageQuery, known)


@pytest.mark.parametrize(("query", "expected"), FILTERS)
def test_orders_are_filtered_and_sorted(query: dict[str, Any], expected: list[str]) -> None:
    """REVGAP-06, REVGAP-30: by reason, queue and company, by gap; matched ones when they are asked for."""
    assert expected == [row["order"] for row in select(ORDERS, _asked(GAP, query))]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"cohort": "new_b2b_no_master"}, ["Acme"]),
        ({"cause": "never_synced"}, ["Bolt"]),
        ({"segment": "b2b", "entity": "uk", "sort": "-name"}, ["Bolt", "Acme"]),
        ({"entity": "us"}, ["Zoë"]),
        ({"q": "ZOE@"}, ["Zoë"]),
        ({"q": "gb1"}, ["Acme"]),
    ],
)
def test_customers_are_filtered(query: dict[str, Any], expected: list[str]) -> None:
    """SAGE-ABS-18, GEN-13: cohorts and entities can be cut, and the match key can be searched."""
    assert expected == [row["name"] for row in select(CUSTOMERS, _asked(ABSENT, query))]


async def test_the_address_says_which_rows(store: Store, key_for: KeyFor) -> None:
    """REVGAP-06, REVGAP-30: the filters of the address are those of the answer, `#` and umlauts escaped."""
    await add_workspace(store)
    await publish(store, ORDERS)
    key = await key_for("finance")
    for query, expected in FILTERS[:1] + FILTERS[6:8] + FILTERS[10:12]:
        answer = await call("GET", rows_address(**query), key)
        assert expected == [row["order"] for row in answer.json["rows"]]
        assert (len(expected), None) == (answer.json["total"], answer.json["next_page_token"])


async def test_a_row_identifies_its_record(store: Store, key_for: KeyFor) -> None:
    """GEN-06, GEN-13: rows come with who it is, which key was tried, and the evidence."""
    await add_workspace(store)
    row = customer(
        "Acme", email="ap@acme.example", match_key="vat", match_value="GB1", evidence={"keys_tried": [1]}
    )
    await publish(store, [row], ABSENT)
    answer = await call("GET", rows_address(ABSENT), await key_for("operations"))
    assert [row | {"state": "open", "assignee": "", "first_seen": None}] == answer.json["rows"]


BAD: list[tuple[str, dict[str, Any], str]] = [
    (GAP, {"colour": "red"}, "colour"),
    (GAP, {"reason": "unmaped"}, "reason"),
    (GAP, {"queue": "everyone"}, "queue"),
    (GAP, {"cohort": "new_dtc_email_only"}, "cohort"),
    (ABSENT, {"reason": "unknown"}, "reason"),
    (ABSENT, {"cohort": "newish"}, "cohort"),
    (ABSENT, {"company": "US"}, "company"),
    (ABSENT, {"cause": "never_sinked"}, "cause"),
    (ABSENT, {"segment": "b2c"}, "segment"),
    (GAP, {"min_age_days": -1}, "min_age_days"),
    (GAP, {"min_age_days": "old"}, "min_age_days"),
    (GAP, {"sort": "evidence"}, "sort"),
    (GAP, {"sort": "--gap"}, "sort"),
    (ABSENT, {"sort": "-gap"}, "sort"),
    (GAP, {"include_matched": "perhaps"}, "include_matched"),
    (GAP, {"page_size": 0}, "page_size"),
    (GAP, {"page_size": 1_001}, "page_size"),
    (GAP, {"page_token": "nonsense"}, "page_token"),
    (GAP, {"page_token": "ж"}, "page_token"),
    (GAP, {"page_token": base64.b64encode(b"{}").decode()}, "page_token"),
]


@pytest.mark.parametrize(("card", "query", "path"), BAD)
def test_a_bad_parameter_is_named(card: str, query: dict[str, Any], path: str) -> None:
    """400 with the parameter's name: a misspelt filter must not look like an empty list."""
    with pytest.raises(Problem) as refused:
        read(_asked(card, query).page_token or "", "")
    assert ("bad-query", [path]) == (refused.value.slug, [each.path for each in refused.value.faults])


@pytest.mark.parametrize("query", [{"colour": "red"}, {"reason": "unmaped"}, {"page_token": "nonsense"}])
async def test_a_bad_parameter_is_400(store: Store, query: dict[str, Any]) -> None:
    """The answer names the parameter in its errors and in its text."""
    await add_workspace(store)
    await publish(store, [])
    answer = await call("GET", rows_address(**query), OPERATOR_KEY)
    assert answer.status == 400
    assert [*query] == [each["path"] for each in answer.json["errors"]]
    assert answer.json["detail"].startswith(f"{next(iter(query))}: ")


async def _pages(**query: Any) -> list[list[str]]:
    pages: list[list[str]] = []
    more: dict[str, str] = {}
    while True:
        answer = (await call("GET", rows_address(**query, **more), OPERATOR_KEY)).json
        pages.append([row["order"] for row in answer["rows"]])
        if answer["next_page_token"] is None:
            return pages
        more = {"page_token": answer["next_page_token"]}


@pytest.mark.parametrize("size", [1, 2, 3, 4, 1_000])
async def test_pages_add_up_to_the_whole(store: Store, size: int) -> None:
    """Whatever their size, pages give each row once, in order."""
    await add_workspace(store)
    await publish(store, ORDERS)
    pages = await _pages(sort="-gap", page_size=size)
    whole = await _pages(sort="-gap")
    assert whole[0] == [each for page in pages for each in page]
    assert all(len(page) <= size for page in pages)


async def test_pages_stay_with_their_evaluation(store: Store) -> None:
    """A reading that comes between two pages does not show through them."""
    await add_workspace(store)
    await publish(store, ORDERS)
    first = (await call("GET", rows_address(page_size=2), OPERATOR_KEY)).json
    await publish(store, [order("NEW")], number=2)
    token = first["next_page_token"]
    second = (await call("GET", rows_address(page_size=2, page_token=token), OPERATOR_KEY)).json
    assert [row["order"] for row in second["rows"]] == ["BC-PO-3", "SH-#10044211"]
    assert (first["evaluation"], 4) == (second["evaluation"], second["total"])
    assert await _pages() == [["NEW"]]


async def test_pages_of_what_is_not_kept_are_gone(store: Store) -> None:
    """410 once the evaluation was swept away or written anew, rather than pages that do not fit."""
    await add_workspace(store)
    await publish(store, ORDERS)
    first = (await call("GET", rows_address(page_size=2), OPERATOR_KEY)).json
    address = rows_address(page_size=2, page_token=first["next_page_token"])
    await publish(store, [order("NEW")], evaluated_at="2026-04-12T01:30:00Z")
    assert (await call("GET", address, OPERATOR_KEY)).status == 410
    await store.readings._readings.delete(f"acme|{GAP}", f"at|{first['evaluation']}")
    assert (await call("GET", address, OPERATOR_KEY)).status == 410


async def test_rows_that_were_swept_away_are_gone(store: Store) -> None:
    """A reading whose rows are not kept answers 410, and not an empty list or an empty file."""
    await add_workspace(store)
    await publish(store, [], row_count=4)
    assert (await call("GET", rows_address(), OPERATOR_KEY)).status == 410
    assert (await call("GET", f"/workspaces/acme/cards/{GAP}/rows.csv", OPERATOR_KEY)).status == 410


async def test_a_token_belongs_to_its_filters(store: Store) -> None:
    """400 for a token under other filters or for another card; the page's size may change."""
    await add_workspace(store)
    await publish(store, ORDERS)
    token = (await call("GET", rows_address(page_size=1), OPERATOR_KEY)).json["next_page_token"]
    assert (await call("GET", rows_address(page_size=3, page_token=token), OPERATOR_KEY)).status == 200
    assert (await call("GET", rows_address(sort="-gap", page_token=token), OPERATOR_KEY)).status == 400
    assert (await call("GET", rows_address(ABSENT, page_token=token), OPERATOR_KEY)).status == 400


async def test_rows_a_caller_has_are_not_sent_again(store: Store) -> None:
    """304 for the same question until there is another reading; another question has another tag."""
    await add_workspace(store)
    await publish(store, ORDERS)
    first = await call("GET", rows_address(), OPERATOR_KEY)
    has = {"If-None-Match": first.headers["ETag"]}
    assert (await call("GET", rows_address(), OPERATOR_KEY, headers=has)).status == 304
    assert (await call("GET", rows_address(sort="-gap"), OPERATOR_KEY, headers=has)).status == 200
    await publish(store, ORDERS, number=2)
    assert (await call("GET", rows_address(), OPERATOR_KEY, headers=has)).status == 200


async def test_no_reading_is_not_an_empty_list(store: Store) -> None:
    """A card without an answer has no rows to give: 404, which a flow cannot take for all is well."""
    await add_workspace(store)
    for suffix in ("rows", "rows.csv"):
        target = f"/workspaces/acme/cards/{GAP}/{suffix}"
        assert (await call("GET", target, OPERATOR_KEY)).status == 404
        await publish(store, [], status="held", rows_of=None, value=None, value_as_of=None)
        answer = await call("GET", target, OPERATOR_KEY)
        assert (answer.status, answer.json["type"]) == (404, "urn:tieout:problem:no-reading")


async def test_a_held_card_shows_the_rows_of_its_last_answer(store: Store) -> None:
    """A held reading keeps the rows, and says when they were true."""
    await add_workspace(store)
    await publish(store, ORDERS)
    kept: dict[str, Any] = {
        "rows_of": "20260412T010000Z",
        "value_as_of": "2026-04-12T01:00:00Z",
        "row_count": 4,
    }
    await publish(store, [], number=2, status="held", **kept)
    answer = (await call("GET", rows_address(), OPERATOR_KEY)).json
    assert (answer["status"], answer["value_as_of"], answer["total"]) == ("held", kept["value_as_of"], 4)


@given(st.lists(st.tuples(st.integers(-999, 999), st.none() | st.integers(0, 30)), max_size=20))
def test_every_row_is_in_one_queue(amounts: list[tuple[int, int | None]]) -> None:
    """REVGAP-30: filters cut the rows into parts that add up, and sorting loses none."""
    queues = ("ar_clerk", "bc_consultant", "cfo")
    rows = [
        order(str(number), gap=gap, age_days=age, queue=queues[number % 3])
        for number, (gap, age) in enumerate(amounts)
    ]
    parts = [row for queue in queues for row in select(rows, RowQuery(queue=queue))]
    assert sorted(row["id"] for row in rows) == sorted(row["id"] for row in parts)
    for sort in ("gap", "-gap", "age_days", "-age_days"):
        chosen = select(rows, RowQuery(sort=sort))
        assert sorted(row["id"] for row in rows) == sorted(row["id"] for row in chosen)
    assert sorted((gap for gap, _ in amounts), reverse=True) == [
        int(float(row["gap"])) for row in select(rows, RowQuery(sort="-gap"))
    ]


@given(st.integers(0, 10**9))
def test_a_token_says_where_it_came_from(offset: int) -> None:
    """A place survives being written and read, in characters that need no escaping in an address."""
    place = Place(evaluation="20260412T010000Z", evaluated_at="", offset=offset, question='"q"')
    token = written(place)
    assert place == read(token, '"q"')
    assert json.dumps(token)[1:-1] == token
    assert all(each.isalnum() or each in "-_" for each in token)

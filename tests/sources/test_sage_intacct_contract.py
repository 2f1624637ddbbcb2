"""The simulated Sage Intacct and our queries, held against Sage's own field lists."""

import json
from typing import Any

import httpx
import pytest

from dev.vendors.facts import Account
from dev.vendors.sage_intacct_filters import FilterError, condition, joined
from dev.vendors.sage_intacct_rows import OBJECTS, rows
from dev.vendors.sage_intacct_tables import TABLES as SIMULATED
from shared.sources.sage_intacct_gateway import AUDIT, AUDIT_FIELDS
from shared.sources.sage_intacct_tables import TABLES, Formatting, named
from tests.contracts import needs_contracts, read_contract
from tests.sources.sage_intacct_company import STREAMS, answering, customer, invoice, memo, order, pages


@needs_contracts
async def test_the_query_asks_for_known_fields_alone() -> None:
    """Every field that is asked for or answered stands in Sage's own field lists."""
    contract = json.loads(read_contract("intacct/rest-fields.json"))
    asked: dict[str, list[str]] = {}

    def handle(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/query"):
            query = json.loads(request.content)
            asked[query["object"]] = query["fields"]
        return answering({"ia::result": [], "ia::meta": {"totalCount": 0}})(request)

    for stream in STREAMS:
        await pages(handle, stream)
    assert set(asked) == set(OBJECTS)
    account = Account(
        ledger_customers=[customer()], sales_orders=[order()], invoices=[invoice()], credit_memos=[memo()]
    )
    for name, names in asked.items():
        known = contract_names(contract[name.split("::")[0]])
        answered = [each for row in rows(account, name) for each in row if "::" not in each]
        unknown = [each for each in [*names, *answered] if not is_listed(each, known)]
        assert unknown == []


def is_listed(name: str, known: list[str]) -> bool:
    """Say whether a name stands in a list, or in a group that the list leaves open."""
    return name in known or any(name.startswith(group) for group in known if group.endswith("."))


def contract_names(lists: dict[str, Any]) -> list[str]:
    """Give the dotted names of an object's fields; those of open groups end in a dot."""
    names: list[str] = []
    for group, members in lists.items():
        if group == "scalars":
            names += list(members)
        elif group == "refs":
            names += [f"{each}." for each in members]
        elif group == "contacts" and isinstance(members, dict):
            names += [
                f"contacts.{role}.{each.rstrip('*')}" for role, known in members.items() for each in known
            ]
        elif isinstance(members, list):
            names += [f"{group}.{each}" for each in members]
    return names


@needs_contracts
def test_the_gateway_is_asked_for_known_fields_alone() -> None:
    """Every name that is asked of the gateway, or that the simulated one has, stands in the known lists."""
    contract = json.loads(read_contract("intacct/xml-fields.json"))
    for table in TABLES.values():
        assert {*table.fields.values(), table.made, "WHENMODIFIED"} <= set(contract[table.name])
    assert set(AUDIT_FIELDS) <= set(contract[AUDIT])
    for name, known in SIMULATED.items():
        assert set(known) - {"VAT_NUMBER"} <= set(contract[name])


@needs_contracts
def test_states_are_the_gateways() -> None:
    """Each letter that an order's state may be stands for the word that the REST API has for it."""
    letters = json.loads(read_contract("intacct/xml-fields.json"))["SODOCUMENT.STATE"]
    words = json.loads(read_contract("intacct/rest-fields.json"))["order-entry/document"]["scalars"]["state"]
    for letter, word in letters.items():
        by_letter, by_word = [
            named(TABLES["sales_orders"], {"STATE": each}, Formatting())["state"] for each in (letter, word)
        ]
        assert by_letter == by_word
        assert by_letter in words


@pytest.mark.parametrize(
    ("expression", "expected"),
    [("", False), ("or", True), ("1 and 2", False), ("1 or 2", True), ("3 and (1 or 2)", True)],
)
def test_filter_expressions(expression: str, expected: bool) -> None:  # noqa: FBT001 - a case's answer
    """The simulated service joins filters as their expression says."""
    known = frozenset({"a", "b"})
    filters: list[dict[str, Any]] = [
        {"$eq": {"a": "1"}},
        {"$gt": {"b": "5"}},
        {"$or": [{"$in": {"b": ["3"]}}, {"$lt": {"a": "0"}}]},
    ]
    tests = [condition(each, known) for each in filters]
    assert joined(tests, expression)({"a": "1", "b": "3"}) is expected


@pytest.mark.parametrize("expression", ["1 and", "(1", "4", "1 xor 2", "1 2"])
def test_malformed_expressions_are_refused(expression: str) -> None:
    """An expression that does not parse is refused rather than guessed at."""
    tests = [condition({"$eq": {"a": "1"}}, frozenset({"a"}))] * 3
    with pytest.raises(FilterError):
        joined(tests, expression)

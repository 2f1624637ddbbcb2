"""Filters by what a workspace has of its own: entities and platforms."""

import pytest

from shared.store.store import Store
from tests.functions.app import ABSENT, OPERATOR_KEY, add_workspace, call, customer, publish, rows_address


@pytest.mark.parametrize("suffix", ["", ".csv"], ids=["rows", "file"])
@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"entity": "zzz"}, 400),
        ({"platform": "shopfy"}, 400),
        ({"entity": "uk"}, 200),
        ({"entity": "DAT"}, 200),
        ({"platform": "shopify"}, 200),
        ({"platform": "dataverse"}, 200),
    ],
    ids=str,
)
async def test_an_entity_or_platform_of_nobody_is_400(
    store: Store, query: dict[str, str], status: int, suffix: str
) -> None:
    """One that is listed is fine without a row, one that a row has without being listed; no other is."""
    await add_workspace(store)
    await publish(store, [customer("Bolt", entity="DAT", platform="dataverse")], ABSENT)
    answer = await call("GET", rows_address(ABSENT, **query).replace("rows?", f"rows{suffix}?"), OPERATOR_KEY)
    assert answer.status == status
    if status == 400:
        assert [*query] == [each["path"] for each in answer.json["errors"]]

"""What is kept of a connection between calls, and that no secret goes out in the clear."""

from typing import Any

import pytest

from shared.domain.workspace import Connection
from shared.errors import ConfigurationError
from shared.pipeline.jobs import jobs_of, options_of
from shared.pipeline.reached import Reached
from shared.pipeline.vendor import client_of
from shared.sources.http import Access
from shared.sources.pace import Limit
from tests.pipeline.bench import Bench

LIMIT = Limit(10, 1)


def connection(**changes: Any) -> Connection:
    """Give a connection."""
    return Connection(name="store", kind="shopify", **changes)


def reach(kept: Reached, known: Connection, value: str = "s", workspace: str = "shop", **made: Any) -> Access:
    """Reach a connection as a pull does."""
    limit = made.get("limit", LIMIT)
    return kept.access(
        workspace, known, {"token": value}, lambda: Access("https://shop.example", limit=limit)
    )


def test_all_pulls_of_a_connection_share_token_and_budget() -> None:
    """The next call of the process gets the same access, with the same budget."""
    kept = Reached()
    first = reach(kept, connection())
    assert first is reach(kept, connection())
    assert first.pace is not None
    assert first.pace.limit == LIMIT


def test_connections_of_others_have_their_own() -> None:
    """Neither another workspace's connection of the same name nor another connection shares it."""
    kept = Reached()
    other = Connection(name="other", kind="shopify")
    found = [reach(kept, connection()), reach(kept, other), reach(kept, connection(), workspace="b")]
    assert len({id(each.pace) for each in found}) == 3


@pytest.mark.parametrize("changes", [{"options": {"a": 1}}, {"base_url": "https://a.example"}, {}])
def test_other_settings_or_secrets_are_reached_anew(changes: dict[str, Any]) -> None:
    """A token of the old secret is not used with the new one, but the vendor's budget is not refilled."""
    kept = Reached()
    before = reach(kept, connection())
    after = reach(kept, connection(**changes), value="rotated")
    assert after is not before
    assert after.pace is before.pace


def test_another_limit_is_another_budget() -> None:
    """Where options change what the vendor allows, counting begins anew."""
    kept = Reached()
    before = reach(kept, connection())
    after = reach(kept, connection(options={"a": 1}), limit=Limit(5, 1))
    assert after.pace is not before.pace


@pytest.mark.parametrize("name", ["base_url", "token_url"])
@pytest.mark.parametrize(
    "address", ["http://shop.example", "http://127.0.0.1:8080", "https://a:b@shop.example"]
)
async def test_a_stored_document_cannot_send_secrets_in_the_clear(
    bench: Bench, name: str, address: str
) -> None:
    """Whatever a document says that was saved earlier, the client goes to https alone."""
    known = await bench.workspace(store={name: address})
    job = jobs_of(known, known.connections[0])[0]
    with pytest.raises(ConfigurationError, match=f"{name} must give an https address") as caught:
        await client_of(bench.services, job, options_of(job.source, job.connection))
    assert caught.value.path == name
    assert "a:b" not in str(caught.value)

"""Sources, pulls and evaluations on demand, and health."""

from datetime import UTC, datetime, timedelta

import pytest

from shared import settings
from shared.errors import BadRecord, ConfigurationError
from shared.pipeline.jobs import jobs_of
from shared.sources.source import BEGINNING
from shared.store.account import StorageAccount
from shared.store.store import Store
from tests.functions.app import OPERATOR_KEY, add_workspace, call, document, messages
from tests.functions.conftest import KeyFor

SHOPIFY_STREAMS = ("orders", "refunds", "customers", "companies")


async def _pulled(store: Store, age: timedelta, workspace: str = "acme") -> None:
    moment = datetime.now(UTC) - age
    found = await store.workspaces.get(workspace)
    assert found is not None
    for job in jobs_of(found[0], found[0].connections[0]):
        await store.checkpoints.change(
            job.name, last_success_at=moment, complete_until=moment, records=7, settings=job.settings
        )


async def test_sources_say_how_fresh_they_are(store: Store, key_for: KeyFor) -> None:
    """GEN-01: each stream has its last success, lag and counts; one that was never read says so."""
    workspace = await add_workspace(store)
    orders = jobs_of(workspace, workspace.connections[0])[0]
    moment = datetime.now(UTC) - timedelta(minutes=5)
    await store.checkpoints.change(
        orders.name, last_success_at=moment, complete_until=moment, records=7, settings=orders.settings
    )
    answer = await call("GET", "/workspaces/acme/sources", await key_for("marketing"))
    [shop] = answer.json["sources"]
    assert tuple(shop[name] for name in ("name", "kind", "title", "enabled")) == (
        "shop",
        "shopify",
        "Shopify",
        True,
    )
    streams = {each["stream"]: each for each in shop["streams"]}
    assert set(SHOPIFY_STREAMS) == streams.keys()
    assert (streams["orders"]["records"], streams["orders"]["problem"]) == (7, "")
    assert 300 <= streams["orders"]["lag_seconds"] <= 310
    assert "not been read" in streams["refunds"]["problem"]


async def test_a_pull_is_asked_for_stream_by_stream(store: Store, key_for: KeyFor) -> None:
    """202, and one message with ids for each stream that the connection offers."""
    await add_workspace(store)
    answer = await call("POST", "/workspaces/acme/sources/shop/pull", await key_for("operations"))
    assert answer.status == 202
    assert answer.headers["Location"] == "/api/v1/workspaces/acme/sources"
    asked = await messages(store, "pull")
    assert [
        {"workspace": "acme", "connection": "shop", "stream": stream} for stream in answer.json["streams"]
    ] == sorted(asked, key=lambda each: answer.json["streams"].index(each["stream"]))
    assert set(SHOPIFY_STREAMS) == set(answer.json["streams"])


async def test_an_evaluation_is_asked_for(store: Store, key_for: KeyFor) -> None:
    """202, and where to look for what comes of it."""
    await add_workspace(store)
    answer = await call("POST", "/workspaces/acme/evaluate", await key_for("finance"))
    assert (answer.status, answer.headers["Location"]) == (202, "/api/v1/workspaces/acme/cards")
    assert ["acme"] == [each["workspace"] for each in await messages(store, "evaluate")]


async def test_an_unknown_connection_is_404(store: Store) -> None:
    """A pull of nothing is not accepted."""
    await add_workspace(store)
    assert (await call("POST", "/workspaces/acme/sources/none/pull", OPERATOR_KEY)).status == 404


async def test_what_is_off_cannot_be_started(store: Store) -> None:
    """409 for a connection, and for a workspace, that is switched off."""
    off = [document()["connections"][0] | {"enabled": False}]
    await add_workspace(store, connections=off)
    assert (await call("POST", "/workspaces/acme/sources/shop/pull", OPERATOR_KEY)).status == 409
    await add_workspace(store, enabled=False)
    for target in ("/workspaces/acme/sources/shop/pull", "/workspaces/acme/evaluate"):
        assert (await call("POST", target, OPERATOR_KEY)).status == 409


@pytest.mark.parametrize(
    ("age", "status", "stale"), [(timedelta(minutes=5), "ok", 0), (timedelta(hours=5), "degraded", 4)]
)
async def test_health_counts_what_is_stale(store: Store, age: timedelta, status: str, stale: int) -> None:
    """Anyone may ask, and learns counts, and no name of a workspace or connection."""
    await add_workspace(store)
    await add_workspace(store, "asleep", enabled=False)
    await _pulled(store, age)
    answer = await call("GET", "/health")
    assert (200, status) == (answer.status, answer.json["status"])
    assert {
        "store": "ok",
        "workspaces": 1,
        "streams": 4,
        "stale_streams": stale,
        "unreadable_workspaces": 0,
        "bad_records": 0,
    } == answer.json["checks"]
    assert b"acme" not in answer.body


async def test_health_counts_what_cannot_run(store: Store) -> None:
    """Options that the code of today cannot read any more degrade, and hide no other workspace."""
    await add_workspace(store, connections=[document()["connections"][0] | {"options": {}}])
    await add_workspace(store, "other")
    await _pulled(store, timedelta(minutes=5), "other")
    answer = await call("GET", "/health")
    assert answer.json["status"] == "degraded"
    assert tuple(answer.json["checks"][name] for name in ("workspaces", "streams", "stale_streams")) == (
        2,
        8,
        4,
    )


async def test_an_empty_installation_is_well(store: Store) -> None:
    """No workspace yet is no fault."""
    assert store is not None
    assert (await call("GET", "/health")).json["status"] == "ok"


async def test_without_a_store_the_app_is_down(monkeypatch: pytest.MonkeyPatch) -> None:
    """503 from health and from every route, with when to try again."""

    def missing() -> StorageAccount:
        raise ConfigurationError("set AzureWebJobsStorage")

    monkeypatch.setattr(settings, "storage_account", missing)
    health = await call("GET", "/health")
    assert (health.status, health.json["status"]) == (503, "down")
    listed = await call("GET", "/workspaces", OPERATOR_KEY)
    assert (listed.status, listed.headers["Retry-After"]) == (503, "60")


async def test_bad_records_come_in_pages(store: Store, key_for: KeyFor) -> None:
    """All records in quarantine are listed once, stream by stream, whatever the size of a page."""
    workspace = await add_workspace(store)
    now = datetime.now(UTC)
    jobs = {job.stream.name: job for job in jobs_of(workspace, workspace.connections[0])}
    for stream, count in (("orders", 5), ("customers", 3)):
        bad = [BadRecord(stream, f"#{number}/x", "no date", ("created_at",)) for number in range(count)]
        await store.bad_records.put(jobs[stream].name, bad, "00000001", now)
    target, key = "/workspaces/acme/sources/shop/bad-records", await key_for("marketing")
    for size in (1, 2, 5, 8, 1_000):
        found: list[tuple[str, str]] = []
        token: str | None = ""
        while token is not None:
            query = f"?page_size={size}" + (f"&page_token={token}" if token else "")
            page = (await call("GET", target + query, key)).json
            assert len(page["bad_records"]) <= size
            found += [(each["stream"], each["id"]) for each in page["bad_records"]]
            token = page["next_page_token"]
        assert len(found) == len(set(found)) == 8
    only = (await call("GET", f"{target}?stream=customers", key)).json["bad_records"]
    assert {each["stream"] for each in only} == {"customers"}
    assert only[0]["fields"] == ["created_at"]
    for wrong in ("stream=nothing", "page_token=x", "page_size=0"):
        assert (await call("GET", f"{target}?{wrong}", key)).status == 400


async def test_a_check_names_what_is_missing(store: Store) -> None:
    """A check on demand answers by name, and is shown with its time until the next one."""
    connection = {
        "name": "shop",
        "kind": "shopify",
        "secrets": {"access_token": "env:NOT_THERE_AT_ALL"},
        "options": {"shop": "acme"},
    }
    await add_workspace(store, connections=[connection])
    answer = await call("POST", "/workspaces/acme/sources/shop/check", OPERATOR_KEY)
    assert (answer.status, answer.json["has_passed"]) == (200, False)
    assert "env:NOT_THERE_AT_ALL" in answer.json["problem"]
    [shop] = (await call("GET", "/workspaces/acme/sources", OPERATOR_KEY)).json["sources"]
    assert shop["check"]["problem"] == answer.json["problem"]


async def test_a_pull_may_read_everything_anew(store: Store) -> None:
    """With anew=true the next run of each stream reads all that there is."""
    workspace = await add_workspace(store)
    answer = await call("POST", "/workspaces/acme/sources/shop/pull?anew=true", OPERATOR_KEY)
    assert answer.status == 202
    for job in jobs_of(workspace, workspace.connections[0]):
        assert (await store.checkpoints.load(job.name)).is_to_be_read_anew


async def test_a_pull_may_read_from_a_date_on(store: Store) -> None:
    """With since the next run of each stream begins there; before the first year that Azure keeps, too."""
    workspace = await add_workspace(store)
    jobs = jobs_of(workspace, workspace.connections[0])
    for since, begins in (("2025-06-01", datetime(2025, 6, 1, tzinfo=UTC)), ("0180-11-19", BEGINNING)):
        target = f"/workspaces/acme/sources/shop/pull?since={since}T00:00:00Z"
        assert (await call("POST", target, OPERATOR_KEY)).status == 202
        asked = [(await store.checkpoints.load(job.name)).is_to_be_read_since for job in jobs]
        assert [begins] * len(jobs) == asked


async def test_a_smaller_master_is_confirmed_by_a_person(store: Store, key_for: KeyFor) -> None:
    """It is shown with what it had, confirmed by the number that was seen, logged, and judged again."""
    workspace = await add_workspace(store)
    customers = next(
        job for job in jobs_of(workspace, workspace.connections[0]) if job.stream.name == "customers"
    )
    moment = datetime.now(UTC) - timedelta(minutes=5)
    await store.checkpoints.change(
        customers.name,
        last_success_at=moment,
        complete_until=moment,
        settings=customers.settings,
        stored=600,
        changes="1000,-400",
        counted=600,
        expected=1000,
    )
    key = await key_for("operations")
    [shop] = (await call("GET", "/workspaces/acme/sources", key)).json["sources"]
    shown = next(each for each in shop["streams"] if each["stream"] == "customers")
    assert shown["missing"] == {"expected": 1000, "records": 600}
    assert "had 1,000 records and has 600" in shown["problem"]
    assert (shown["records_stored"], shown["usual_change"]) == (600, 700)
    assert (shown["poll_interval_seconds"], shown["delay_seconds"]) == (900, None)
    assert datetime.fromisoformat(shown["next_pull_at"]) > datetime.now(UTC)
    target = "/workspaces/acme/sources/shop/confirm?stream="
    assert (await call("POST", f"{target}customers&records=601", key)).status == 409
    assert (await call("POST", f"{target}nothing&records=600", key)).status == 404
    assert (await call("POST", f"{target}customers&records=-1", key)).status == 400
    assert (await call("POST", f"{target}customers&records=600", key)).status == 200
    assert (await call("POST", f"{target}customers&records=600", key)).status == 409
    [entry] = await store.audit.between("acme")
    assert (entry.action, entry.before, entry.after) == (
        "confirm",
        "customers: 1000 records",
        "customers: 600 records",
    )
    assert ["acme"] == [each["workspace"] for each in await messages(store, "evaluate")]

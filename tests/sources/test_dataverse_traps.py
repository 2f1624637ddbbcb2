"""Dataverse: limits, dual-write's maps, the gaps of flow runs, and what a check names."""

import json
from dataclasses import replace

import httpx
import pytest

from dev.vendors import dataverse as vendor
from dev.vendors.facts import Account
from shared.domain.records import DualWriteMap, FlowRunGap
from shared.domain.workspace import Connection
from shared.sources.dataverse import LIMIT, SOURCE, signal
from shared.sources.dataverse_activity import LONGEST_ERROR, MapRow, dual_write_map
from shared.sources.dataverse_options import DataverseOptions
from shared.sources.pace import Signal
from tests.contracts import needs_contracts, read_contract
from tests.sources.dataverse_environment import (
    BENCH,
    HOST,
    account,
    busy_environment,
    gap,
    guid,
    mapping,
    run,
)
from tests.sources.microsoft import Recorder, findings_of


def test_the_limit_is_the_published_one() -> None:
    """6,000 calls in 5 minutes a user and web server, and few of the 52 at once."""
    reached = SOURCE.access(
        Connection(name="crm", kind="dataverse"), DataverseOptions(**HOST), vendor.SECRETS
    )
    assert reached.limit == LIMIT
    assert (LIMIT.capacity, LIMIT.window, LIMIT.parallel) == (6_000, 300, 4)


@pytest.mark.parametrize(
    ("left", "expected"), [("17", Signal(17.0)), ("", None), ("many", None), ("-1", None)]
)
def test_the_vendor_s_own_count_is_read(left: str, expected: Signal | None) -> None:
    """Each answer says how many calls are left; what is no number says nothing."""
    headers = {"x-ms-ratelimit-burst-remaining-xrm-requests": left} if left else {}
    assert signal(httpx.Response(200, headers=headers)) == expected


@pytest.mark.parametrize("code", ["0x80072322", "0x80072321", "0x80072326"])
async def test_each_of_the_three_throttles_is_waited_out(code: str) -> None:
    """Too many calls, too much time and too many at once all come as 429 with the seconds to wait."""
    left = [code]

    def answer(request: httpx.Request) -> httpx.Response | None:
        if not left or not request.url.path.endswith("/accounts"):
            return None
        return httpx.Response(429, headers={"Retry-After": "7"}, json={"error": {"code": left.pop()}})

    recorder = Recorder(BENCH.transport(busy_environment()), answer)
    assert len(await BENCH.records("accounts", recorder)) == 7


async def test_a_gap_in_the_record_of_runs_comes_out_exact() -> None:
    """Runs are recorded with losses, and the vendor says so: no failed run is then no good news."""
    expected = FlowRunGap(id=guid(1), started_at="2026-04-14T09:31:00Z", code="IngestionRateDataLoss")
    assert await BENCH.records("flow_run_gaps", Account(automation_gaps=[gap()])) == [expected]


async def test_an_environment_that_never_tells_of_gaps_has_none_to_tell() -> None:
    """Where the table is missing the stream is empty, and the check has said so by name."""
    environment = replace(busy_environment(), lacks=frozenset({"flowevents"}))
    assert await BENCH.records("flow_run_gaps", environment) == []
    found = await findings_of(BENCH, replace(environment, automation_gaps=[]))
    assert [(each.what, each.is_fatal) for each in found.values()] == [("entity set flowevents", False)]


async def test_an_error_message_is_cut_and_says_nothing_of_people() -> None:
    """A message may hold a whole payload."""
    long = "Field is empty for Ines@Invented.example. " * 500
    (found,) = await BENCH.records("flow_runs", Account(automation_runs=[run(state="failed", error=long)]))
    text = getattr(found, "error")  # noqa: B009 - a record of any type
    assert len(text) == LONGEST_ERROR
    assert "Invented" not in text


@pytest.mark.parametrize(
    ("told", "state"),
    [
        ("Running", "running"),
        ("Paused", "paused"),
        ("Stopped", "stopped"),
        ("Not running", "stopped"),
        ("Initializing", "initializing"),
    ],
)
async def test_a_map_comes_out_with_its_state(told: str, state: str) -> None:
    """The word beside the number counts, since numbers are not documented (DV-08)."""
    expected = DualWriteMap(
        id=guid(1),
        name="Customers V3 - accounts",
        table="accounts",
        entity="Customers V3",
        state=state,
        modified_at="2026-04-14T09:31:00Z",
    )
    assert await BENCH.records("dual_write_maps", Account(dual_write_maps=[mapping(state=told)])) == [
        expected
    ]


@pytest.mark.parametrize(("status", "state"), [("Running", "running"), (7, "7"), (None, "")])
def test_a_status_without_a_word_beside_it_is_kept_as_it_is(status: object, state: str) -> None:
    """A number that nobody explains is no claim that a map runs, nor that it stands."""
    row = MapRow.model_validate({"msdyn_dualwriteruntimeconfigid": "1", "msdyn_status": status})
    assert dual_write_map(row).state == state


@needs_contracts
def test_a_map_s_columns_are_the_vendor_s_own() -> None:
    """What is asked for of maps and of events is in the vendor's lists."""
    maps = set(json.loads(read_contract("dataverse/dualwrite-map.json"))["msdyn_dualwriteruntimeconfigs"])
    assert set(vendor.COLUMNS["msdyn_dualwriteruntimeconfig"]) <= maps
    events = json.loads(read_contract("powerautomate/flowrun.json"))["gapTable"]
    assert set(vendor.COLUMNS["flowevent"]) <= set(events["columns"])
    assert events["entitySet"] == "flowevents"


def _quiet() -> Account:
    """Give an environment that lost no runs."""
    return replace(busy_environment(), automation_gaps=[])


async def test_a_connection_that_lacks_nothing_says_nothing() -> None:
    """Every table and column answers, and nothing but GET was sent, never with a page's size beside $top."""
    recorder = Recorder(BENCH.transport(_quiet()))
    assert await findings_of(BENCH, recorder) == {}
    assert {request.method for request in recorder.requests} == {"GET"}


@pytest.mark.parametrize(
    ("lack", "what", "is_fatal"),
    [
        ("contacts.msdyn_sellable", "column msdyn_sellable of contact", True),
        ("opportunities", "entity set opportunities", True),
        ("flowruns.errormessage", "field errormessage of flowruns", True),
        ("msdyn_dualwriteruntimeconfigs", "entity set msdyn_dualwriteruntimeconfigs", True),
        ("flowevents", "entity set flowevents", False),
    ],
)
async def test_what_is_missing_is_named(lack: str, what: str, *, is_fatal: bool) -> None:
    """A table and a column are called by their own names."""
    found = await findings_of(BENCH, replace(_quiet(), lacks=frozenset({lack})))
    assert [(each.what, each.is_fatal) for each in found.values()] == [(what, is_fatal)]


async def test_a_mandatory_field_that_a_table_lacks_is_named() -> None:
    """No record can lack a column that its table does not have (DV-08)."""
    found = await findings_of(BENCH, _quiet(), mandatory_fields=("msdyn_paymentterm",))
    assert {each.what for each in found.values()} == {
        "column msdyn_paymentterm of account",
        "column msdyn_paymentterm of contact",
    }
    assert not any(each.is_fatal for each in found.values())


async def test_a_missing_privilege_is_named() -> None:
    """A role that may not read a table is told with the privilege that it lacks."""
    found = await findings_of(BENCH, replace(_quiet(), barred=frozenset({"flowruns"})))
    assert list(found) == ["permission to read flowruns (prvReadflowruns)"]


async def test_what_is_switched_off_is_told_without_stopping_anything() -> None:
    """Tracking that is off costs time, and runs that are not recorded cost their message."""
    account_ = replace(busy_environment(), tracks_changes=False, flow_run_seconds=0)
    found = await findings_of(BENCH, account_)
    assert set(found) == {
        "change tracking of account",
        "change tracking of contact",
        "recording of flow runs",
        "completeness of flow runs",
    }
    assert not any(each.is_fatal for each in found.values())
    last = found["completeness of flow runs"].message
    assert "2026-04-14" in last
    assert "IngestionRateDataLoss" in last


async def test_what_the_options_leave_out_is_not_asked_for() -> None:
    """An environment without Sales, dual-write and recorded runs is checked for the rest alone."""
    lacking = frozenset({"opportunities", "salesorders", "cdm_companies", "flowruns", "flowevents"})
    environment = replace(_quiet(), lacks=lacking)
    off = dict.fromkeys(("has_flow_runs", "has_sales", "has_dual_write"), False)
    assert await findings_of(BENCH, environment, **off) == {}


async def test_a_contact_person_s_company_and_number_decide_what_it_is() -> None:
    """A lookup comes as an id: its company's code is looked up, and no related field is asked for."""
    recorder = Recorder(BENCH.transport(Account(crm_records=[account()])))
    await BENCH.records("accounts", recorder)
    assert not [each for each in recorder.requests if "$expand" in each.url.params]

"""The simulated vendors' faults: each happens where it is planned, and limits are counted as published."""

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dev.bench.account import account
from dev.vendors import sage_network
from dev.vendors.enforced import Limiter
from dev.vendors.faults import PASSING, drawn
from dev.vendors.scaled_time import run
from dev.vendors.server import application
from dev.vendors.throttles import THROTTLES
from shared.sources import SOURCES

PATH = "https://vendor.example/sage_network/acc/api/v1/Sync/query"


def answers(plan: dict[int, str], calls: int, limit: Limiter | None = None) -> list[int | str]:
    """Give what each of some calls is answered with: a status, or what broke the connection."""

    async def main() -> list[int | str]:
        vendor = account(3, log_subject="")
        vendor.faults.plan, vendor.faults.limit = plan, limit
        found: list[int | str] = []
        transport = httpx.ASGITransport(app=application({"acc": vendor}))
        async with httpx.AsyncClient(transport=transport) as client:
            for _ in range(calls):
                try:
                    answer = await client.get(PATH, headers={"Api-Key": sage_network.SECRETS["api_key"]})
                    found.append(answer.status_code)
                except httpx.TransportError as error:
                    found.append(type(error).__name__)
        return found

    return run(main())


@pytest.mark.parametrize(
    ("fault", "answer"),
    [
        ("throttle", 429),
        ("throttle:1", 503),
        ("server_error", 503),
        ("timeout", "ReadTimeout"),
        ("reset", "ReadError"),
        ("cut", "RemoteProtocolError"),
        ("expired_token", 401),
        ("html", 200),
        ("malformed", 200),
    ],
)
def test_a_fault_happens_where_it_is_planned(fault: str, answer: int | str) -> None:
    """The call that is named meets the fault, and no other one does."""
    assert [200, answer, 200] == answers({2: fault}, 3)


def test_every_polled_vendor_throttles_in_its_own_way() -> None:
    """A new vendor says how it throttles."""
    assert set(THROTTLES) == {source.kind for source in SOURCES if source.form is None}


@given(st.integers(0, 1_000))
def test_a_seed_draws_the_same_plan(seed: int) -> None:
    """A plan is told by its seed, holds passing faults only, and never two running."""
    plan = drawn(seed)
    assert plan == drawn(seed)
    assert set(plan.values()) <= set(PASSING)
    assert not [call for call in plan if call + 1 in plan]


@pytest.mark.parametrize("kind", ["window", "quota", "bucket"])
def test_a_limit_is_enforced_and_its_refusals_are_counted(kind: str) -> None:
    """What is over the limit is refused as the vendor does it, and counted."""
    limit = Limiter(capacity=2, seconds=60, kind=kind)
    assert [200, 200, 429, 429] == answers({}, 4, limit)
    assert (limit.refused, limit.taken) == (2, 2)


@given(
    st.lists(st.integers(0, 40), min_size=1, max_size=60),
    st.sampled_from(["window", "quota", "bucket"]),
)
def test_no_limit_lets_in_more_than_it_says(steps: list[int], kind: str) -> None:
    """Whenever calls come, a window holds its capacity at most, and a bucket what flowed into it."""
    clock = [0.0]
    limit = Limiter(capacity=5, seconds=10, kind=kind, clock=lambda: clock[0])
    taken: list[float] = []
    for step in steps:
        clock[0] += step / 10
        if limit.take():
            taken.append(clock[0])
    for at, moment in enumerate(taken):
        if kind == "quota":
            assert sum(each // 10 == moment // 10 for each in taken) <= 5
        elif kind == "window":
            assert sum(moment <= each < moment + 10 - 1e-3 for each in taken) <= 5
        else:
            assert all(
                later - at + 1 <= 5 + (taken[later] - moment) / 2 + 1e-3 for later in range(at, len(taken))
            )

"""Nobody keeps an alert quiet without the log telling of it, whatever breaks in between."""

from dataclasses import replace
from decimal import Decimal
from unittest.mock import patch

import pytest

from shared.alerting.decide import acknowledge
from shared.domain.alerts import Alert, AlertKey
from shared.pipeline.audit import Note
from shared.pipeline.quieting import NOT_DONE, change_alert
from shared.store.audit import Audit
from shared.store.tables import Conflict
from tests.pipeline.bench import Bench

ABOUT = AlertKey("ecom_customers_absent_from_sage")
OPEN = Alert(key=ABOUT, state="open", as_of="2026-04-12T01:00:00Z", value=Decimal(9), threshold=Decimal(3))
WHAT = Note("alert", ABOUT.card, "acknowledge", "open", "acknowledged")
TAKEN_ON = acknowledge(OPEN, "ana")


class _Broken(Exception):
    """The log cannot be written, or the process dies there."""


async def _etag(bench: Bench) -> str:
    await bench.store.alerts.save("shop", [(OPEN, "")])
    return (await bench.store.alerts.of("shop"))[ABOUT].etag


async def _acknowledge(bench: Bench, etag: str) -> None:
    await change_alert(bench.services, "shop", "ana", (TAKEN_ON, etag), WHAT)


async def test_no_alert_is_quiet_that_the_log_does_not_tell_of(empty_bench: Bench) -> None:
    """Where the log cannot be written, the alert stays as it was."""
    bench = empty_bench
    etag = await _etag(bench)
    with patch.object(Audit, "add", side_effect=_Broken), pytest.raises(_Broken):
        await _acknowledge(bench, etag)
    assert (await bench.store.alerts.of("shop"))[ABOUT].alert.state == "open"
    await _acknowledge(bench, etag)
    assert (await bench.store.alerts.of("shop"))[ABOUT].alert.state == "acknowledged"
    assert [each.why for each in await bench.store.audit.between("shop")] == [""]


async def test_what_came_too_late_is_told_as_not_done(empty_bench: Bench) -> None:
    """Where somebody else was quicker, theirs stands, and the log says so of the other."""
    bench = empty_bench
    etag = await _etag(bench)
    await bench.store.alerts.save("shop", [(replace(OPEN, value=Decimal(10)), etag)])
    with pytest.raises(Conflict):
        await _acknowledge(bench, etag)
    assert (await bench.store.alerts.of("shop"))[ABOUT].alert.state == "open"
    told = await bench.store.audit.between("shop")
    assert sorted((each.why, each.before, each.after) for each in told) == [
        ("", "open", "acknowledged"),
        (NOT_DONE, "acknowledged", "open"),
    ]

"""Spans and measures: what is told, what is not, and that nothing depends on it."""

import json
import logging
import subprocess
import sys
from pathlib import Path

import pytest
from opentelemetry.sdk.metrics.export import MetricExporter, MetricExportResult, PeriodicExportingMetricReader
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import StatusCode

from shared import settings, telemetry
from shared.telemetry import exporting, signals
from shared.telemetry.metrics import METRICS, Point, points
from shared.telemetry.opentelemetry import OpenTelemetry
from shared.telemetry.signals import End, Marks
from tests.telemetry.conftest import Listener

ROOT = Path(__file__).parents[2]
SENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_nothing_is_told_where_nobody_listens() -> None:
    """Off, there is no operation to name, and a span and a measure do nothing."""
    assert not telemetry.is_on()
    with telemetry.span("work", workspace="acme") as marks:
        marks["outcome"] = "done"
        telemetry.measure("page", records=3, workspace="acme")
        assert "" == telemetry.traceparent() == telemetry.operation()


def test_a_span_goes_on_with_the_one_that_is_named(listener: Listener) -> None:
    """What was sent elsewhere is the parent, and the operation is its operation."""
    with telemetry.span("work", SENT):
        assert "0af7651916cd43dd8448eb211c80319c" == telemetry.operation()
        assert telemetry.traceparent().startswith("00-0af7651916cd43dd8448eb211c80319c-")
        assert telemetry.traceparent()[36:52] != SENT[36:52]
    [span] = listener.spans
    assert span.parent is not None
    assert 0xB7AD6B7169203331 == span.parent.span_id


@pytest.mark.parametrize("parent", ["", "nonsense", SENT[:-3], "00-" + "0" * 32 + "-" + "0" * 16 + "-01"])
def test_what_is_no_parent_begins_an_operation(listener: Listener, parent: str) -> None:
    """A name that cannot be read costs no more than the connection to what was before."""
    with telemetry.span("work", parent):
        assert 32 == len(telemetry.operation())
    assert listener.spans[0].parent is None


def test_a_span_tells_the_type_of_an_error_only(listener: Listener) -> None:
    """A message may quote what was read; neither it nor a trace is told, and the error goes on."""
    with pytest.raises(ValueError, match="zoe"), telemetry.span("work"):
        raise ValueError("zoe.marked@example.com")
    [span] = listener.spans
    assert (StatusCode.ERROR, "ValueError") == (span.status.status_code, span.status.description)
    assert () == span.events
    assert "zoe" not in span.to_json()


def test_what_is_measured_belongs_to_the_spans_around_it(listener: Listener) -> None:
    """A client need not know for which stream it works; what it says itself counts more."""
    with telemetry.span("pull", workspace="acme", connection="shop"), telemetry.span("run", kind="shopify"):
        telemetry.measure("pause", seconds=2.5, outcome="answered 429")
    telemetry.measure("pause", seconds=1.0, outcome="is busy", workspace="other")
    told = {
        tuple(sorted(series)): value
        for series, value in listener.collected()["tieout.vendor.throttle"].items()
    }
    assert {
        (
            ("connection", "shop"),
            ("kind", "shopify"),
            ("outcome", "answered 429"),
            ("workspace", "acme"),
        ): 2.5,
        (("outcome", "is busy"), ("workspace", "other")): 1.0,
    } == told


def test_a_fact_is_measured_once_by_each_metric_that_asks() -> None:
    """A word counts one, a mapping makes a series of each key; what adds nothing says nothing."""
    facts = {
        "workspace": "acme",
        "card": "gap",
        "rows": 3,
        "cases": {"voided": 2, "unknown": 1},
        "is_held": False,
    }
    told = {(each.metric.name, *each.attributes.values()): each.value for each in points("evaluate", facts)}
    assert {
        ("tieout.card.rows", "acme", "gap"): 3,
        ("tieout.card.cases", "acme", "gap", "voided"): 2,
        ("tieout.card.cases", "acme", "gap", "unknown"): 1,
        ("tieout.card.held", "acme", "gap"): 0,
    } == told
    assert [1] == [each.value for each in points("pull", {"outcome": "failed"})]
    assert [] == list(points("page", {"records": 0, "bad_records": 0}))
    assert [] == list(points("no such step", facts))


def test_metrics_are_told_apart() -> None:
    """Names are unique and of one family; the catalogue says what each means."""
    names = [metric.name for metric in METRICS]
    assert len(names) == len(set(names))
    assert all(name.startswith("tieout.") for name in names)
    assert all(metric.about for metric in METRICS)


class _Broken:
    def begin(self, name: str, parent: str, attributes: Marks) -> End:
        raise ConnectionError(f"{name} {parent} {attributes}")

    def record(self, point: Point) -> None:
        raise ConnectionError(str(point))

    def traceparent(self) -> str:
        raise ConnectionError

    def operation(self) -> str:
        raise ConnectionError


def test_a_backend_that_raises_disturbs_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """The work goes on, and the log says once that telemetry does not work."""
    signals.use(_Broken())
    try:
        for _ in range(3):
            with telemetry.span("work") as marks:
                marks["outcome"] = "done"
                telemetry.measure("page", records=1)
                assert "" == telemetry.operation() == telemetry.traceparent()
    finally:
        signals.use(None)
    assert [{"step": "telemetry", "error": "ConnectionError"}] == [
        json.loads(each.getMessage()) for each in caplog.records if each.name == "tieout"
    ]


class _DownSpans(SpanExporter):
    def export(self, spans: object) -> SpanExportResult:  # noqa: ARG002 - as all exporters
        raise ConnectionError("nobody there")


class _DownMetrics(MetricExporter):
    def export(self, *_: object, **__: object) -> MetricExportResult:
        raise ConnectionError("nobody there")

    def force_flush(self, *_: object) -> bool:
        return True

    def shutdown(self, *_: object, **__: object) -> None:
        pass


def test_a_destination_that_is_down_disturbs_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """What sends does so beside the work: it fails by itself, and says so in the log."""
    caplog.set_level(logging.CRITICAL, "opentelemetry")
    reader = PeriodicExportingMetricReader(_DownMetrics(), export_interval_millis=3_600_000)
    backend = OpenTelemetry(BatchSpanProcessor(_DownSpans()), reader)
    signals.use(backend)
    try:
        with telemetry.span("work"):
            telemetry.measure("page", records=1)
        backend.spans.force_flush()
    finally:
        signals.use(None)
        backend.shut_down()
    assert [] == [each for each in caplog.records if each.name == "tieout"]


def test_telemetry_goes_where_the_settings_say() -> None:
    """To Application Insights by its connection string, else to a collector, else nowhere."""
    assert exporting.Destination() == settings.telemetry({})
    given = {
        "APPLICATIONINSIGHTS_CONNECTION_STRING": "InstrumentationKey=1",
        "WEBSITE_SITE_NAME": "tieout-prod",
    }
    assert exporting.Destination("InstrumentationKey=1", "", "tieout-prod") == settings.telemetry(given)
    given = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318"}
    assert exporting.Destination("", "http://localhost:4318") == settings.telemetry(given)


def test_no_report_goes_to_the_maker_of_the_library() -> None:
    """No data leaves the merchant's own subscription, unless a setting of theirs says otherwise."""
    given = {"APPLICATIONINSIGHTS_SDKSTATS_DISABLED": "false"}
    settings.keep_reports_at_home(given)
    assert {
        "APPLICATIONINSIGHTS_STATSBEAT_DISABLED_ALL": "true",
        "APPLICATIONINSIGHTS_CONTROLPLANE_DISABLED": "true",
        "APPLICATIONINSIGHTS_SDKSTATS_DISABLED": "false",
    } == given


def _in_a_process_of_its_own(code: str, **environment: str) -> str:
    done = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return done.stdout.strip()


_BEGUN = """
import sys
from functions import invocations
with invocations.by_request("health"):
    from shared import telemetry
    loaded = any(name.startswith("opentelemetry") for name in sys.modules)
    print(telemetry.is_on(), loaded, len(telemetry.operation()))
"""


def test_nothing_is_loaded_where_nobody_listens() -> None:
    """Neither the app nor its first request loads OpenTelemetry, unless a setting says where it is to go."""
    assert "False False 0" == _in_a_process_of_its_own("import function_app" + _BEGUN)


_SENDS = """
import os
from shared import settings
from shared.telemetry import exporting, signals
settings.keep_reports_at_home()
exporting.start(settings.telemetry())
backend = signals._Held.backend
[processor] = backend.spans._active_span_processor._span_processors
exporter = processor._batch_processor._exporter
print(type(exporter).__name__, type(getattr(exporter, "_credential", None)).__name__, flush=True)
os._exit(0)
"""
KEY = "InstrumentationKey=00000000-0000-0000-0000-000000000000;IngestionEndpoint=https://127.0.0.1:9/"


def test_application_insights_is_reached_by_identity() -> None:
    """With a connection string spans go there, signed by the identity that the second setting names."""
    found = _in_a_process_of_its_own(
        _SENDS,
        APPLICATIONINSIGHTS_CONNECTION_STRING=KEY,
        APPLICATIONINSIGHTS_AUTHENTICATION_STRING="Authorization=AAD;ClientId=11111111-1111-1111-1111-111111111111",
    )
    assert "AzureMonitorTraceExporter ManagedIdentityCredential" == found


def test_a_collector_is_reached_on_this_machine() -> None:
    """With the address of a collector spans go there, by HTTP."""
    found = _in_a_process_of_its_own(_SENDS, OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:9")
    assert "OTLPSpanExporter NoneType" == found


def test_a_wrong_setting_switches_telemetry_off(caplog: pytest.LogCaptureFixture) -> None:
    """A connection string that is none stops no start; the log says that nothing is sent."""
    exporting.start(exporting.Destination("nonsense"))
    assert not telemetry.is_on()
    assert '"step": "telemetry"' in caplog.text


@pytest.mark.parametrize(("fact", "value"), [("cases", "three"), ("cases", 3), ("rows", [1])])
def test_a_fact_that_is_no_measure_breaks_no_work(listener: Listener, fact: str, value: object) -> None:
    """What cannot be counted is not counted; the log says so, and the step goes on."""
    telemetry.measure("evaluate", workspace="acme", card="gap", **{fact: value})
    assert {} == listener.collected()


def test_a_span_is_a_span(listener: Listener) -> None:
    """Where spans stand in each other they are parent and child."""
    with telemetry.span("outer"), telemetry.span("inner"):
        pass
    inner, outer = listener.spans
    assert isinstance(inner, ReadableSpan)
    assert inner.parent is not None
    assert outer.context is not None
    assert inner.parent.span_id == outer.context.span_id

"""Spans and metrics by the SDK of OpenTelemetry; loaded only where something is to be sent."""

from typing import TYPE_CHECKING, Any

from opentelemetry import context, trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from shared.telemetry.metrics import METRICS, Metric, Point
from shared.telemetry.signals import End, Marks

if TYPE_CHECKING:
    from opentelemetry.sdk.metrics.export import MetricReader
    from opentelemetry.sdk.trace import SpanProcessor

NAME = "tieout"
_W3C = TraceContextTextMapPropagator()


class OpenTelemetry:
    """Takes spans and points, and hands them to a processor and a reader.

    It registers nothing for the whole process: no library that is instrumented sends anything by it.
    """

    def __init__(self, processor: "SpanProcessor", reader: "MetricReader", app: str = NAME) -> None:
        resource = Resource.create({SERVICE_NAME: app})
        self.spans = TracerProvider(resource=resource)
        self.spans.add_span_processor(processor)
        self.metrics = MeterProvider([reader], resource=resource)
        self._tracer = self.spans.get_tracer(NAME)
        meter = self.metrics.get_meter(NAME)
        self._instruments = {metric.name: _instrument(meter, metric) for metric in METRICS}

    def begin(self, name: str, parent: str, attributes: Marks) -> End:
        """Begin a span and make it the current one."""
        # Without a parent's name the span joins what goes on here; with one that cannot be read, nothing.
        within = _W3C.extract({"traceparent": parent}, context.Context()) if parent else None
        span = self._tracer.start_span(name, within, attributes=attributes)
        token = context.attach(trace.set_span_in_context(span))

        def end(marks: Marks, error: str) -> None:
            context.detach(token)
            span.set_attributes(marks)
            if error:
                span.set_status(Status(StatusCode.ERROR, error))
            span.end()

        return end

    def record(self, point: Point) -> None:
        """Take a point."""
        self._instruments[point.metric.name](point.value, point.attributes)

    def traceparent(self) -> str:
        """Name the current span."""
        carrier: dict[str, str] = {}
        _W3C.inject(carrier)
        return carrier.get("traceparent", "")

    def operation(self) -> str:
        """Give the current trace's id."""
        current = trace.get_current_span().get_span_context()
        return trace.format_trace_id(current.trace_id) if current.is_valid else ""

    def shut_down(self) -> None:
        """Send what is left, and stop."""
        self.spans.shutdown()
        self.metrics.shutdown()


def _instrument(meter: Any, metric: Metric) -> Any:
    """Give what takes a metric's values."""
    options = {"unit": metric.unit, "description": metric.about}
    if metric.kind == "counter":
        return meter.create_counter(metric.name, **options).add
    if metric.kind == "histogram":
        return meter.create_histogram(metric.name, **options).record
    return meter.create_gauge(metric.name, **options).set

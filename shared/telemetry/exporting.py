"""Where spans and metrics go: to Application Insights, or to a collector on a person's own machine."""

import json
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.telemetry.signals import use

if TYPE_CHECKING:
    from opentelemetry.sdk.metrics.export import MetricExporter
    from opentelemetry.sdk.trace.export import SpanExporter


@dataclass(frozen=True, slots=True)
class Destination:
    """Where telemetry goes; with neither address nowhere."""

    connection_string: str = ""
    """Of Application Insights; who we are there, APPLICATIONINSIGHTS_AUTHENTICATION_STRING says."""
    collector: str = ""
    """The base address of an OTLP collector."""
    app: str = "tieout"


def start(destination: Destination) -> None:
    """Load what sends, and begin; where that cannot be done, the log says so and the app works without.

    Takes some tenths of a second, and is called before the first piece of work, not at import: so no start
    waits for it, and the local host, tests and tools never load it.
    """
    if not (destination.connection_string or destination.collector):
        return
    try:
        spans, metrics = _azure(destination) if destination.connection_string else _otlp(destination)
        from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader  # noqa: PLC0415 - as above
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 - as above

        from shared.telemetry.opentelemetry import OpenTelemetry  # noqa: PLC0415 - as above

        use(OpenTelemetry(BatchSpanProcessor(spans), PeriodicExportingMetricReader(metrics), destination.app))
    except Exception as error:  # noqa: BLE001 - the boundary of telemetry: the app works without it
        line = {"step": "telemetry", "error": type(error).__name__}
        logging.getLogger("tieout").warning(json.dumps(line))


def _azure(destination: Destination) -> "tuple[SpanExporter, MetricExporter]":
    """Give what sends to Application Insights; what cannot be sent is dropped, and not kept in files."""
    from azure.monitor.opentelemetry.exporter import (  # noqa: PLC0415 - heavy to load
        AzureMonitorMetricExporter,
        AzureMonitorTraceExporter,
    )

    options = {"connection_string": destination.connection_string, "disable_offline_storage": True}
    return AzureMonitorTraceExporter(**options), AzureMonitorMetricExporter(**options)


def _otlp(destination: Destination) -> "tuple[SpanExporter, MetricExporter]":
    """Give what sends to a collector, by HTTP."""
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import (  # noqa: PLC0415 - heavy to load
        OTLPMetricExporter,
    )
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415 - heavy to load
        OTLPSpanExporter,
    )

    base = destination.collector.rstrip("/")
    return OTLPSpanExporter(f"{base}/v1/traces"), OTLPMetricExporter(f"{base}/v1/metrics")

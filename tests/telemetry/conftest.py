"""What listens: spans and points in memory, for one test."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from shared.telemetry import signals
from shared.telemetry.opentelemetry import OpenTelemetry


@dataclass
class Listener:
    """What was told."""

    backend: OpenTelemetry
    exporter: InMemorySpanExporter
    reader: InMemoryMetricReader

    @property
    def spans(self) -> list[ReadableSpan]:
        """Give the spans that have ended, in that order."""
        return list(self.exporter.get_finished_spans())

    def named(self, name: str) -> list[ReadableSpan]:
        """Give the spans of a name."""
        return [span for span in self.spans if span.name == name]

    def collected(self) -> dict[str, dict[frozenset[tuple[str, Any]], float]]:
        """Give the metrics by name: a sum, a last value, or of a histogram the sum, by attributes."""
        data = self.reader.get_metrics_data()
        found: dict[str, dict[frozenset[tuple[str, Any]], float]] = {}
        for resource in data.resource_metrics if data else ():
            for scope in resource.scope_metrics:
                for metric in scope.metrics:
                    for point in metric.data.data_points:
                        value = point.sum if hasattr(point, "sum") else point.value
                        attributes = frozenset((point.attributes or {}).items())
                        found.setdefault(metric.name, {})[attributes] = value
        return found


@contextmanager
def listening() -> Iterator[Listener]:
    """Listen to this process while the block runs."""
    exporter, reader = InMemorySpanExporter(), InMemoryMetricReader()
    backend = OpenTelemetry(SimpleSpanProcessor(exporter), reader)
    signals.use(backend)
    try:
        yield Listener(backend, exporter, reader)
    finally:
        signals.use(None)
        backend.shut_down()


@pytest.fixture
def listener() -> Iterator[Listener]:
    """Give what listens while the test goes on."""
    with listening() as found:
        yield found

"""What arrives at Application Insights, by the library that sends it."""

import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from shared import settings, telemetry
from shared.telemetry import exporting, signals
from shared.telemetry.opentelemetry import OpenTelemetry

Envelope = dict[str, Any]


@contextmanager
def _ingestion() -> Iterator[tuple[str, list[Envelope]]]:
    """Take in what is sent, on this machine; give the address, and what came."""
    arrived: list[Envelope] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            body = gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body
            envelopes = json.loads(body)
            arrived.extend(envelopes)
            count = len(envelopes)
            answer = json.dumps({"itemsReceived": count, "itemsAccepted": count, "errors": []}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/", arrived
        finally:
            server.shutdown()
            thread.join()


def test_spans_and_metrics_arrive_where_the_queries_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """A span is a dependency of its operation, a point a custom metric, and nothing else is sent."""
    for name in ("STATSBEAT_DISABLED_ALL", "CONTROLPLANE_DISABLED", "SDKSTATS_DISABLED"):
        monkeypatch.setenv(f"APPLICATIONINSIGHTS_{name}", "true")
    with _ingestion() as (address, arrived):
        key = f"InstrumentationKey=00000000-0000-0000-0000-000000000000;IngestionEndpoint={address}"
        given = {"APPLICATIONINSIGHTS_CONNECTION_STRING": key, "WEBSITE_SITE_NAME": "tieout-test"}
        exporting.start(settings.telemetry(given))
        backend = signals._Held.backend
        assert isinstance(backend, OpenTelemetry)
        try:
            with telemetry.span("pull", workspace="acme") as marks:
                operation = telemetry.operation()
                marks["outcome"] = "done"
                telemetry.measure("page", records=7, connection="shop", stream="orders", kind="shopify")
        finally:
            signals.use(None)
            backend.shut_down()
    [span] = [each["data"] for each in arrived if each["data"]["baseType"] != "MetricData"]
    assert "RemoteDependencyData" == span["baseType"]
    assert ("pull", {"workspace": "acme", "outcome": "done"}) == (
        span["baseData"]["name"],
        span["baseData"]["properties"],
    )
    assert {operation} == {
        each["tags"]["ai.operation.id"] for each in arrived if each["data"]["baseType"] != "MetricData"
    }
    [metric] = [each["data"]["baseData"] for each in arrived if each["data"]["baseType"] == "MetricData"]
    [point] = metric["metrics"]
    assert ("tieout.pull.records", 7) == (point["name"], point["value"])
    cut = {name: value for name, value in metric["properties"].items() if not name.startswith("_")}
    assert {"workspace": "acme", "connection": "shop", "stream": "orders", "kind": "shopify"} == cut
    assert {"tieout-test"} == {each["tags"]["ai.cloud.role"] for each in arrived}

"""How much memory pulling a million records takes: run as a process of its own, so that nothing else counts.

python -m dev.bench.memory CONNECTION_STRING RECORDS
"""

import asyncio
import json
import sys
import time
from dataclasses import dataclass
from typing import Any

import httpx

from dev.bench.megabytes import megabytes
from dev.bench.setups import NAME
from dev.bench.throughput import opened, services
from shared.pipeline.pull import pull
from shared.store.segments import StreamName

KIND, STREAM, PAGE = "business_central", "invoices", 1_000
TARGET = 250
_EVERY = 50
"""Pages between two samples."""


@dataclass
class Endless(httpx.AsyncBaseTransport):
    """A Business Central with as many invoices as are asked for, each page written when it is asked for."""

    records: int
    samples: list[int]
    """The memory that was taken as the pull went on, in MB."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request."""
        path = request.url.path
        if path.endswith("/companies"):
            names = ["usmf", "demf"]
            return _json({"value": [{"id": name, "name": name, "displayName": name} for name in names]})
        if not path.endswith("/salesInvoices") or "demf" in path:
            return _json({"value": []})
        page = int(request.url.params.get("$skiptoken", 0))
        if page % _EVERY == 0:
            self.samples.append(megabytes("VmRSS"))
        start, end = page * PAGE, min((page + 1) * PAGE, self.records)
        body: dict[str, Any] = {"value": [_invoice(number) for number in range(start, end)]}
        if end < self.records:
            body["@odata.nextLink"] = f"{str(request.url).partition('?')[0]}?$skiptoken={page + 1}"
        return _json(body)


def _json(body: dict[str, Any]) -> httpx.Response:
    return httpx.Response(200, json=body)


def _invoice(number: int) -> dict[str, Any]:
    return {
        "id": f"00000000-0000-0000-0000-{number:012}",
        "number": f"IV{number}",
        "invoiceDate": "2026-11-01",
        "postingDate": "2026-11-01",
        "customerNumber": f"C{number % 5000}",
        "customerName": f"Invented Tools {number % 5000} Ltd",
        "externalDocumentNumber": f"#{number}",
        "orderNumber": f"SO{number}",
        "currencyCode": "GBP",
        "status": "Open",
        "totalAmountExcludingTax": 110.5,
        "totalTaxAmount": 22.1,
        "totalAmountIncludingTax": 132.6,
        "lastModifiedDateTime": "2026-11-01T09:00:00Z",
        "salesInvoiceLines": [{"id": f"line-{number}", "lineObjectNumber": "1000", "netAmount": 110.5}],
    }


async def measure(connection_string: str, records: int) -> dict[str, Any]:
    """Pull so many records and give how much memory that took."""
    vendor, name = Endless(records, []), StreamName(KIND.replace("_", "-"), NAME, STREAM)
    async with opened(connection_string) as store:
        app = await services(store, KIND, PAGE, vendor)
        began = time.perf_counter()
        await pull(app, name.workspace, name.connection, name.stream, budget_seconds=3_600)
        seconds = round(time.perf_counter() - began, 1)
        stored = sum(run.records for run in await store.segments.runs(name))
    peak = megabytes("VmHWM")
    return {
        "records": stored,
        "peak_megabytes": peak,
        "seconds": seconds,
        "samples": vendor.samples,
        "target": TARGET,
        "has_passed": peak < TARGET and stored == records,
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measure(sys.argv[1], int(sys.argv[2])))))

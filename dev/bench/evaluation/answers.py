"""How long the HTTP surface takes to answer about the stored merchant, and how long the app takes to load.

python -m dev.bench.evaluation.answers, with AzureWebJobsStorage and TIEOUT_ADMIN_KEY set
"""

import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from typing import Any

import httpx

from dev.bench.evaluation.merchant import workspace
from dev.host import ROOT
from dev.host.application import application
from dev.host.functions import load
from dev.host.keys import Keys
from shared.cards import CARDS

TIMES = 110
"""Five questions, so often each: one caller may ask 600 times a minute."""
GAP = "revenue_gap_detailed_breakdown"
MANY = "ecom_customers_absent_from_d365"
PROPER = 0.95
MEASURED = {
    "cards": "cards",
    "card": f"cards/{GAP}",
    "rows": f"cards/{GAP}/rows?reason=unknown&sort=-gap&page_size=100",
    "search": f"cards/{GAP}/rows?q=customer&sort=name&page_size=100",
    "worked": "cards",
}
"""What is asked for, behind the workspace's address; the last where people have worked on every card."""
WORK = 20
"""Exceptions of each card that somebody then has put off: those cost most, since their rows are read."""


async def measure() -> dict[str, dict[str, float]]:
    """Ask for each some times, one after another, and give the median and the 95th percentile in seconds."""
    app = application(load(ROOT), ROOT, keys=Keys())
    headers = {"x-api-key": os.environ["TIEOUT_ADMIN_KEY"]}
    base = f"http://bench/api/v1/workspaces/{workspace().id}/"
    found = {}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app), base_url=base, headers=headers, timeout=120
    ) as client:
        for name, address in MEASURED.items():
            if name == "worked":
                await _work(client)
            times = [await _timed(client, address) for _ in range(TIMES)]
            ranked = sorted(times)
            found[name] = {
                "first": times[0],
                "median": statistics.median(ranked),
                "p95": ranked[round(PROPER * (TIMES - 1))],
            }
    return found


async def _work(client: httpx.AsyncClient) -> None:
    """Snooze some exceptions of each card."""
    for card in CARDS:
        rows = (await client.get(f"cards/{card.id}/rows?page_size={WORK}")).raise_for_status().json()["rows"]
        change = {"action": "snooze", "until": "9999-01-01T00:00:00Z"}
        wanted = {"ids": [each["id"] for each in rows], "change": change}
        changed = await client.post("exceptions/bulk", json=wanted)
        if not changed.raise_for_status().json()["changed"]:
            raise RuntimeError(f"no exception of {card.id} was put off")


async def _timed(client: httpx.AsyncClient, address: str) -> float:
    began = time.perf_counter()
    answer = await client.get(address)
    seconds = time.perf_counter() - began
    answer.raise_for_status()
    return seconds


def loading(times: int = 5) -> float:
    """Give the median seconds of importing the app with its bytecode, in processes of their own.

    They do without click, as a deployment does: where it is installed, httpx loads its own command line.
    """
    code = (
        "import sys, time; sys.modules['click'] = None; began = time.perf_counter(); "
        "import function_app; print(time.perf_counter() - began)"
    )
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = (sys.executable, "-c", code)
    found = [subprocess.check_output(command, cwd=ROOT, env=environment) for _ in range(times + 1)]
    # The first one writes the bytecode.
    return statistics.median(float(each) for each in found[1:])


if __name__ == "__main__":
    answered: dict[str, Any] = asyncio.run(measure())
    print(json.dumps({"answers": answered, "import_seconds": loading()}))

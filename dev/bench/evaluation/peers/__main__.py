"""One engine at the job, in a process of its own: `python -m dev.bench.evaluation.peers ENGINE FOLDER`."""

import json
import sys
import time
from importlib import import_module
from pathlib import Path

from dev.bench.megabytes import megabytes

engine, folder = sys.argv[1:]
run = import_module(f"dev.bench.evaluation.peers.by_{engine}").run
cpu, wall = time.process_time(), time.perf_counter()
outcome = run(Path(folder))
figures = {
    "engine": engine,
    "seconds": round(time.perf_counter() - wall, 3),
    "cpu_seconds": round(time.process_time() - cpu, 3),
    "peak_megabytes": megabytes("VmHWM"),
    "outcome": outcome.as_json(),
}
print(json.dumps(figures))

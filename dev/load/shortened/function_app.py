"""The real app with short patience: what a killed process left behind is free in seconds, not minutes.

Nothing else differs. A message that was taken comes again after four seconds instead of ten minutes, a claim
ends after five seconds instead of fifteen minutes, the catch-up timers find overdue what is seconds old,
a vendor that is out is left alone for seconds, and every fold pays.
"""

import importlib.util
import os
from datetime import timedelta
from functools import partial

from dev.host import ROOT, application
from dev.host.queues import QueueListener
from shared.pipeline import asking, claims, deliver, evaluate, fold, pull, push, runs, sweep
from shared.sources import http

vars(application)["QueueListener"] = partial(QueueListener, taken_seconds=4)
for each in (claims, push, runs, sweep):  # each has taken the name for itself
    vars(each)["CLAIM"] = timedelta(seconds=5)
claims.EARLY = timedelta(seconds=1)
evaluate.LEASE = timedelta(seconds=5)
asking.TRY_AGAIN = 1.0
evaluate.OVERDUE = timedelta(seconds=4)
deliver.BUSY = timedelta(seconds=int(os.environ.get("SHORTENED_BUSY_SECONDS", "8")))
deliver.OVERDUE = timedelta(seconds=2)
deliver.FIRST_WAIT = 1.0
pull.PATIENCE = timedelta(seconds=6)
fold.MOST_SEGMENTS = 0
http.ATTEMPTS = 2
http.LONGEST_PAUSE = 4.0

_spec = importlib.util.spec_from_file_location("the_real_function_app", ROOT / "function_app.py")
if _spec is None or _spec.loader is None:
    raise ImportError
_module = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_module)
app = _module.app

"""Our apps run in Microsoft's own worker library, not only in our host."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from shared.sources import SOURCES

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SAMPLE = HERE / "sample_app"


def drive(app: Path, *calls: dict[str, Any], **settings: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Load an app in the worker library, and give its functions' bindings and the answers to the calls."""
    done = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, str(HERE / "worker_driver.py"), str(app)],
        input="\n".join(map(json.dumps, calls)),
        env=os.environ | settings,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    listing, *answers = (json.loads(line) for line in done.stdout.splitlines() if line.startswith("{"))
    assert listing["error"] == ""
    return listing["functions"], answers


def test_each_kind_of_function_runs():
    """HTTP, timer and queue functions of the sample are indexed and called, and their failures told."""
    functions, answers = drive(
        SAMPLE,
        {"name": "open_to_all", "http": {"query": {"a": "1"}, "body": "x"}},
        {"name": "guarded", "http": {"params": {"number": "7"}}},
        {"name": "tick", "timer": {"IsPastDue": False}},
        {"name": "take", "queue": json.dumps({"number": "7"})},
        {"name": "take", "queue": "not JSON"},
        {"name": "failing", "http": {}},
    )
    assert len(functions) == 9
    echoed, guarded, ticked, taken, not_taken, failed = answers
    assert (echoed["status"], json.loads(echoed["body"])["params"]) == (200, {"a": "1"})
    assert json.loads(guarded["body"]) == {"route": {"number": "7"}, "function": "guarded"}
    assert ticked == taken == {"body": None}
    assert not_taken["error"].startswith("JSONDecodeError")
    assert failed["error"] == "LookupError: GET"


def test_none_is_no_answer_to_a_request():
    """The worker refuses None from an HTTP function, and so does our host; 204 needs an HttpResponse."""
    _, [answer] = drive(SAMPLE, {"name": "nothing", "http": {}})
    assert answer["error"].startswith("TypeError")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("@app.route('a')\ndef f(req: func.HttpRequest, extra: str) -> str: ...", "extra"),
        (
            "@app.timer_trigger('timer', '0 * * * * *')\ndef f(time: func.TimerRequest) -> None: ...",
            "{'time'}",
        ),
        ("other = func.FunctionApp()", "More than one"),
    ],
)
def test_the_library_catches_what_plain_calls_miss(tmp_path: Path, body: str, expected: str):
    """The driver shows the library's own refusals: unbound parameters, wrong names, two apps."""
    source = f"import azure.functions as func\napp = func.FunctionApp()\n{body}\n"
    (tmp_path / "function_app.py").write_text(source)
    with pytest.raises(AssertionError, match=expected):
        drive(tmp_path)


def test_the_real_app_runs(azurite: str):
    """The whole app is indexed with its timers, queues and routes, and one of each is called."""
    functions, answers = drive(
        ROOT,
        {"name": "health", "http": {"url": "http://localhost/api/v1/health"}},
        {"name": "pull_shopify", "timer": {"IsPastDue": False}},
        {"name": "evaluate", "queue": json.dumps({"workspace": "nobody"})},
        AzureWebJobsStorage=azurite,
        TIEOUT_ADMIN_KEY="operator",
    )
    kinds = Counter(each["type"] for bindings in functions.values() for each in bindings)
    queues = {"pull", "evaluate"}
    assert {each["queueName"] for name in queues for each in functions[name]} == queues
    pulls = [f"pull_{source.kind}" for source in SOURCES if source.form is None]
    assert [functions[name][0]["type"] for name in pulls] == ["timerTrigger"] * len(pulls)
    assert kinds["httpTrigger"] > 1
    assert [answer.get("error") for answer in answers] == [None, None, None]
    assert answers[0]["status"] in {200, 503}

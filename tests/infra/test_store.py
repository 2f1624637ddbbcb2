"""The deployment makes the tables and queues that the code uses, and watches for lines that it writes."""

import ast
import re
from functools import cache

from shared.store import queues
from shared.store.erasures import PERSONS_STAND_IN
from tests.infra import bicep

ROOT = bicep.ROOT
STORAGE = bicep.INFRA / "app" / "storage.bicep"
ALERTS = bicep.INFRA / "app" / "alerts.bicep"


@cache
def _calls(folder: str) -> tuple[ast.Call, ...]:
    paths = sorted((ROOT / folder).rglob("*.py"))
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in paths]
    return tuple(node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call))


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _text(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def test_every_table_that_is_used_is_made() -> None:
    """The tables are those that the store opens: all of them, and no other."""
    opened = {_text(call.args[0]) for call in _calls("shared") if _called(call) == "table" and call.args}
    assert {*opened, *PERSONS_STAND_IN} - {""} == set(bicep.tree(STORAGE)["variables"]["tables"]["value"])


def test_every_queue_that_is_used_is_made() -> None:
    """The queues are those that messages are sent to and functions start from; each has one for poison."""
    made = set(bicep.tree(STORAGE)["variables"]["queues"]["value"])
    sent = {queues.PULL, queues.EVALUATE, queues.NOTIFY, queues.FOLD, queues.ERASE}
    started = {
        _text(keyword.value)
        for call in _calls("functions")
        if _called(call) == "queue_trigger"
        for keyword in call.keywords
        if keyword.arg == "queue_name"
    }
    assert sent == made
    assert {*made, *(f"{each}-poison" for each in made)} >= started >= made
    names = {
        found["name"]
        for _, _, found in bicep.resources("Microsoft.Storage/storageAccounts/queueServices/queues")
    }
    assert {"each", "${each}-poison"} == names


def test_alerts_wait_for_lines_that_are_written() -> None:
    """A rule looks for the log lines of steps that the code takes, and for facts that they carry."""
    asked = set(re.findall(r'"step": "(\w+)"', ALERTS.read_text(encoding="utf-8")))
    written = {
        _text(call.args[0])
        for call in (*_calls("shared"), *_calls("functions"))
        if _called(call) in {"step", "problem", "failure"} and call.args
    }
    assert asked
    assert set() == asked - written


def test_a_file_that_was_sent_is_no_pull() -> None:
    """Files that still come hide no timers that stopped, and one a day is no silent connection."""
    variables = bicep.tree(ALERTS)["variables"]
    assert "tolong(facts.calls) > 0" in variables["pulled"]["value"]
    queries = {each["name"]: each["query"] for each in variables["rules"]["value"]}
    assert "pulled" == queries["no-successful-pull"]
    assert queries["silent-connection"].startswith("${pulled} |")


def test_a_message_that_the_host_gives_up_is_seen() -> None:
    """An instance that dies over a message writes no line of ours; the host says that it moves it."""
    variables = bicep.tree(ALERTS)["variables"]
    (query,) = [each["query"] for each in variables["rules"]["value"] if each["name"] == "poison-message"]
    assert query.endswith("or ${givenUp}")
    assert "Message has reached MaxDequeueCount" in variables["givenUp"]["value"]


def test_a_line_begins_with_its_step() -> None:
    """Rules look at the beginning of a line, so the step comes first in it, spelled as they spell it."""
    log = (ROOT / "shared/pipeline/log.py").read_text(encoding="utf-8")
    assert '{"step": name,' in log


def test_old_versions_of_blobs_go() -> None:
    """Timers write a blob at each tick, so the versions that are kept of it are dropped again."""
    (rule,) = bicep.one("Microsoft.Storage/storageAccounts/managementPolicies")["properties"]["policy"][
        "rules"
    ]
    assert (
        "daysToRegret" == rule["definition"]["actions"]["version"]["delete"]["daysAfterCreationGreaterThan"]
    )
    blobs = bicep.one("Microsoft.Storage/storageAccounts/blobServices")["properties"]
    assert "daysToRegret" == blobs["deleteRetentionPolicy"]["days"]

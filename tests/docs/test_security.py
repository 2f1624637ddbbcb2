"""docs/security.md names every table and queue that there is, and tests that there are."""

import inspect
import re

from shared.store import queues, store
from tests.docs.pages import DOCS, ROOT

TEXT = (DOCS / "security.md").read_text(encoding="utf-8")
TESTS = {
    name
    for path in (ROOT / "tests").rglob("test_*.py")
    for name in re.findall(r"^(?:async )?def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
}


def test_every_wall_is_held_by_a_test() -> None:
    """A test that the page names exists, and each wall names one."""
    walls = TEXT.split("## Walls", 1)[1].split("\n## ", 1)[0]
    rows = [line for line in walls.splitlines() if line.startswith("| ")][1:]
    assert [line for line in rows if "`test_" not in line] == []
    assert set(re.findall(r"`(test_\w+)`", TEXT)) - TESTS == set()


def test_every_table_is_told() -> None:
    """The list of what is kept has each table of the store, and no other."""
    kept = TEXT.split("## What is kept, and where", 1)[1]
    told = set(re.findall(r"^\| `(\w+)` \|", kept, re.MULTILINE))
    assert told == set(re.findall(r'every\.table\("(\w+)"\)', inspect.getsource(store)))


def test_every_queue_is_told() -> None:
    """So it is with the queues."""
    names = {queues.PULL, queues.EVALUATE, queues.NOTIFY, queues.FOLD, queues.ERASE}
    told = re.search(r"^Queues (.*?), each with its `-poison` queue", TEXT, re.MULTILINE | re.DOTALL)
    assert told is not None
    assert set(re.findall(r"`(\w+)`", told[1])) == names

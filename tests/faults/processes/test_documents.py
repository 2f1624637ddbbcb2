"""docs/reliability.md names tests, and each of them is there."""

import re

import pytest

from dev.host import ROOT


@pytest.mark.parametrize("name", ["reliability.md", "restore.md"])
def test_every_test_that_is_named_exists(name: str) -> None:
    """A promise whose test has gone is no promise."""
    text = (ROOT / "docs" / name).read_text("utf-8")
    named = set(re.findall(r"tests/[\w/]+\.py", text))
    assert named
    assert [] == sorted(each for each in named if not (ROOT / each).is_file())


def test_every_promise_has_a_test() -> None:
    """Each row of the promises names at least one."""
    text = (ROOT / "docs" / "reliability.md").read_text("utf-8")
    rows = text.split("| promise |")[1].split("\n\n")[0].splitlines()[2:]
    assert len(rows) >= 10
    assert [] == [row for row in rows if not re.search(r"tests/[\w/]+\.py", row)]

"""Changes of the code for mutation testing: which there are, that each is one, and what becomes of it."""

import ast
from pathlib import Path

import pytest

from dev.commands.mutate import drawn, score
from dev.mutation.cover import READERS, Cover
from dev.mutation.mutants import UNCHANGED, Mutant, mutants_of, mutated
from dev.mutation.trial import ROOT, tried

SOURCE = '''"""A file."""

from typing import Literal

Kind = Literal["a", "b"]
LIMIT = 10


def over(value: int, names: list[str]) -> bool:
    """Say whether it is over."""
    if not names or value > LIMIT:
        return True
    if any(names):
        names.append("more")
    raise ValueError("never said")
'''


@pytest.fixture
def changes(tmp_path: Path) -> dict[str, str]:
    """Give what each change of the source replaces, with what."""
    (tmp_path / "file.py").write_text(SOURCE, "utf-8")
    return {f"{each.before} -> {each.after}": each.before for each in mutants_of(tmp_path, "file.py")}


@pytest.mark.parametrize(
    "change",
    [
        "10 -> 11",
        "value > LIMIT -> value >= LIMIT",
        "value > LIMIT -> value <= LIMIT",
        "not names or value > LIMIT -> not names and value > LIMIT",
        "not names -> names",
        "True -> False",
        "return True -> return None",
        "any(names) -> all(names)",
        "names.append('more') -> pass",
        "'more' -> 'more?!'",
    ],
)
def test_what_runs_is_changed(change: str, changes: dict[str, str]) -> None:
    """Limits, comparisons, logic, constants, answers and calls each have their changes."""
    assert change in changes


def test_what_only_people_read_is_not(changes: dict[str, str]) -> None:
    """No docstring, type, annotation or message of an error is changed: no test should notice one."""
    assert [
        each for each in changes if "a" in each.split("'")[1:2] or "never" in each or "file" in each
    ] == []
    assert not any("int" in before or "Literal" in before for before in changes.values())


def test_each_change_is_another_and_is_one() -> None:
    """Every change of a file gives a tree that compiles, and that no other number and no source gives."""
    count = len(mutants_of(ROOT, "shared/domain/money.py"))
    source = (ROOT / "shared/domain/money.py").read_text("utf-8")
    trees = [mutated(source, number) for number in range(count)]
    for tree in trees:
        compile(tree, "money.py", "exec")
    written = [ast.unparse(tree) for tree in trees]
    assert ast.unparse(mutated(source, UNCHANGED)) not in written
    assert len(set(written)) == count
    with pytest.raises(IndexError):
        mutated(source, count)


def test_the_same_seed_draws_the_same() -> None:
    """A sample goes by its seed, and stands in the order of its places."""
    one = drawn(["shared/domain/money.py", "shared/cards/cohorts.py"], 7, 3)
    assert one == sorted(one) == drawn(["shared/cards/cohorts.py", "shared/domain/money.py"], 7, 3)
    assert one != drawn(["shared/domain/money.py", "shared/cards/cohorts.py"], 7, 4)
    assert len(one) == 7


def test_the_quickest_tests_of_a_line_come_first() -> None:
    """Those of the line, as many as fit; of a line that runs on import, the readers and those of the file."""
    cover = Cover(
        {"a.py": {1: [], 3: ["slow", "quick"], 4: ["other"]}}, {"slow": 9.0, "quick": 0.1, "other": 1.0}
    )
    assert cover.tests_of("a.py", 3, 60) == ["quick", "slow"]
    assert cover.tests_of("a.py", 3, 5) == ["quick"]
    assert cover.tests_of("a.py", 1, 60) == [*READERS, "quick", "other", "slow"]
    assert cover.tests_of("b.py", 1, 60) == [*READERS]


def test_a_change_is_noticed_or_not(tmp_path: Path) -> None:
    """The changed module stands in for the file's: a test of it fails, one that does not care passes."""
    of_scale = next(each for each in mutants_of(ROOT, "shared/domain/money.py") if each.before == "10000")
    cares, does_not = tmp_path / "test_cares.py", tmp_path / "test_does_not.py"
    cares.write_text("from shared.domain.money import SCALE\ndef test(): assert SCALE == 10_000\n", "utf-8")
    does_not.write_text("from shared.domain.money import SCALE\ndef test(): assert SCALE\n", "utf-8")
    assert tried(of_scale, [str(cares)], 60) == "killed"
    assert tried(of_scale, [str(does_not)], 60) == "survived"
    assert tried(of_scale, [], 60) == "untested"


def test_a_score_is_what_was_noticed() -> None:
    """A change that never ends is noticed; one that no test comes by is not."""
    mutants = [Mutant("a.py", number, 1, "x", "y") for number in range(4)]
    assert score(dict(zip(mutants, ("killed", "timed out", "survived", "untested"), strict=True))) == 50
    assert score({}) == 100

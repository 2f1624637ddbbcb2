"""The vendors' contracts are looked for in one place, and missed aloud where they are required."""

import re
from pathlib import Path

import pytest

from tests.contracts import are_passed_over, read_contract

TESTS = Path(__file__).parents[1]


@pytest.mark.parametrize(
    ("folder", "environment", "expected"),
    [
        ("absent", {}, True),
        ("absent", {"TIEOUT_CONTRACTS": "required"}, False),
        (".", {}, False),
        (".", {"TIEOUT_CONTRACTS": "required"}, False),
    ],
)
def test_tests_of_the_contracts_are_skipped_only_where_nobody_requires_them(
    tmp_path: Path,
    folder: str,
    environment: dict[str, str],
    expected: bool,  # noqa: FBT001 - a case's answer
) -> None:
    """Where the folder is missing they are skipped, unless the environment requires them."""
    assert are_passed_over(tmp_path / folder, environment) is expected


def test_a_missing_contract_fails_the_test(tmp_path: Path) -> None:
    """A folder without the file, or none where it is required, is no reason to pass."""
    with pytest.raises(pytest.fail.Exception, match="no contract"):
        read_contract("bc/absent.json", tmp_path)


def test_the_contracts_are_looked_for_in_one_place() -> None:
    """No other test finds the folder for itself, or skips for a reason of its own."""
    own = re.compile(r"""["/]contracts["/]""")
    found = {
        path.relative_to(TESTS).as_posix()
        for path in TESTS.rglob("*.py")
        if path != Path(__file__) and own.search(path.read_text(encoding="utf-8"))
    }
    assert found == {"contracts.py"}

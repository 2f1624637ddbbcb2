"""Which test proves which requirement: `tests/requirements.md`, made from the tests' docstrings."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
FILE = ROOT / "tests" / "requirements.md"
COUNTS = {"GEN": 13, "D365-ABS": 18, "DV": 16, "SAGE-ABS": 25, "SAGE-CM": 19, "REVGAP": 37}
"""How many requirements each group has, numbered from 1."""

_ID = re.compile(rf"\b(?:{'|'.join(COUNTS)})-\d\d\b")
_HEAD = """# Requirements and the tests that prove them

Made by `./run requirements` from the docstrings of the tests; a house test compares. A test that names
a requirement proves it, or the part of it that is built; `open` means that no test names it yet.

| requirement | state | tests |
|---|---|---|
"""


def page() -> str:
    """Give the page as it should be."""
    proofs = defaultdict(list)
    for name, docstring in _tests():
        for requirement in sorted(set(_ID.findall(docstring))):
            proofs[requirement].append(name)
    lines = []
    for group, count in COUNTS.items():
        for number in range(1, count + 1):
            requirement = f"{group}-{number:02}"
            tests = proofs.get(requirement, [])
            state = "proved" if tests else "open"
            lines.append(f"| {requirement} | {state} | {', '.join(f'`{name}`' for name in tests)} |")
    return _HEAD + "\n".join(lines) + "\n"


def write() -> None:
    """Write the page anew."""
    FILE.write_text(page(), encoding="utf-8")


def _tests() -> Iterator[tuple[str, str]]:
    """Give each test's `file::name` and the text that says what it proves."""
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        where = path.relative_to(ROOT / "tests").as_posix()
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                yield f"{where}::{node.name}", ast.get_docstring(node) or ""

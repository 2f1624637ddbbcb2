"""The house rules that no other tool holds: how long files may be."""

import sys
from collections.abc import Mapping
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[1]
FOLDERS = ("functions", "shared", "dev", "tests")
LONGEST_FILE = 300
LONGEST_MEDIAN = 80


def sizes(root: Path = ROOT) -> dict[str, int]:
    """Count the lines of each Python file of ours, by its path from the root."""
    files = [path for folder in FOLDERS for path in (root / folder).rglob("*.py")]
    return {str(path.relative_to(root)): len(path.read_text("utf-8").splitlines()) for path in files}


def complaints(lines: Mapping[str, int]) -> list[str]:
    """Say what is too long: a file over 300 lines, or a median over 80."""
    said = [
        f"{path} has {count} lines; split it by meaning, {LONGEST_FILE} are the most"
        for path, count in sorted(lines.items())
        if count > LONGEST_FILE
    ]
    middle = median([count for count in lines.values() if count] or [0])
    if middle > LONGEST_MEDIAN:
        said.append(f"the median file has {middle:g} lines; {LONGEST_MEDIAN} are the most")
    return said


if __name__ == "__main__":
    found = complaints(sizes())
    sys.stdout.writelines(f"{line}\n" for line in found)
    sys.exit(bool(found))

"""What the figures of evaluating are held against."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from dev.bench.evaluation.whole import Figures, Size

SIZES = (Size(100_000, 1.2, 300), Size(1_000_000, 8.0, 700))
GROWTH = 11.0
"""How much longer ten times the orders may take."""
BESIDE = {"pandas": 1.0, "polars": None, "duckdb": 2.5}
"""How much longer than an engine judging may take; None: shown only."""
ANSWERS = {"cards": 0.05, "card": 0.05, "rows": 0.15, "search": 0.15, "worked": None}
"""The 95th percentile of answers over HTTP, in seconds; None: shown only."""
IMPORT = 0.7
WRITES = 8
"""Of an evaluation in which nothing changed: its lease, taken and given back, the note of what stands, and
for each of the five cards that its exceptions have followed. None is a reading or a row."""


@dataclass(frozen=True, slots=True)
class Target:
    """A figure and the most that it may be."""

    what: str
    figure: float
    most: float | None
    unit: str

    @property
    def has_passed(self) -> bool:
        """Say whether it is met."""
        return self.most is None or self.figure <= self.most

    def as_json(self) -> dict[str, Any]:
        """Give it for machines."""
        return asdict(self) | {"has_passed": self.has_passed}


def targets(sizes: Sequence[Size], found: Sequence[Figures]) -> list[Target]:
    """Hold the figures of these sizes against what they may be."""
    held = [each for size, figures in zip(sizes, found, strict=True) for each in _of_size(size, figures)]
    if len(found) > 1:
        small, large = (each["evaluated"]["first"]["published_seconds"] for each in (found[0], found[-1]))
        held.append(Target("growth from the smallest to the largest", large / small, GROWTH, "times"))
    held.append(Target("import of function_app", found[-1]["import_seconds"], IMPORT, "s"))
    return held


def _of_size(size: Size, figures: Figures) -> list[Target]:
    name, evaluated, judged = f"{size.orders:,}", figures["evaluated"], figures["judged"]
    first, unchanged = evaluated["first"], evaluated["unchanged"]
    held = [
        Target(f"{name} evaluated and published", first["published_seconds"], size.seconds, "s"),
        Target(f"{name} peak memory", unchanged["peak_megabytes"], size.megabytes, "MB"),
        Target(f"{name} writes where nothing changed", unchanged["writes"], WRITES, ""),
    ]
    own = judged["tieout"]["seconds"]
    held += [
        Target(f"{name} judging against {engine}", own / judged[engine]["seconds"], most, "times")
        for engine, most in BESIDE.items()
    ]
    held += [
        Target(f"{name} p95 of {what}", figures["answers"][what]["p95"], most, "s")
        for what, most in ANSWERS.items()
    ]
    return held

"""What the charts are made of: points, a scale, the frame with its title, and the table behind it.

Widths are in per cent and heights in pixels, so that a chart fills whatever room it gets and its words
keep their size. Colours come from the style sheet: a chart only says what a shape is.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from markupsafe import Markup

NO_READING = "No reading"
_STEPS = (Decimal(1), Decimal(2), Decimal(5), Decimal(10))
_MOST_TICKS = 4


@dataclass(frozen=True, slots=True)
class Point:
    """One value of a chart, with the words for it."""

    label: str
    value: Decimal | None
    """None where there is no reading: a gap is drawn, and nothing is made up."""
    shown: str = NO_READING
    """The value as people read it."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How values become heights: the top of the drawing is 0, so larger values lie higher."""

    least: Decimal
    most: Decimal
    height: int
    above: int = 0
    """Pixels that are left free above the largest value."""
    step: Decimal = Decimal(20)
    """Between grid lines."""

    def y(self, value: Decimal) -> str:
        """Give the height of a value in pixels from the top."""
        span = self.most - self.least
        share = (value - self.least) / span if span else Decimal(0)
        return number(self.above + (self.height - self.above) * (1 - share))


def scale_of(values: Iterable[Decimal], height: int, above: int = 0) -> Scale:
    """Give a scale that holds zero and all values, and ends at round numbers."""
    found = [Decimal(0), *values]
    step = step_of(min(found), max(found))
    least = (min(found) / step).to_integral_value(ROUND_FLOOR) * step
    most = (max(found) / step).to_integral_value(ROUND_CEILING) * step
    return Scale(least, most if most > least else step, height, above, step)


def step_of(least: Decimal, most: Decimal) -> Decimal:
    """Give a round distance between grid lines: never below one, for most values are whole."""
    span = max(most - least, Decimal(1))
    size = Decimal(10) ** (span / _MOST_TICKS).adjusted()
    step = next(each for each in _STEPS if span / (each * size) <= _MOST_TICKS)
    return max(step * size, Decimal(1))


def ticks(scale: Scale) -> list[Decimal]:
    """Give the values of the grid lines, the lowest first."""
    count = int((scale.most - scale.least) / scale.step)
    return [scale.least + scale.step * each for each in range(count + 1)]


def number(value: Decimal) -> str:
    """Write a coordinate: two decimals, and none that say nothing."""
    return format(value.quantize(Decimal("0.01")).normalize(), "f")


def per_cent(part: Decimal | int, whole: Decimal | int) -> str:
    """Write a part of a whole as a width."""
    return f"{number(Decimal(part) * 100 / Decimal(whole)) if whole else '0'}%"


def svg(kind: str, name: str, summary: str, height: int, shapes: Iterable[Markup]) -> Markup:
    """Give a drawing that has a name and a description for those who do not see it."""
    return Markup(
        '<svg class="chart chart-{}" role="img" width="100%" height="{}" focusable="false">'
        "<title>{}</title><desc>{}</desc>{}</svg>"
    ).format(kind, height, name, summary, Markup().join(shapes))


def table(name: str, headings: Sequence[str], rows: Iterable[Sequence[str | Markup]]) -> Markup:
    """Give values as a table: the first cell of a row is its heading."""
    head = Markup().join(Markup('<th scope="col">{}</th>').format(each) for each in headings)
    body = Markup().join(
        Markup('<tr><th scope="row">{}</th>{}</tr>').format(
            first, Markup().join(Markup("<td>{}</td>").format(each) for each in rest)
        )
        for first, *rest in rows
    )
    return Markup(
        '<table class="values"><caption>{}</caption><thead><tr>{}</tr></thead><tbody>{}</tbody></table>'
    ).format(name, head, body)


def figure(drawing: Markup, values: Markup) -> Markup:
    """Give a drawing with the table behind it, which opens without a script."""
    return Markup(
        '<figure class="chart-figure">{}<details class="chart-values"><summary>Values as a table</summary>'
        '<div class="scroll" tabindex="0" role="group" aria-label="Values">{}</div></details></figure>'
    ).format(drawing, values)


def grid(scale: Scale, written: Callable[[Decimal], str]) -> list[Markup]:
    """Give the grid lines with their values; the one at zero is the base."""
    return [
        Markup(
            '<line class="{}" x1="0" x2="100%" y1="{}" y2="{}"/>'
            '<text class="chart-tick" x="0" y="{}" dy="-4">{}</text>'
        ).format(
            "chart-base" if not each else "chart-grid", scale.y(each), scale.y(each), scale.y(each), text
        )
        for each in ticks(scale)
        for text in [written(each)]
    ]

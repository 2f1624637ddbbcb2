"""Charts as inline SVG: each has a name, a description, and a table with exactly its values.

Pure functions of points: they ask for nothing and know no card. What is clicked stands in tables, since
what is inside a picture cannot be reached by keyboard.
"""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from itertools import accumulate, pairwise

from markupsafe import Markup

from functions.dashboard.chart_parts import (
    Point,
    Scale,
    figure,
    grid,
    number,
    per_cent,
    scale_of,
    svg,
    table,
)

__all__ = ["Point", "bar", "columns", "pareto", "shares", "sparkline", "trend"]

Written = Callable[[Decimal], str]
MOST = Decimal(80)
"""The share of the whole that the line of the largest parts is drawn at."""
_TREND, _COLUMNS, _FOOT, _ABOVE = 200, 180, 24, 20
_SPARK = 36
_BAR = 10


def sparkline(name: str, points: Sequence[Point], threshold: Decimal | None = None) -> Markup:
    """Give a line without words, for a tile; its values stand in a table that only readers aloud get."""
    limit = [] if threshold is None else [threshold]
    scale = scale_of([*_values(points), *limit], _SPARK - 4, 4)
    shapes = [_level(scale, each) for each in limit] + _line(points, scale)
    drawing = svg("spark", name, _summary(points), _SPARK, [*shapes, *_last_dot(points, scale)])
    values = table(name, ("When", "Value"), [(each.label, each.shown) for each in points])
    return Markup('<span class="spark">{}</span><div class="hide">{}</div>').format(drawing, values)


def trend(
    name: str, points: Sequence[Point], written: Written, threshold: tuple[Decimal, str] | None = None
) -> Markup:
    """Give a line over time with its grid; the line breaks off where there is no reading.

    `threshold` is drawn as a line across, with its words.
    """
    limit = [] if threshold is None else [threshold[0]]
    scale = scale_of([*_values(points), *limit], _TREND - _FOOT, _ABOVE)
    shapes = [*grid(scale, written)]
    if threshold is not None:
        y = scale.y(threshold[0])
        words = Markup('<text class="chart-limit-text" x="100%" y="{}" dy="-5">{}</text>')
        shapes += [_level(scale, threshold[0]), words.format(y, threshold[1])]
    shapes += [*_missing(points, scale), *_line(points, scale), *_dots(points, scale), *_feet(points, _TREND)]
    drawing = svg("trend", name, _summary(points), _TREND, shapes)
    return figure(drawing, table(name, ("When", "Value"), [(each.label, each.shown) for each in points]))


def columns(name: str, points: Sequence[Point], written: Written) -> Markup:
    """Give upright bars side by side, for days and weeks."""
    scale = scale_of(_values(points), _COLUMNS - _FOOT, _ABOVE)
    shapes = [*grid(scale, written), *_columns(points, scale), *_feet(points, _COLUMNS)]
    drawing = svg("columns", name, _summary(points), _COLUMNS, shapes)
    return figure(drawing, table(name, ("When", "Value"), [(each.label, each.shown) for each in points]))


def pareto(name: str, points: Sequence[Point]) -> Markup:
    """Give bars, the largest first, under the line of what they add up to, with a line at 80 per cent.

    Both stand on one scale: shares of all sizes, whatever their sign.
    """
    told = shares(points)
    heights = Scale(Decimal(0), Decimal(100), _COLUMNS - _FOOT, _ABOVE)
    sizes = [Point(each.label, own, each.shown) for each, (own, _) in zip(points, told, strict=True)]
    sums = [Point(each.label, total, _percent(total)) for each, (_, total) in zip(points, told, strict=True)]
    y = heights.y(MOST)
    shapes = [
        *grid(heights, lambda value: f"{number(value)} %"),
        *_columns(sizes, heights),
        _level(heights, MOST),
        Markup('<text class="chart-limit-text" x="100%" y="{}" dy="-5">80 %</text>').format(y),
        *_line(sums, heights),
        *_dots(sums, heights),
        *(
            Markup('<text class="chart-foot" x="{}" y="{}">{}</text>').format(
                _middle(place, len(points)), _COLUMNS - 6, place + 1
            )
            for place in range(len(points))
        ),
    ]
    needed = next((place for place, (_, total) in enumerate(told, 1) if total >= MOST), 0)
    summary = f"The first {needed} of {len(points)} hold 80 per cent." if needed else "Nothing to add up."
    rows = [
        (f"{place}. {each.label}", each.shown, _percent(own), _percent(total))
        for place, (each, (own, total)) in enumerate(zip(points, told, strict=True), 1)
    ]
    values = table(name, ("Part", "Value", "Share", "Added up"), rows)
    return figure(svg("pareto", name, summary, _COLUMNS, shapes), values)


def shares(points: Iterable[Point]) -> list[tuple[Decimal, Decimal]]:
    """Give each point's share of all sizes in per cent, and the sum of the shares up to it."""
    sizes = [abs(each.value or Decimal(0)) for each in points]
    whole = sum(sizes)
    if not whole:
        return [(Decimal(0), Decimal(0)) for _ in sizes]
    return [
        (size * 100 / whole, total * 100 / whole)
        for size, total in zip(sizes, accumulate(sizes), strict=True)
    ]


def bar(value: Decimal, values: Iterable[Decimal], *, is_flagged: bool = False) -> Markup:
    """Give one bar, as long as its value is among others; it starts at their zero.

    The value itself stands beside it in words: the bar says nothing more, and is not read out.
    """
    least, most = _span(values)
    kind = "bar-flagged" if is_flagged else "bar-negative" if value < 0 else "bar-value"
    whole = most - least
    return Markup(
        '<svg class="bar" width="100%" height="{}" aria-hidden="true" focusable="false">'
        '<rect class="bar-room" width="100%" height="{}" rx="2"/>'
        '<rect class="{}" x="{}" width="{}" height="{}" rx="2"/></svg>'
    ).format(
        _BAR, _BAR, kind, per_cent(min(value, Decimal(0)) - least, whole), per_cent(abs(value), whole), _BAR
    )


def _span(values: Iterable[Decimal]) -> tuple[Decimal, Decimal]:
    found = [Decimal(0), *values]
    return min(found), max(found)


def _values(points: Iterable[Point]) -> list[Decimal]:
    return [each.value for each in points if each.value is not None]


def _middle(place: int, count: int) -> str:
    return per_cent(2 * place + 1, 2 * count)


def _level(scale: Scale, value: Decimal) -> Markup:
    y = scale.y(value)
    return Markup('<line class="chart-limit" x1="0" x2="100%" y1="{}" y2="{}"/>').format(y, y)


def _line(points: Sequence[Point], scale: Scale) -> list[Markup]:
    """Join neighbours that both have a value."""
    return [
        Markup('<line class="chart-line" x1="{}" y1="{}" x2="{}" y2="{}"/>').format(
            _middle(place, len(points)),
            scale.y(one.value),
            _middle(place + 1, len(points)),
            scale.y(other.value),
        )
        for place, (one, other) in enumerate(pairwise(points))
        if one.value is not None and other.value is not None
    ]


def _dots(points: Sequence[Point], scale: Scale) -> list[Markup]:
    return [
        Markup('<circle class="chart-dot" cx="{}" cy="{}" r="3.5"><title>{}: {}</title></circle>').format(
            _middle(place, len(points)),
            scale.y(point.value),
            point.label,
            point.shown,
        )
        for place, point in enumerate(points)
        if point.value is not None
    ]


def _last_dot(points: Sequence[Point], scale: Scale) -> list[Markup]:
    known = [(place, each) for place, each in enumerate(points) if each.value is not None]
    return [
        Markup('<circle class="chart-dot" cx="{}" cy="{}" r="3"/>').format(
            _middle(place, len(points)), scale.y(each.value or Decimal(0))
        )
        for place, each in known[-1:]
    ]


def _missing(points: Sequence[Point], scale: Scale) -> list[Markup]:
    width = per_cent(1, max(len(points), 1))
    return [
        Markup(
            '<rect class="chart-missing" x="{}" y="{}" width="{}" height="{}"><title>{}: {}</title></rect>'
        ).format(
            per_cent(place, len(points)),
            scale.above,
            width,
            scale.height - scale.above,
            each.label,
            each.shown,
        )
        for place, each in enumerate(points)
        if each.value is None
    ]


def _columns(points: Sequence[Point], scale: Scale) -> list[Markup]:
    count, zero = len(points), Decimal(scale.y(Decimal(0)))
    found = []
    for place, point in enumerate(points):
        if point.value is None:
            continue
        y = Decimal(scale.y(point.value))
        kind = "bar-negative" if point.value < 0 else "bar-value"
        left, width = per_cent(10 * place + 2, 10 * count), per_cent(6, 10 * count)
        sizes = (left, number(min(y, zero)), width, number(abs(zero - y)))
        shape = Markup(
            '<rect class="{}" x="{}" y="{}" width="{}" height="{}" rx="2"><title>{}: {}</title></rect>'
        )
        found.append(shape.format(kind, *sizes, point.label, point.shown))
    return found


def _feet(points: Sequence[Point], height: int) -> list[Markup]:
    """Write some of the labels under the drawing: the last one, and as many before it as have room."""
    every = max(1, -(-len(points) // 4))
    return [
        Markup('<text class="chart-foot" x="{}" y="{}">{}</text>').format(
            _middle(place, len(points)), height - 6, point.label
        )
        for place, point in enumerate(points)
        if (len(points) - 1 - place) % every == 0
    ]


def _percent(value: Decimal) -> str:
    return f"{value.quantize(Decimal('0.1'))} %"


def _summary(points: Sequence[Point]) -> str:
    known = [each for each in points if each.value is not None]
    if not known:
        return "There is no reading yet."
    most = max(known, key=lambda each: each.value or Decimal(0))
    missing = len(points) - len(known)
    without = f" {missing} of {len(points)} have no reading." if missing else ""
    return f"Last {known[-1].label}: {known[-1].shown}. Highest {most.label}: {most.shown}.{without}"

"""Charts: the table behind each has exactly its values, and nothing that is given is markup."""

from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from functions.dashboard import charts
from functions.dashboard.chart_parts import NO_READING, scale_of, ticks
from functions.dashboard.charts import Point

VALUES = st.decimals(min_value=-1_000_000, max_value=1_000_000, places=2)
WORDS = st.text("aé<&>\"'{}% 中", min_size=1, max_size=8)


@st.composite
def points(draw: st.DrawFn, *, gaps: bool = True) -> list[Point]:
    """Draw points, some of which have no reading."""
    found = []
    for _ in range(draw(st.integers(1, 14))):
        value = draw(st.none() | VALUES) if gaps else draw(VALUES)
        shown = NO_READING if value is None else f"<{value}>"
        found.append(Point(draw(WORDS), value, shown))
    return found


DRAWN: list[Callable[[list[Point]], Markup]] = [
    lambda given: charts.sparkline("A <name>", given, Decimal(10)),
    lambda given: charts.trend("A <name>", given, str, (Decimal(10), "Alerts & more")),
    lambda given: charts.columns("A <name>", given, str),
    lambda given: charts.pareto("A <name>", given),
]


def read(markup: Markup) -> ET.Element:
    """Read a chart as the strict XML that it is: what is not escaped would break it."""
    return ET.fromstring(f"<div>{markup}</div>")  # noqa: S314 - our own text


def text(element: ET.Element) -> str:
    """Give the words of an element and all within."""
    return "".join(element.itertext())


@pytest.mark.parametrize("drawn", DRAWN)
@settings(max_examples=25)
@given(given_points=points())
def test_a_table_has_exactly_the_values(
    drawn: Callable[[list[Point]], Markup], given_points: list[Point]
) -> None:
    """Each point is one row of the table behind its chart, with its words, in order, and nothing else is."""
    rows = read(drawn(given_points)).findall(".//tbody/tr")
    found = []
    for row in rows:
        heading = row.find("th")
        assert heading is not None
        words = text(heading)
        cells = [text(cell) for cell in row.findall("td") if cell.get("class") != "bar-cell"]
        found.append((words, cells[0]))
    numbered = found[0][0].startswith("1. ") and "pareto" in drawn(given_points)
    expected = [
        (f"{place}. {each.label}" if numbered else each.label, each.shown)
        for place, each in enumerate(given_points, 1)
    ]
    assert expected == found


@pytest.mark.parametrize("drawn", DRAWN)
@settings(max_examples=25)
@given(given_points=points())
def test_a_drawing_is_named_and_described(
    drawn: Callable[[list[Point]], Markup], given_points: list[Point]
) -> None:
    """A drawing has a name and a description as its first children, and is one picture to a screen reader."""
    drawing = read(drawn(given_points)).find(".//svg")
    assert drawing is not None
    assert "img" == drawing.get("role")
    assert ["title", "desc"] == [each.tag for each in list(drawing)[:2]]
    assert "A <name>" == drawing[0].text
    assert drawing[1].text


@pytest.mark.parametrize("drawn", DRAWN)
@settings(max_examples=25)
@given(given_points=points())
def test_no_style_and_no_script_is_in_a_chart(
    drawn: Callable[[list[Point]], Markup], given_points: list[Point]
) -> None:
    """A chart keeps to the policy of its page: no style of its own, no script, nothing from elsewhere."""
    for element in read(drawn(given_points)).iter():
        assert element.tag not in {"script", "style", "image", "use"}
        assert not {name for name in element.attrib if name == "style" or name.startswith("on")}


@settings(max_examples=25)
@given(given_points=points())
def test_a_line_breaks_off_where_there_is_no_reading(given_points: list[Point]) -> None:
    """A line joins two neighbours only if both have a value, and a point is drawn for each value."""
    drawing = read(charts.trend("Weeks", given_points, str))
    known = [each.value is not None for each in given_points]
    joined = sum(one and other for one, other in pairwise(known))
    classes = [each.get("class", "") for each in drawing.iter()]
    assert (joined, sum(known), known.count(False)) == (
        classes.count("chart-line"),
        sum(each.startswith("chart-dot") for each in classes),
        classes.count("chart-missing"),
    )


@given(values=st.lists(VALUES, max_size=20))
def test_a_scale_holds_zero_and_all_values(values: list[Decimal]) -> None:
    """No value lies outside of the drawing, grid lines are few and round, and zero is one of them."""
    scale = scale_of(values, 200, 20)
    assert all(20 <= Decimal(scale.y(each)) <= 200 for each in [Decimal(0), *values])
    found = ticks(scale)
    assert Decimal(0) in found
    assert (scale.least, scale.most) == (found[0], found[-1])
    assert len(found) <= 7


@given(low=VALUES, high=VALUES)
def test_a_larger_value_is_never_lower(low: Decimal, high: Decimal) -> None:
    """A scale keeps the order of values."""
    low, high = sorted((low, high))
    scale = scale_of([low, high], 200)
    assert Decimal(scale.y(high)) <= Decimal(scale.y(low))


@settings(max_examples=25)
@given(given_points=points(gaps=False))
def test_shares_add_up_to_the_whole(given_points: list[Point]) -> None:
    """The sums of shares rise to a hundred per cent, or stay at nothing where there is nothing."""
    told = charts.shares(given_points)
    sums = [total for _, total in told]
    assert sums == sorted(sums)
    whole = Decimal(100) if any(each.value for each in given_points) else Decimal(0)
    assert whole == round(sums[-1], 10)


@given(value=VALUES, others=st.lists(VALUES, max_size=8))
def test_a_bar_stays_in_its_room(value: Decimal, others: list[Decimal]) -> None:
    """A bar begins at zero or ends there, and never leaves its cell; the longest fills its side."""
    bar = read(charts.bar(value, [value, *others])).findall(".//rect")[1]
    left, width = (Decimal(bar.get(name, "").rstrip("%")) for name in ("x", "width"))
    assert 0 <= left <= 100
    assert left + width <= Decimal("100.01")
    assert ("bar-negative" == bar.get("class")) == (value < 0)


@pytest.mark.parametrize("drawn", DRAWN)
def test_no_picture_holds_a_link(drawn: Callable[[list[Point]], Markup]) -> None:
    """What is clicked stands in tables: nothing within a picture can be reached by keyboard."""
    chart = read(drawn([Point("A", Decimal(1), "1"), Point("B", Decimal(2), "2")]))
    assert list(chart.iter("svg"))
    assert not [link for svg in chart.iter("svg") for link in svg.iter("a")]


def test_the_last_week_is_named_and_the_highest() -> None:
    """The description says the last value, the highest one, and how many weeks have none."""
    weeks = [
        Point("30 Mar", Decimal(40), "40"),
        Point("6 Apr", None),
        Point("13 Apr", Decimal(23), "23"),
    ]
    said = read(charts.trend("Weeks", weeks, str)).find(".//desc")
    assert said is not None
    assert "Last 13 Apr: 23. Highest 30 Mar: 40. 1 of 3 have no reading." == said.text


def test_the_80_per_cent_line_counts_the_parts_it_takes() -> None:
    """Of 50, 30 and 20 the first two hold 80 per cent, which is enough."""
    parts = [Point(name, Decimal(size), str(size)) for name, size in (("A", 50), ("B", 30), ("C", -20))]
    said = read(charts.pareto("Reasons", parts)).find(".//desc")
    assert said is not None
    assert "The first 2 of 3 hold 80 per cent." == said.text

"""A reading's parts as a card's page draws them: tables with bars, and charts of days, weeks and shares."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

from functions.dashboard import charts
from functions.dashboard.card_views import View
from functions.dashboard.charts import Point
from functions.dashboard.reader import NONE, Reader
from shared.domain.gap.summary import RED_FLAG_DAYS

Reading = Mapping[str, Any]

TITLES = {
    "cause": "By cause",
    "cohort": "By cohort",
    "reason": "By reason",
    "age": "By age",
    "queue": "By queue",
    "headline": "By headline code",
    "entity": "By entity",
    "company": "By company",
    "platform": "By platform",
    "currency": "By order currency",
    "failure": "Refused creations",
    "not_counted": "Listed beside the headline",
    "week": "By week of the order",
    "day": "Day by day",
}
"""The ways in which readings are cut, the ones people ask for first coming first."""
_OVER_TIME = frozenset({"week", "day"})
_FILTER_OF = {"not_counted": "cohort"}
_PART_OF = {"not_counted": "Cohort", "failure": "What was refused"}
"""What the parts of a cut are, where its title does not say it."""
_AMOUNT, _COUNT = "gap_amount", "customers"
_THOUSAND = 1_000
_LINE_ENDS = 2
_HIDDEN = frozenset({"dimension", "code", "label", "note", "exposure", _AMOUNT})


@dataclass(frozen=True, slots=True)
class Shown:
    """For whom cuts are drawn, and what their parts open."""

    view: View
    filters: Collection[str]
    """Those that the card's rows have."""
    reader: Reader


@dataclass(frozen=True, slots=True)
class Part:
    """One line of a cut."""

    label: str
    note: str
    shown: Markup | str
    bar: Markup
    others: tuple[str, ...]
    exposure: Markup
    href: str
    is_chosen: bool
    is_flagged: bool


@dataclass(frozen=True, slots=True)
class Cut:
    """A headline cut by one dimension: its parts add up to it, but for what stands beside it."""

    dimension: str
    title: str
    part_heading: str
    value_heading: str
    headings: tuple[str, ...]
    """Of the further figures."""
    has_exposure: bool
    parts: tuple[Part, ...]


def cuts(reading: Reading, shown: Shown) -> list[Cut]:
    """Give the cuts of a reading, but for those over time, which are charts."""
    found = _by_dimension(reading)
    wanted = [each for each in TITLES if each in found and each not in _OVER_TIME]
    return [_cut(each, found[each], reading, shown) for each in wanted]


def _cut(dimension: str, slices: list[Reading], reading: Reading, shown: Shown) -> Cut:
    view, reader = shown.view, shown.reader
    main = _main(reading)
    others = [name for name in slices[0] if name not in _HIDDEN and name != main]
    values = [Decimal(each[main]) for each in slices]
    parts = []
    for each, value in zip(slices, values, strict=True):
        asked = _asked(dimension, each["code"], shown.filters)
        is_chosen = bool(asked) and all(view.get(name) == wanted for name, wanted in asked.items())
        is_flagged = dimension == "age" and each["code"] == f"{RED_FLAG_DAYS}+"
        href = view.link(**(dict.fromkeys(asked) if is_chosen else asked)) + "#rows" if asked else ""
        parts.append(
            Part(
                label=each["label"] or "None",
                note=each["note"],
                shown=_exact(each[main], reading, reader),
                bar=charts.bar(value, values, is_flagged=is_flagged),
                others=tuple(reader.number(each[name]) for name in others),
                exposure=Markup(", ").join(
                    reader.money(worth["amount"], worth["currency"]) for worth in each["exposure"]
                ),
                href=href,
                is_chosen=is_chosen,
                is_flagged=is_flagged,
            )
        )
    heading = "Gap" if main == _AMOUNT else "Customers"
    has_exposure = any(each["exposure"] for each in slices)
    return Cut(
        dimension,
        TITLES[dimension],
        _PART_OF.get(dimension) or TITLES[dimension].removeprefix("By ").capitalize(),
        heading,
        tuple(map(_heading, others)),
        has_exposure,
        tuple(parts),
    )


def _asked(dimension: str, code: str, filters: Collection[str]) -> dict[str, str]:
    """Give the filters that list exactly the rows of a part; none where no filter does."""
    name = _FILTER_OF.get(dimension, dimension)
    if dimension == "age":
        least, _, most = code.rstrip("+").partition("-")
        if not least.isdecimal():
            return {}
        return {"min_age_days": least, "max_age_days": most}
    return {name: code} if name in filters and code else {}


def over_time(reading: Reading, reader: Reader) -> list[tuple[str, Markup]]:
    """Give the charts of what a reading tells of days or weeks, each with its heading."""
    found = _by_dimension(reading)
    if "week" in found:
        written = _written(reading, reader)
        points = [
            Point(
                each["label"].removeprefix("Week of "),
                Decimal(each[_AMOUNT]),
                written(Decimal(each[_AMOUNT])),
            )
            for each in found["week"]
        ]
        return [(TITLES["week"], charts.columns("Gap by week of the order", points, axis(reading, reader)))]
    if "day" not in found:
        return []
    names = [name for name in found["day"][0] if name not in _HIDDEN]
    return [
        (
            f"{_heading(name)} by day",
            charts.columns(
                f"{_heading(name)} by day",
                [
                    Point(short_day(each["code"], reader), Decimal(each[name]), reader.number(each[name]))
                    for each in found["day"]
                ],
                reader.number,
            ),
        )
        for name in names
    ]


def pareto(reading: Reading, reader: Reader) -> Markup | None:
    """Give the reasons by size under their sum, for a card of money; None for any other."""
    slices = _by_dimension(reading).get("reason", [])
    written = _written(reading, reader)
    sized = sorted(slices, key=lambda each: -abs(Decimal(each[_AMOUNT])))
    points = [
        Point(each["label"], Decimal(each[_AMOUNT]), written(Decimal(each[_AMOUNT])))
        for each in sized
        if Decimal(each[_AMOUNT])
    ]
    return charts.pareto("Reasons by size, and what they add up to", points) if points else None


def history(reading: Reading, weeks: Sequence[Reading], reader: Reader) -> Markup | None:
    """Give a card's value week by week; None while there are not two weeks to draw a line between.

    The threshold is drawn where it is in the value's own unit.
    """
    if sum(each["value"] is not None for each in weeks) < _LINE_ENDS:
        return None
    written = _written(reading, reader)
    points = [
        Point(short_day(each["week_to"], reader), Decimal(each["value"]), written(Decimal(each["value"])))
        if each["value"] is not None
        else Point(short_day(each["week_to"], reader), None)
        for each in weeks
    ]
    threshold = reading["threshold"]
    limit = None
    if threshold["unit"] == "count":
        limit = (Decimal(threshold["value"]), f"Alerts above {reader.number(threshold['value'])}")
    return charts.trend("Value week by week", points, axis(reading, reader), limit)


def axis(reading: Reading, reader: Reader) -> Callable[[Decimal], str]:
    """Give what writes the values of grid lines: whole, and amounts in thousands where they are large."""

    def written(value: Decimal) -> str:
        if reading["unit"] == "money" and abs(value) >= _THOUSAND:
            return f"{reader.number((value / _THOUSAND).quantize(Decimal(1)))}k"
        return reader.number(value)

    return written


def short_day(given: str, reader: Reader) -> str:
    """Write a day as a chart has room for: 12 Apr."""
    from babel.dates import format_skeleton  # noqa: PLC0415 - as in Reader: few starts need it

    moment = datetime.fromisoformat(given)
    local = moment if "T" not in given else moment.astimezone(ZoneInfo(reader.zone))
    return str(format_skeleton("MMMd", local, locale=reader.locale))


def _by_dimension(reading: Reading) -> dict[str, list[Reading]]:
    found: dict[str, list[Reading]] = {}
    for each in reading.get("breakdown", ()):
        found.setdefault(each["dimension"], []).append(each)
    return found


def _main(reading: Reading) -> str:
    return _AMOUNT if reading["unit"] == "money" else _COUNT


def _written(reading: Reading, reader: Reader) -> Callable[[Decimal], str]:
    if reading["unit"] == "money":
        return lambda value: _amount(reader, str(value), reading["currency"])
    return reader.number


def _exact(value: int | str, reading: Reading, reader: Reader) -> Markup | str:
    """Write a value so that an amount has its exact form behind it."""
    is_money = reading["unit"] == "money"
    return reader.money(str(value), reading["currency"]) if is_money else reader.number(value)


def _amount(reader: Reader, amount: str, currency: str) -> str:
    return reader.money(amount, currency).striptags() if amount is not None else NONE


def _heading(name: str) -> str:
    return name.replace("_", " ").capitalize()

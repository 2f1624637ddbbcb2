"""What an evaluation says to the alerts: each card against its threshold, each source by what it lacks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from shared.cards.card import Card
from shared.cards.sync_causes import LAGGING
from shared.domain.alerts import MISSING_DATA, UNDELIVERED, AlertKey, Observation
from shared.domain.workspace import CardSettings

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Judged:
    """One card's reading, with its open rows and those of them that people keep quiet."""

    card: Card
    settings: CardSettings
    reading: Document
    rows: Sequence[Document]
    quiet: frozenset[str]
    """Ids of rows that are snoozed or ignored: they leave the alert count and stay visible."""

    @property
    def is_held(self) -> bool:
        """Say whether the card could not be judged."""
        return bool(self.reading["status"] == "held")


def observations(
    judged: Iterable[Judged], failing: Mapping[str, str], still: Iterable[AlertKey], at: str
) -> dict[AlertKey, Observation]:
    """Give what was seen of each key; nothing for the threshold of a card that is held (decision 15).

    `failing` says of each recipient why messages do not reach it, "" where they do. `still` are the keys
    that have an alert: one that nothing speaks for any more, since its card, subset or recipient is off, is
    seen as gone. `at` is the evaluation's instant.
    """
    every = list(judged)
    seen = _missing_data(every, at) | {
        AlertKey(UNDELIVERED, recipient): _missing(at, (why,) if why else ())
        for recipient, why in failing.items()
    }
    for each in every:
        if each.reading["status"] in {"ok", "attention", "alert"}:
            seen |= _thresholds(each, at)
    held = {each.card.id for each in every if each.is_held}
    gone = Observation(as_of=at, is_gone=True)
    return {key: gone for key in still if key.card not in held and key not in seen} | seen


def _thresholds(each: Judged, at: str) -> dict[AlertKey, Observation]:
    reading = each.reading
    value, amount = compared(each)
    threshold = each.card.threshold_in(each.settings)
    floor = each.settings.alert.money_floor
    found = {
        AlertKey(each.card.id): Observation(
            as_of=at,
            is_breach=value > threshold and (each.card.unit != "money" or amount >= floor),
            value=value,
            threshold=threshold,
            oldest_days=_oldest(loud_rows(each)),
        )
    }
    for part in reading["subsets"]:
        oldest = _oldest(loud_rows(each, part["name"]))
        count = Decimal(part["value"] - sum(_is_in(row, part["name"]) for row in _quiet_rows(each)))
        limit = Decimal(part["threshold"])
        found[AlertKey(each.card.id, part["name"])] = Observation(
            as_of=at, is_breach=count > limit, value=count, threshold=limit, oldest_days=oldest
        )
    return found


def compared(each: Judged) -> tuple[Decimal, Decimal]:
    """Give what is held against the threshold, without what people keep quiet, and the amount behind it.

    A count loses one for each quiet row that counts; a gap loses what the quiet rows add to it, and its
    share of the revenue is taken anew (decision 5).
    """
    reading, quiet = each.reading, _quiet_rows(each)
    if each.card.unit != "money":
        return Decimal(reading["compared"]) - sum(_is_compared(each, row) for row in quiet), Decimal(0)
    gap = Decimal(reading["value"]) - sum((Decimal(row["gap"]) for row in quiet), Decimal(0))
    revenue = abs(Decimal(reading["figures"]["net_commerce_revenue_amount"]))
    if not quiet:
        return Decimal(reading["compared"]), abs(gap)
    share = abs(gap) / revenue * 100 if revenue else Decimal(100 if gap else 0)
    return share.quantize(Decimal("0.01")), abs(gap)


def loud_rows(each: Judged, subset: str = "") -> list[Document]:
    """Give the rows that count and that nobody keeps quiet, of a subset those that are in it."""
    return [
        row
        for row in each.rows
        if row.get("is_counted", True) and row["id"] not in each.quiet and (not subset or _is_in(row, subset))
    ]


def _oldest(rows: Iterable[Document]) -> int:
    return max((row["age_days"] or 0 for row in rows), default=0)


def _is_compared(each: Judged, row: Document) -> bool:
    """Say whether a row that counts is in what is held against the threshold (decision 4)."""
    return each.settings.alert_basis == "all" or row.get("cause") != LAGGING.code


def _quiet_rows(each: Judged) -> list[Document]:
    return [row for row in each.rows if row["id"] in each.quiet and row.get("is_counted", True)]


def _is_in(row: Document, subset: str) -> bool:
    return bool(row.get("segment") == subset)


def _missing_data(judged: Sequence[Judged], at: str) -> dict[AlertKey, Observation]:
    """Give an observation for each source that cards read, and for each card that is held by itself.

    A source that has never been read yet is waited for and not missed, unless a pull of it has failed.
    """
    problems: dict[str, dict[str, None]] = {}
    for each in judged:
        for given in each.reading["inputs"]:
            known = problems.setdefault(given["connection"], {})
            if given["problem"] and not given["is_awaited"]:
                known[given["problem"]] = None
    found = {AlertKey(MISSING_DATA, name): _missing(at, tuple(known)) for name, known in problems.items()}
    for each in judged:
        has_source = any(given["problem"] for given in each.reading["inputs"])
        why = tuple(each.reading["waiting_for"]) if each.is_held and not has_source else ()
        found[AlertKey(MISSING_DATA, "", each.card.id)] = _missing(at, why)
    return found


def _missing(at: str, why: tuple[str, ...]) -> Observation:
    return Observation(as_of=at, is_breach=bool(why), value=Decimal(bool(why)), waits_for=why)

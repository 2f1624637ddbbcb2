"""The settings of one card: its threshold, its window, what it counts, and when people are told."""

from dataclasses import replace

from functions.dashboard.fields import Field, Group
from functions.dashboard.settings_form import Section
from shared.cards import CARDS
from shared.cards import dataverse_customers_not_promoted as dataverse
from shared.cards import ecom_b2b_customers_absent_from_sage_master as b2b
from shared.cards import ecom_customers_absent_from_d365 as d365
from shared.cards import ecom_customers_absent_from_sage as sage
from shared.cards import revenue_gap_detailed_breakdown as gap
from shared.cards.card import Card
from shared.domain.workspace import CardSettings

_SCOPE = (("all", "all buyers"), ("b2b", "businesses only"))
_BASIS = (("all", "all of them"), ("excluding_lag", "those that are not merely late to sync"))
_COUNTS: dict[str, tuple[str, ...]] = {
    d365.CARD.id: ("scope", "include_guests", "exclude_suspected_duplicates"),
    dataverse.CARD.id: (),
    sage.CARD.id: ("scope", "include_guests", "exclude_suspected_duplicates"),
    b2b.CARD.id: ("exclude_suspected_duplicates", "alert_basis"),
    gap.CARD.id: ("tolerance_minor_units",),
}
"""What a card counts is set by these; another card's do nothing for it."""


def section_of(card: Card) -> Section:
    """Give the page of a card's settings."""
    path = f"cards.{card.id}"
    return Section(
        title=card.title,
        end=f"settings/cards/{card.id}",
        groups=tuple(
            Group(title, tuple(_under(path, each) for each in fields), text)
            for title, text, fields in (
                ("When it alerts", "", _limits(card)),
                ("What it counts", "", _counts(card)),
                (
                    "When people are told",
                    "An alert opens once and closes by itself. People are told of it again only as set here.",
                    _alert(card),
                ),
            )
        ),
        text=card.what,
        defaults={path: CardSettings().model_dump(mode="json")},
        cards=(card,),
    )


def card_named(name: str) -> Card | None:
    """Give the card whose settings an address names, whether or not the visitor sees its figures."""
    return next((each for each in CARDS if each.id == name), None)


def unit_of(card: Card) -> str:
    """Give the unit of a card's threshold."""
    return "%" if card.threshold_unit == "percent" else "customers"


def _under(path: str, each: Field) -> Field:
    return replace(each, path=f"{path}.{each.path}")


def _limits(card: Card) -> tuple[Field, ...]:
    unit = unit_of(card)
    found = [
        Field("enabled", "This card is on", "flag", "Off, it is not evaluated, shown or told of."),
        Field(
            "threshold",
            "Threshold",
            "number",
            "It alerts above this; exactly this is no alert.",
            unit,
            f"the card's own, {card.threshold} {unit}",
            usual=str(card.threshold),
        ),
    ]
    if card.id == sage.CARD.id:
        hint = "Businesses among them alert above this, whatever the threshold of all is."
        found.append(
            Field("b2b_threshold", "Threshold for businesses", "number", hint, unit, "no separate threshold")
        )
    return tuple(found)


def _counts(card: Card) -> tuple[Field, ...]:
    every = (
        Field("scope", "Whom it counts", "choice", options=_SCOPE),
        Field("include_guests", "Count guests", "flag", "Buyers who ordered without an account."),
        Field(
            "exclude_suspected_duplicates",
            "Leave suspected duplicates out",
            "flag",
            "Buyers who are probably in the master under other keys are listed, and not counted.",
        ),
        Field("alert_basis", "What is held against the threshold", "choice", options=_BASIS),
        Field(
            "tolerance_minor_units",
            "Rounding that is no finding",
            "whole",
            "For each line of a document.",
            "cents",
        ),
    )
    window = f"the card's own, {card.window_days} days"
    return (
        Field(
            "window_days",
            "Window",
            "whole",
            "How many days back, today included.",
            "days",
            window,
            usual=str(card.window_days),
        ),
        *(each for each in every if each.path in _COUNTS[card.id]),
        Field(
            "older_days",
            "Look further back for what is still open",
            "whole",
            "Days before the window; 0 does not look.",
            "days",
        ),
    )


def _alert(card: Card) -> tuple[Field, ...]:
    money = Field(
        "alert.money_floor",
        "Smallest amount that alerts",
        "number",
        "A percentage above the threshold is no alert while the amount behind it is smaller.",
    )
    return (
        Field("alert.opens_after", "Opens after", "whole", "In a row, above the threshold.", "calculations"),
        Field("alert.resolves_after", "Closes after", "whole", "In a row, not above it.", "calculations"),
        *((money,) if card.threshold_unit == "percent" else ()),
        Field(
            "alert.worsens_by_percent",
            "Told again when it rose by",
            "number",
            "Of the value that was told last; 0 never.",
            "%",
        ),
        Field("alert.remind_after_hours", "Reminder every", "number", unit="hours", empty="no reminder"),
        Field(
            "alert.escalate_after_hours",
            "Owners are told after",
            "number",
            "When nobody has acknowledged it by then.",
            "hours",
            "never",
        ),
        Field("alert.high_at", "High from", "number", "This many times the threshold.", "times"),
        Field("alert.critical_at", "Critical from", "number", "This many times the threshold.", "times"),
        Field("alert.old_days", "One step more severe from", "whole", "The age of the oldest row.", "days"),
    )

"""docs/cards.md: what each card asks, counts and says, from the cards' own files."""

import ast
import inspect
import sys
from typing import Any

from dev.reference.markdown import anchor, bullets, code, table
from shared.cards import CARDS
from shared.cards.card import Card
from shared.cards.cohorts import COHORTS
from shared.domain import workspace
from shared.domain.gap.reason import QUEUES
from shared.domain.gap.reasons import REASONS
from shared.domain.workspace import CardSettings
from shared.sources import source_of

_HEAD = """# The cards

Made by `./run reference` from the files of the cards in `shared/cards`; a test compares. What stands around
every card, its status, rows, evidence and history, is in [http.md](http.md#readings); how people work the
rows is in [exceptions.md](exceptions.md); how the gap is reckoned is in [revenue-gap.md](revenue-gap.md).

"""
_SETTINGS = """## Settings of a card

Under `cards` of the workspace's document, by the card's id. What is not given stays as the card has it.
`alert` says when and how people are told: see [alerts.md](alerts.md).

"""


def page() -> str:
    """Give the page as it should be."""
    rows = [
        (f"[{card.title}](#{anchor(card.title)})", card.what, f"{card.window_days} days", _limit(card))
        for card in CARDS
    ]
    index = table(("card", "shows", "looks at", "alerts above"), rows)
    return "\n".join([_HEAD.rstrip("\n"), "", index, *map(_card, CARDS), _SETTINGS + _settings()])


def _limit(card: Card) -> str:
    return f"{card.threshold} %" if card.threshold_unit == "percent" else str(card.threshold)


def _card(card: Card) -> str:
    module = sys.modules[card.judge.__module__]
    parts = [f"## {card.title}\n", _facts(card), inspect.cleandoc(card.about) + "\n"]
    if hasattr(module, "by_cohort"):
        parts += ["### Cohorts\n", _cohorts()] if card is _first_with_cohorts() else [_same_cohorts()]
    if hasattr(module, "CAUSES"):
        parts += [f"### Causes of {card.title}\n", _causes(module.CAUSES)]
    if hasattr(module, "REASONS"):
        parts += ["### Reasons\n", _reasons()]
    parts += [
        "**Where to look**, to check it in the vendor's own product:\n",
        bullets(card.where_to_look),
        "**Why a count by hand may differ:**\n",
        table(
            ("what", "direction", "why"),
            [(each.reason, each.direction, each.why) for each in card.differences],
        ),
        "**Read it together with:**\n",
        bullets(f"[{_title(each.card)}](#{anchor(_title(each.card))}): {each.why}" for each in card.siblings),
        f"**Columns of the file:** {', '.join(heading for heading, _ in card.columns)}.\n",
    ]
    return "\n".join(parts)


def _facts(card: Card) -> str:
    unit = "records that are missing" if card.unit == "customers" else "money, in the reporting currency"
    facts = [
        ("id", code(card.id)),
        ("counts", unit),
        ("looks at", f"the last {card.window_days} days, today included"),
        ("alerts above", f"{_limit(card)}, strictly"),
        ("seen by", ", ".join(sorted(card.roles))),
        *([("sentiment", code(card.sentiment))] if card.sentiment else []),
        ("needs", _needs(card, is_required=True)),
        ("uses, where there is some", _needs(card, is_required=False)),
    ]
    return table(("", ""), facts)


def _needs(card: Card, *, is_required: bool) -> str:
    """Give the records that a card needs, those that come from the same kinds of connection together."""
    by_kinds: dict[tuple[str, ...], list[str]] = {}
    for need in card.needs:
        if need.is_required is is_required:
            by_kinds.setdefault(need.kinds, []).append(code(need.record_type.__name__))
    return "; ".join(
        f"{', '.join(records)} of {', '.join(map(_kind, kinds))}" for kinds, records in by_kinds.items()
    )


def _kind(kind: str) -> str:
    return f"[{kind}](sources/{kind}.md)" if source_of(kind) else kind


def _title(card_id: str) -> str:
    return next(card.title for card in CARDS if card.id == card_id)


def _first_with_cohorts() -> Card:
    return next(card for card in CARDS if hasattr(sys.modules[card.judge.__module__], "by_cohort"))


def _same_cohorts() -> str:
    return f"Its cohorts are those of [{_first_with_cohorts().title}](#cohorts).\n"


def _cohorts() -> str:
    rows = [(code(each.code), each.label, each.consequence, each.action) for each in COHORTS]
    return table(("cohort", "shown as", "if it is left", "what to do"), rows)


def _causes(causes: Any) -> str:
    rows = [(code(each.code), each.label, each.consequence, each.action) for each in causes]
    filled = (
        "\nWhat stands in braces is filled in on the row.\n" if any("{" in row[-1] for row in rows) else ""
    )
    return table(("cause", "shown as", "if it is left", "what to do"), rows) + filled


def _reasons() -> str:
    rows = [(code(each.code), each.label, each.headline, QUEUES[each.queue]) for each in REASONS]
    how = "The first that claims a row owns it. When each does: [revenue-gap.md](revenue-gap.md#reasons).\n"
    return f"{how}\n{table(('reason', 'shown as', 'headline', 'whose work'), rows)}"


def _settings() -> str:
    told = _docstrings()
    rows = []
    for name, field in CardSettings.model_fields.items():
        default = field.get_default(call_default_factory=True)
        shown = "the card's own" if default is None else "" if name == "alert" else code(_written(default))
        rows.append((code(name), shown, told.get(name, "")))
    return table(("setting", "without it", ""), rows)


def _written(default: Any) -> str:
    return str(default).lower() if isinstance(default, bool) else str(default)


def _docstrings() -> dict[str, str]:
    """Give the text that stands below each setting in its file, or a sentence for those that need none."""
    found = {
        "enabled": "Whether the card is evaluated at all.",
        "threshold": "Alerts above it: a count, or per cent.",
        "b2b_threshold": "A threshold of its own for the companies among the rows.",
        "window_days": "How many days it looks at, today included; 1 to 366.",
        "scope": "`all` buyers, or `b2b` for companies only.",
        "include_guests": "Whether guests without an email count.",
        "exclude_suspected_duplicates": "Leaves suspected duplicates out of the count; their rows stay.",
        "alert_basis": "`excluding_lag` leaves out of the alert what the next sync should bring.",
        "alert": "When and how people are told.",
    }
    tree = ast.parse(inspect.getsource(workspace))
    model = next(
        each for each in ast.walk(tree) if isinstance(each, ast.ClassDef) and each.name == "CardSettings"
    )
    for before, after in zip(model.body, model.body[1:], strict=False):
        if isinstance(before, ast.AnnAssign) and isinstance(before.target, ast.Name):
            text = getattr(getattr(after, "value", None), "value", None)
            if isinstance(after, ast.Expr) and isinstance(text, str):
                found[before.target.id] = inspect.cleandoc(text)
    return found

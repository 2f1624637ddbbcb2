"""Asking a card, or saying why it cannot be asked now."""

from shared.cards.card import Card
from shared.domain.snapshot import Snapshot
from shared.domain.windows import Window, rolling
from shared.errors import ConfigurationError
from shared.pipeline import log, reading
from shared.pipeline.collector import give_back
from shared.pipeline.freshness import is_configured, needed
from shared.pipeline.older import older_unresolved


def judge(
    card: Card,
    snapshot: Snapshot,
    *,
    with_older: bool = True,
    lets_through: tuple[type[Exception], ...] = (),
) -> reading.Answer:
    """Ask a card, unless it lacks a connection or one of its inputs cannot be trusted.

    What breaks holds the card, but for the exceptions that are to be let through.
    """
    window, used = window_of(card, snapshot), needed(card, list(snapshot.inputs))
    if (held := without_asking(card, snapshot)) is not None:
        return held
    snapshot.forget_but((need.record_type, need.kinds) for need in card.needs)
    give_back()
    try:
        judgement = card.judge(snapshot, window, snapshot.workspace.card(card.id))
        older = older_unresolved(card, snapshot, window, judgement) if with_older else None
        return reading.Answer(window, used, judgement, older)
    except lets_through:
        raise
    except ConfigurationError as error:
        return reading.Answer(window, used, None, status="held", waiting_for=(str(error),))
    except Exception as error:  # noqa: BLE001 - the boundary of one card: the others are judged
        log.failure("judge", error, workspace=snapshot.workspace.id, card=card.id)
        why = f"this card could not be judged ({type(error).__name__}): the log of the app says where"
        return reading.Answer(window, used, None, status="held", waiting_for=(why,))


def without_asking(card: Card, snapshot: Snapshot) -> reading.Answer | None:
    """Give the answer that stands before any record is looked at; None where the card is to be asked."""
    inputs = list(snapshot.inputs)
    window, used = window_of(card, snapshot), needed(card, inputs)
    if card.unready:
        return reading.Answer(window, used, None, status="not_configured", waiting_for=(card.unready,))
    if not is_configured(card, inputs):
        return reading.Answer(window, used, None, status="not_configured")
    waiting_for = tuple(each.problem for each in used if each.problem)
    return reading.Answer(window, used, None, status="held", waiting_for=waiting_for) if waiting_for else None


def window_of(card: Card, snapshot: Snapshot) -> Window:
    """Give the stretch of time that a card looks at."""
    settings = snapshot.workspace.card(card.id)
    return rolling(snapshot.workspace, snapshot.as_of, card.window_days_in(settings))

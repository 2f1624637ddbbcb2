"""Asking a card, or saying why it cannot be asked now."""

from shared.cards.card import Card
from shared.domain.snapshot import Snapshot
from shared.domain.windows import rolling
from shared.errors import ConfigurationError
from shared.pipeline import log, reading
from shared.pipeline.freshness import is_configured, needed
from shared.pipeline.older import older_unresolved


def judge(card: Card, snapshot: Snapshot) -> reading.Answer:
    """Ask a card, unless it lacks a connection or one of its inputs cannot be trusted."""
    inputs = list(snapshot.inputs)
    settings = snapshot.workspace.card(card.id)
    window = rolling(snapshot.workspace, snapshot.as_of, card.window_days_in(settings))
    used = needed(card, inputs)
    if not is_configured(card, inputs):
        return reading.Answer(window, used, None, status="not_configured")
    waiting_for = tuple(each.problem for each in used if each.problem)
    if waiting_for:
        return reading.Answer(window, used, None, status="held", waiting_for=waiting_for)
    try:
        judgement = card.judge(snapshot, window, settings)
        older = older_unresolved(card, snapshot, window, judgement)
        return reading.Answer(window, used, judgement, older)
    except ConfigurationError as error:
        return reading.Answer(window, used, None, status="held", waiting_for=(str(error),))
    except Exception as error:  # noqa: BLE001 - the boundary of one card: the others are judged
        log.failure("judge", error, workspace=snapshot.workspace.id, card=card.id)
        why = f"this card could not be judged ({type(error).__name__}): the log of the app says where"
        return reading.Answer(window, used, None, status="held", waiting_for=(why,))

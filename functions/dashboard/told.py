"""Who would be told of what: two lists of recipients beside each other."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.alerting.route import addresses
from shared.cards import CARDS
from shared.domain.workspace import Workspace

_CHANNELS = {"email": "Email", "teams": "Teams", "hook": "Hook"}


@dataclass(frozen=True, slots=True)
class ToldChange:
    """One recipient, and what they are told of before and after."""

    channel: str
    recipient: str
    before: tuple[str, ...]
    after: tuple[str, ...]


def told_changes(before: Workspace, after: Workspace) -> list[ToldChange]:
    """Give each recipient who would be told of other cards, or from another severity on, than now."""
    old, new = _told(before), _told(after)
    return [
        ToldChange(
            _CHANNELS[channel],
            recipient,
            old.get((channel, recipient), ()),
            new.get((channel, recipient), ()),
        )
        for channel, recipient in dict.fromkeys([*old, *new])
        if old.get((channel, recipient)) != new.get((channel, recipient))
    ]


def _told(workspace: Workspace) -> Mapping[tuple[str, str], tuple[str, ...]]:
    """Give what each recipient is told of, by channel and address; who stands under two roles, of both."""
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for role, each in workspace.recipients.items():
        severity = "" if each.minimum_severity == "low" else f", from {each.minimum_severity}"
        cards = tuple(
            f"{card.title}{severity}"
            for card in CARDS
            if role in card.roles
            and workspace.card(card.id).enabled
            and (not each.cards or card.id in each.cards)
        )
        for name in addresses(each):
            found[name] = tuple(dict.fromkeys((*found.get(name, ()), *cards)))
    return found

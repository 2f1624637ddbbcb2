"""Flows that are called when a card alerts: registered, kept while their makers may enter, removed."""

from collections.abc import Sequence

from shared.access import is_key_id
from shared.domain.deliveries import Delivery, delivery_id
from shared.domain.events import Event, event_id
from shared.domain.exceptions import TIEOUT
from shared.domain.hooks import MOST_HOOKS, Hook
from shared.errors import ConfigurationError
from shared.pipeline import log
from shared.pipeline.audit import Note, note
from shared.pipeline.services import Services

_PREFIX = "flow:"


class TooMany(Exception):
    """A workspace has as many hooks as it may."""


async def register(services: Services, workspace: str, hook: Hook) -> None:
    """Keep a hook; raises TooMany."""
    if len(await standing(services, workspace)) >= MOST_HOOKS:
        raise TooMany
    await services.store.hooks.add(workspace, hook)
    await note(services, workspace, hook.made_by, Note("hook", hook.id, "make", after=hook.host))
    log.step("make_hook", workspace=workspace, hook=hook.id, by=hook.made_by)


async def remove(services: Services, workspace: str, hook: Hook, who: str) -> None:
    """Remove a hook; it is not called again."""
    await services.store.hooks.delete(workspace, hook.id)
    await note(services, workspace, who, Note("hook", hook.id, "remove", before=hook.host))
    log.step("remove_hook", workspace=workspace, hook=hook.id, by=who)


async def standing(services: Services, workspace: str) -> list[Hook]:
    """Give the hooks that are called; those made with a key that opens nothing any more are removed."""
    hooks = await services.store.hooks.of(workspace)
    if not any(is_key_id(each.made_by) for each in hooks):
        return hooks[:MOST_HOOKS]
    now = services.clock()
    keys = await services.store.api_keys.of(workspace)
    good = {each.id for each in keys if each.expires_at is None or each.expires_at > now}
    for each in hooks:
        if is_key_id(each.made_by) and each.made_by not in good:
            await remove(services, workspace, each, TIEOUT)
    return [each for each in hooks if not is_key_id(each.made_by) or each.made_by in good][:MOST_HOOKS]


async def registered(services: Services, workspace: str, recipient: str) -> Hook:
    """Give the hook that a delivery is for; raises ConfigurationError where it does not stand any more."""
    for each in await standing(services, workspace):
        if recipient == f"{_PREFIX}{each.id}":
            return each
    raise ConfigurationError("the flow is not registered any more", recipient)


def calls(hooks: Sequence[Hook], event: Event) -> list[Delivery]:
    """Give a delivery for each hook that hears of an event: at once, for machines have no quiet hours."""
    return [
        Delivery(
            id=delivery_id(event_id(event.message), each.id),
            channel="flow",
            recipient=f"{_PREFIX}{each.id}",
            role="",
            message=event.message,
            made_at=event.made_at,
        )
        for each in hooks
        if each.hears(event.cards, event.roles)
    ]

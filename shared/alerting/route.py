"""Who gets which message, over which channel, and from when on: pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from shared.domain.alerts import OPERATIONAL, Message
from shared.domain.deliveries import Channel, Delivery, delivery_id
from shared.domain.notifications import WEEKDAYS, QuietHours, Recipients, Role
from shared.domain.severity import SEVERITIES
from shared.domain.windows import text

CUSTODIANS = frozenset({"owner", "engineering"})
"""Who hears of what is wrong with Tieout itself, besides those whose cards wait for data."""
ESCALATED_TO = "owner"


@dataclass(frozen=True, slots=True)
class Told:
    """Messages that go out as one, with the document that is rendered, and who may read it."""

    messages: tuple[Message, ...]
    document: dict[str, Any]
    cards: tuple[str, ...]
    """The cards that it is about."""
    roles: frozenset[str]
    """Who may see one of these cards."""


def deliveries(
    workspace: str,
    told: Told,
    recipients: Mapping[Role, Recipients],
    now: datetime,
    not_before: str = "",
) -> list[Delivery]:
    """Give one delivery for each recipient who is to get these messages; nobody gets them twice.

    An address that stands under several roles gets them once, as the first of these roles.
    """
    found: dict[tuple[str, str], Delivery] = {}
    for role, each in recipients.items():
        if not _is_for(role, each, told):
            continue
        for channel, address in addresses(each):
            if (channel, address) not in found:
                found[channel, address] = Delivery(
                    id=delivery_id(workspace, *_names(told.messages), channel, address),
                    channel=channel,
                    recipient=address,
                    role=role,
                    message=told.document,
                    made_at=text(now),
                    not_before=not_before,
                )
    return list(found.values())


def _is_for(role: str, recipients: Recipients, told: Told) -> bool:
    first = told.messages[0]
    is_operational = first.alert.key.card in OPERATIONAL
    if role not in told.roles and not (is_operational and role in CUSTODIANS):
        return False
    if recipients.cards and not is_operational and not set(recipients.cards) & set(told.cards):
        return False
    if first.kind == "escalated" and role == ESCALATED_TO:
        return True
    worst = max(SEVERITIES.index(each.severity) for each in told.messages)
    return worst >= SEVERITIES.index(recipients.minimum_severity)


def addresses(recipients: Recipients) -> Iterable[tuple[Channel, str]]:
    """Give each channel and address of a role's recipients."""
    for address in recipients.teams:
        yield "teams", address
    for address in recipients.email:
        yield "email", address
    for address in recipients.hooks:
        yield "hook", address


def _names(messages: Collection[Message]) -> list[str]:
    return sorted(
        "|".join(
            (
                each.alert.key.card,
                each.alert.key.subset,
                each.alert.key.entity,
                each.alert.opened_at,
                str(each.number),
            )
        )
        for each in messages
    )


def quiet_until(quiet: QuietHours | None, zone: ZoneInfo, now: datetime) -> datetime | None:
    """Give the instant at which the quiet hours that an instant lies in are over; None outside of them."""
    if quiet is None or not _is_quiet(quiet, now.astimezone(zone)):
        return None
    # By the hour at most: whole quiet days and a night on either side make one stretch.
    moment = now
    for _ in range(24 * 9):
        ends = _next(quiet, moment.astimezone(zone), zone)
        if not _is_quiet(quiet, ends.astimezone(zone)):
            return ends
        moment = ends
    return None


def _is_quiet(quiet: QuietHours, local: datetime) -> bool:
    if WEEKDAYS[local.weekday()] in quiet.days:
        return True
    at = local.time()
    if quiet.begins < quiet.ends:
        return quiet.begins <= at < quiet.ends
    return at >= quiet.begins or at < quiet.ends


def _next(quiet: QuietHours, local: datetime, zone: ZoneInfo) -> datetime:
    """Give the next instant at which quiet may end: the end of the hours, or midnight."""
    tomorrow = local.date() + timedelta(days=1)
    ends = datetime.combine(local.date(), quiet.ends, zone)
    midnight = datetime.combine(tomorrow, time(), zone)
    return min(each for each in (ends, midnight) if each > local)

"""Laws of routing: everyone who is to know gets each message once, in time, and nobody else does."""

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.alerting.decide import decide
from shared.alerting.route import Told, deliveries, quiet_until
from shared.domain.alerts import MISSING_DATA, AlertKey, Message, Observation, Policy
from shared.domain.notifications import QuietHours, Recipients
from tests.builders import law

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 4, 14, 9, tzinfo=UTC)
CARD = "ecom_customers_absent_from_sage"
ROLES = ("owner", "finance", "operations", "engineering", "marketing")
ADDRESSES = st.lists(st.sampled_from(["ann@example.com", "bob@example.com", "cleo@example.com"]), unique=True)
RECIPIENTS = st.dictionaries(
    st.sampled_from(ROLES),
    st.builds(
        Recipients,
        email=ADDRESSES.map(tuple),
        teams=st.sampled_from([(), ("env:TEAMS_FINANCE",)]),
        cards=st.sampled_from([(), (CARD,), ("another_card",)]),
        minimum_severity=st.sampled_from(["low", "high", "critical"]),
    ),
)


def _message(value: int = 11, card: str = CARD) -> Message:
    seen = Observation(as_of="1", is_breach=True, value=Decimal(value), threshold=Decimal(10))
    return decide(None, AlertKey(card), seen, Policy(), "2026-04-14T09:00:00Z")[1][0]


def _told(message: Message, *roles: str) -> Told:
    return Told((message,), {"kind": message.kind}, (message.alert.key.card,), frozenset(roles))


@law
@given(RECIPIENTS, st.sampled_from([11, 25, 90]))
def test_each_recipient_gets_a_message_once(recipients: dict[str, Recipients], value: int) -> None:
    """No address gets a message twice; the same message again is the same delivery."""
    told = _told(_message(value), "owner", "finance")
    found = deliveries("fern", told, recipients, NOW)
    addresses = [(each.channel, each.recipient) for each in found]
    assert len(addresses) == len(set(addresses)) == len({each.id for each in found})
    listed = {address for each in recipients.values() for address in (*each.email, *each.teams)}
    assert {address for _, address in addresses} <= listed
    later = deliveries("fern", told, recipients, NOW + timedelta(hours=1))
    assert [each.id for each in found] == [each.id for each in later]


@law
@given(RECIPIENTS, st.sampled_from([11, 25, 90]))
def test_nobody_learns_what_their_role_may_not_see(recipients: dict[str, Recipients], value: int) -> None:
    """A message goes only to roles that see its card, and only from the severity on that they ask for."""
    message = _message(value)
    for each in deliveries("fern", _told(message, "owner", "finance"), recipients, NOW):
        assert each.role in {"owner", "finance"}
        severities = ("low", "medium", "high", "critical")
        asked = recipients[each.role].minimum_severity
        assert severities.index(message.alert.severity) >= severities.index(asked)
        assert recipients[each.role].cards in {(), (CARD,)}


def test_who_keeps_the_sources_hears_of_missing_data() -> None:
    """Owners and engineers hear of missing data whatever they follow; others if a card of theirs waits."""
    recipients = {role: Recipients(email=(f"{role}@example.com",), cards=("another_card",)) for role in ROLES}
    told = _told(_message(card=MISSING_DATA), "finance")
    found = {each.role for each in deliveries("fern", told, recipients, NOW)}
    assert {"owner", "engineering", "finance"} == found


NIGHT = QuietHours(begins=time(20), ends=time(7))
WEEKEND = QuietHours(begins=time(20), ends=time(7), days=("saturday", "sunday"))
LUNCH = QuietHours(begins=time(12), ends=time(13))


@pytest.mark.parametrize(
    ("quiet", "now", "ends"),
    [
        (None, "2026-04-14T23:00", None),
        (NIGHT, "2026-04-14T12:00", None),
        (NIGHT, "2026-04-14T19:59", None),
        (NIGHT, "2026-04-14T20:00", "2026-04-15T07:00"),
        (NIGHT, "2026-04-15T06:59", "2026-04-15T07:00"),
        (NIGHT, "2026-04-15T07:00", None),
        (LUNCH, "2026-04-15T12:30", "2026-04-15T13:00"),
        (WEEKEND, "2026-04-17T21:00", "2026-04-20T07:00"),
        (WEEKEND, "2026-04-18T12:00", "2026-04-20T07:00"),
        # The clocks change in the night: the wall's seven o'clock counts.
        (NIGHT, "2026-03-28T22:00", "2026-03-29T07:00"),
        (NIGHT, "2026-10-24T22:00", "2026-10-25T07:00"),
    ],
)
def test_quiet_hours(quiet: QuietHours | None, now: str, ends: str | None) -> None:
    """Quiet hours are the workspace's own; whole days and the nights around them are one stretch."""
    moment = datetime.fromisoformat(now).replace(tzinfo=LONDON)
    expected = None if ends is None else datetime.fromisoformat(ends).replace(tzinfo=LONDON)
    assert expected == quiet_until(quiet, LONDON, moment)

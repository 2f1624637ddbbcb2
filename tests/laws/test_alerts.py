"""Laws of the alert decision, over every sequence of observations and people's acts."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.alerting.decide import acknowledge, decide, lapsed, merge_storms, severity_of, snooze, unquiet
from shared.alerting.observe import Judged, observations
from shared.cards import card_of
from shared.domain.alerts import MISSING_DATA, Alert, AlertKey, Message, Observation, Policy
from shared.domain.workspace import CardSettings
from tests.builders import law

KEY = AlertKey("ecom_customers_absent_from_sage")
START = datetime(2026, 4, 14, 9, tzinfo=UTC)
ROUND = timedelta(minutes=15)


@dataclass(frozen=True)
class Scene:
    """What happens in one round: what is seen, and what a person does after it."""

    held: bool
    value: int
    act: str
    repeated: bool


SCENES = st.lists(
    st.builds(
        Scene,
        held=st.booleans(),
        value=st.sampled_from([0, 10, 11, 12, 30, 60]),
        act=st.sampled_from(["", "", "", "acknowledge", "snooze", "unquiet"]),
        repeated=st.booleans(),
    ),
    max_size=14,
)
POLICIES = st.builds(
    Policy,
    opens_after=st.integers(1, 3),
    resolves_after=st.integers(1, 3),
    worsens_by_percent=st.sampled_from([Decimal(0), Decimal(25), Decimal(100)]),
    remind_after=st.sampled_from([None, timedelta(hours=1)]),
    escalate_after=st.sampled_from([None, timedelta(minutes=40)]),
)


def _at(number: int) -> str:
    return (START + number * ROUND).strftime("%Y-%m-%dT%H:%M:%SZ")


def _seen(number: int, scene: Scene, still: Collection[AlertKey] = ()) -> Observation | None:
    """Give what an evaluation says of the key: nothing while its card is held."""
    status = "held" if scene.held else "ok"
    inputs = [{"connection": "ledger", "problem": "it is out" * scene.held, "is_awaited": False}]
    value = {"value": scene.value, "compared": str(scene.value)}
    reading = {"status": status, "inputs": inputs, "subsets": [], "waiting_for": ["it is out"], **value}
    card = card_of(KEY.card)
    assert card is not None
    judged = Judged(card, CardSettings(), reading, (), frozenset())
    return observations([judged], {}, still, _at(number)).get(KEY)


def _done(alert: Alert, scene: Scene, now: str) -> Alert:
    until = (datetime.fromisoformat(now) + 2 * ROUND).strftime("%Y-%m-%dT%H:%M:%SZ")
    acts = {
        "acknowledge": lambda: acknowledge(alert, "ann"),
        "snooze": lambda: snooze(alert, "ann", until, now),
        "unquiet": lambda: unquiet(alert),
    }
    return acts[scene.act]() if scene.act and alert.is_open else alert


def _play(
    scenes: list[Scene], policy: Policy
) -> list[tuple[Scene, Alert | None, Alert, tuple[Message, ...]]]:
    """Play the scenes; give for each the alert before, the alert after, and what was told."""
    told: list[tuple[Scene, Alert | None, Alert, tuple[Message, ...]]] = []
    alert: Alert | None = None
    for number, scene in enumerate(scenes):
        seen = _seen(number, scene, () if alert is None else (KEY,))
        after: Alert = alert or Alert(key=KEY)
        messages: tuple[Message, ...] = ()
        if seen is not None:
            after, messages = decide(alert, KEY, seen, policy, _at(number))
        if scene.repeated and seen is not None:
            assert (after, ()) == decide(after, KEY, seen, policy, _at(number))
        told.append((scene, alert, after, messages))
        alert = _done(after, scene, _at(number))
    return told


@law
@given(SCENES, POLICIES)
def test_an_incident_opens_once_and_recovers_at_most_once(scenes: list[Scene], policy: Policy) -> None:
    """Openings and recoveries alternate, an opening first: there are never two open alerts for a key."""
    kinds = [message.kind for *_, messages in _play(scenes, policy) for message in messages]
    edges = [kind for kind in kinds if kind in {"opened", "recovered"}]
    assert edges == ["opened", "recovered"] * (len(edges) // 2) + ["opened"] * (len(edges) % 2)


@law
@given(SCENES, POLICIES)
def test_a_held_card_moves_nothing(scenes: list[Scene], policy: Policy) -> None:
    """While a card is held its alert neither opens nor recovers nor is told of again (decision 15)."""
    for scene, before, after, messages in _play(scenes, policy):
        if scene.held:
            assert () == messages
            assert (before or Alert(key=KEY)) == after


@law
@given(SCENES, POLICIES)
def test_a_quiet_alert_is_told_of_only_when_it_recovers(scenes: list[Scene], policy: Policy) -> None:
    """What someone acknowledged or snoozed stays quiet until it recovers or the snooze is over."""
    for number, (_, before, _, messages) in enumerate(_play(scenes, policy)):
        if before is not None and lapsed(before, _at(number)).state in {"acknowledged", "snoozed"}:
            assert {message.kind for message in messages} <= {"recovered"}


@law
@given(SCENES, POLICIES)
def test_messages_of_an_incident_are_numbered(scenes: list[Scene], policy: Policy) -> None:
    """No two messages have the same name: incident and number tell each from the others."""
    names = [
        (message.alert.opened_at, message.number)
        for *_, messages in _play(scenes, policy)
        for message in messages
    ]
    assert len(names) == len(set(names))


@law
@given(SCENES, POLICIES)
def test_an_alert_opens_and_recovers_after_so_many_in_a_row(scenes: list[Scene], policy: Policy) -> None:
    """Held evaluations in between neither count towards the policy's number in a row nor break it."""
    breaches = clears = 0
    for scene, _, _, messages in _play(scenes, policy):
        if not scene.held:
            breaches, clears = (breaches + 1, 0) if scene.value > 10 else (0, clears + 1)
        kinds = {message.kind for message in messages}
        assert "opened" not in kinds or breaches >= policy.opens_after
        assert "recovered" not in kinds or clears >= policy.resolves_after


def _walk(*values: int, policy: Policy | None = None, step: timedelta = ROUND) -> list[list[str]]:
    alert: Alert | None = None
    kinds: list[list[str]] = []
    for number, value in enumerate(values):
        now = (START + number * step).strftime("%Y-%m-%dT%H:%M:%SZ")
        seen = Observation(as_of=now, is_breach=value > 10, value=Decimal(value), threshold=Decimal(10))
        alert, messages = decide(alert, KEY, seen, policy or Policy(), now)
        kinds.append([message.kind for message in messages])
    return kinds


@pytest.mark.parametrize(
    ("values", "kinds"),
    [
        ((10, 11), [[], ["opened"]]),
        ((11, 11, 12), [["opened"], [], []]),
        ((12, 15, 18), [["opened"], ["worsened"], []]),
        ((12, 20), [["opened"], ["severity_rose"]]),
        ((12, 60, 20), [["opened"], ["severity_rose"], []]),
        ((11, 10, 11, 10, 10), [["opened"], [], [], [], ["recovered"]]),
        ((11, 0, 0, 11), [["opened"], [], ["recovered"], ["opened"]]),
    ],
)
def test_what_is_told(values: tuple[int, ...], kinds: list[list[str]]) -> None:
    """Told of: the opening past a threshold, a rise in severity, a step for the worse, the recovery."""
    assert kinds == _walk(*values)


def test_a_day_later_people_are_reminded() -> None:
    """An open alert that nobody took on is told of again after the interval, then again after another."""
    assert [["opened"], [], ["reminder"], [], ["reminder"]] == _walk(
        11, 11, 11, 11, 11, step=timedelta(hours=12)
    )


def test_what_nobody_takes_on_is_escalated_once() -> None:
    """After the set hours an open alert is escalated, once an incident."""
    policy = Policy(escalate_after=timedelta(hours=4), remind_after=None)
    assert [["opened"], [], ["escalated"], [], []] == _walk(
        11, 11, 11, 11, 11, policy=policy, step=timedelta(hours=2)
    )


@pytest.mark.parametrize(
    ("value", "threshold", "oldest", "severity"),
    [
        (11, 10, 0, "medium"),
        (20, 10, 0, "high"),
        (50, 10, 0, "critical"),
        (11, 10, 12, "high"),
        (60, 10, 30, "critical"),
        (1, 0, 0, "medium"),
        (2, 0, 0, "high"),
    ],
)
def test_severity(value: int, threshold: int, oldest: int, severity: str) -> None:
    """Severity comes from how far past the threshold it is, and from the age of the oldest row."""
    seen = Observation(
        as_of="", is_breach=True, value=Decimal(value), threshold=Decimal(threshold), oldest_days=oldest
    )
    assert severity == severity_of(seen, Policy())


def test_a_storm_is_one_message() -> None:
    """What several dead sources give rise to goes out together; a threshold's message by itself."""
    now = _at(0)
    seen = Observation(as_of=now, is_breach=True, value=Decimal(1))
    keys = [AlertKey(MISSING_DATA, "books"), AlertKey(MISSING_DATA, "shop"), KEY]
    messages = [decide(None, key, seen, Policy(), now)[1][0] for key in keys]
    assert [["books", "shop"], [""]] == [
        [message.alert.key.subset for message in group] for group in merge_storms(messages)
    ]

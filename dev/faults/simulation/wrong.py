"""The kinds of entries in a schedule: each says how it is drawn and how people read it.

What they do is done where they strike: at storage (strained.py), on the way to vendors (network.py), to
processes, messages and timers (host.py), and by people (people.py).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from dev.faults.simulation.clock import told
from dev.faults.simulation.world import ACCOUNTS


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that goes wrong, or that somebody does."""

    at: float
    kind: str
    target: str = ""
    """What it is aimed at, where it is not whatever comes next."""
    nth: int = 1
    """Which operation, call or message from then on."""
    count: int = 1
    """How many in a row."""
    seconds: float = 0.0

    def __str__(self) -> str:
        target = self.target
        values = {
            "target": target,
            "nth": self.nth,
            "count": self.count,
            "seconds": self.seconds,
            "operation": f"write to {target}" if target else "operation",
            "write": f"write to {target or 'storage'}",
            "message": f"message of {target}" if target else "message",
        }
        return f"{told(self.at)} {KINDS[self.kind].words.format(**values)}"


Draw = Callable[[Random], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of entry."""

    name: str
    words: str
    draw: Draw = field(default=lambda _: {})

    def drawn(self, dice: Random, at: float) -> Entry:
        """Draw an entry of this kind."""
        return Entry(at, self.name, **self.draw(dice))


CHANNELS = ("teams", "hook")
_PASSING = ("throttle", "server_error", "timeout", "reset", "cut", "expired_token", "html", "malformed")
_CHANNEL_FAULTS = ("429", "500", "lost", "reset", "cut", "404")


TABLES = ("alerts", "deliveries", "exceptions")
OUTSIDE = "channels"
"""What a crash can be aimed at besides writes to storage: what is sent to people."""
_MOST_OF = {"": 20, "notify": 2, "evaluate": 4, "pull": 4}
"""Which message of a queue: an alert tells two recipients."""
_QUEUES = ("", "notify", "notify", "evaluate", "pull")
_IS_AIMED = 0.5
_MOST_AIMED = 4


def _operation(most: int, *aims: str) -> Draw:
    """Draw any operation; or, about as often, one of the first writes where a promise is kept."""

    def draw(dice: Random) -> dict[str, Any]:
        if dice.random() < _IS_AIMED:
            return {"target": dice.choice(aims), "nth": dice.randint(1, _MOST_AIMED)}
        return {"nth": dice.randint(1, most)}

    return draw


def _message(dice: Random) -> dict[str, Any]:
    queue = dice.choice(_QUEUES)
    return {"target": queue, "nth": dice.randint(1, _MOST_OF[queue])}


TROUBLES = (
    Kind(
        "crash_before",
        "an instance dies before its {nth}. {operation} from then on",
        _operation(60, *TABLES, OUTSIDE),
    ),
    Kind(
        "crash_after",
        "an instance dies after its {nth}. {operation} from then on",
        _operation(60, *TABLES, OUTSIDE),
    ),
    Kind("stop", "instance {nth} is told to stop", lambda dice: {"nth": dice.randint(1, 3)}),
    Kind(
        "storage_busy",
        "the {nth}. {operation} is answered 503, {count} in a row",
        lambda dice: {**_operation(60, *TABLES)(dice), "count": dice.randint(1, 3)},
    ),
    Kind("storage_lost", "the answer of the {nth}. {write} is lost", _operation(30, *TABLES)),
    Kind("storage_again", "the {nth}. {write} is sent twice", _operation(30, *TABLES)),
    Kind("storage_unsent", "the {nth}. {operation} reaches nobody", _operation(60, *TABLES)),
    Kind(
        "empty_pages",
        "the next {count} pages of queries are empty and go on",
        lambda dice: {"count": dice.randint(1, 20)},
    ),
    Kind(
        "small_pages",
        "the next {count} pages of queries have one entity",
        lambda dice: {"count": dice.randint(1, 40)},
    ),
    Kind(
        "vendor",
        "a call to {target} meets: {count} calls, from the {nth}. on",
        lambda dice: {
            "target": f"{dice.choice(ACCOUNTS)} {dice.choice(_PASSING)}",
            "nth": dice.randint(1, 6),
            "count": dice.choice((1, 1, 2, 6)),
        },
    ),
    Kind(
        "outage",
        "{target} cannot be reached for {seconds:.0f} s",
        lambda dice: {
            "target": dice.choice(ACCOUNTS),
            "seconds": dice.choice((20.0, 200.0, 1_500.0, 3_000.0)),
        },
    ),
    Kind(
        "slow",
        "{target} takes {nth} s a call, for {seconds:.0f} s",
        lambda dice: {
            "target": dice.choice(ACCOUNTS),
            "nth": dice.choice((4, 15, 50)),
            "seconds": dice.choice((60.0, 600.0)),
        },
    ),
    Kind(
        "channel",
        "messages to {target}: {count} of them",
        lambda dice: {
            "target": f"{dice.choice(CHANNELS)} {dice.choice(_CHANNEL_FAULTS)}",
            "count": dice.choice((1, 1, 2, 7)),
        },
    ),
    Kind(
        "skew",
        "the clock of instance {nth} is wrong by {seconds:+.0f} s",
        lambda dice: {"nth": dice.randint(1, 3), "seconds": dice.uniform(-90, 90)},
    ),
    Kind("twice", "the {nth}. {message} is given to two instances at once", _message),
    Kind("undeleted", "the {nth}. {message} is not deleted when it is done", _message),
    Kind(
        "delayed",
        "the {nth}. {message} waits for {seconds:.0f} s",
        lambda dice: {**_message(dice), "seconds": dice.choice((5.0, 60.0, 700.0))},
    ),
    Kind(
        "stalled",
        "no timer fires for {seconds:.0f} s",
        lambda dice: {"seconds": dice.choice((100.0, 1_000.0, 2_500.0))},
    ),
    Kind("timer_twice", "the next timer fires twice"),
    Kind(
        "timer_late",
        "the next timer fires {seconds:.0f} s late",
        lambda dice: {"seconds": dice.uniform(1, 400)},
    ),
    Kind("fold", "every stream is folded"),
    Kind("upkeep", "what is old is dropped"),
    Kind("evaluate", "somebody asks for an evaluation"),
    Kind("anew", "somebody asks to read {target} anew", lambda dice: {"target": dice.choice(ACCOUNTS)}),
)

_ACTIONS = ("acknowledge", "assign", "snooze", "ignore", "resolve", "reopen", "comment", "comment")


def _pick(dice: Random) -> dict[str, Any]:
    return {"nth": dice.randint(1, 12)}


PEOPLE = (
    *(
        Kind(
            "exception",
            "somebody does to the {nth}. exception: {target}",
            lambda dice, action=action: {"target": action, **_pick(dice)},  # type: ignore[misc]
        )
        for action in _ACTIONS
    ),
    Kind(
        "alias",
        "somebody says that the {nth}. buyer is customer C{count}",
        lambda dice: {**_pick(dice), "count": dice.randint(40, 43)},
    ),
    Kind(
        "not_same",
        "somebody says that buyer {nth} is not the customer of that number",
        lambda dice: {"nth": dice.randrange(8)},
    ),
    Kind("reverse", "somebody takes the {nth}. decision back", _pick),
    *(
        Kind(
            "alert",
            "somebody does to the {nth}. alert: {target}",
            lambda dice, action=action: {"target": action, **_pick(dice)},  # type: ignore[misc]
        )
        for action in ("acknowledge", "snooze", "reopen")
    ),
)
KINDS = {each.name: each for each in (*TROUBLES, *PEOPLE)}

"""The metrics, each a fact of a step: what a step says in the log and what it measures cannot differ.

The attributes are all that a metric is cut by. They come from the workspaces' documents and from our own
code, never from a record, so that they are few and name no person.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

CONNECTION = ("workspace", "connection", "kind")
STREAM = (*CONNECTION, "stream")
CARD = ("workspace", "card")


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric: the fact of a step that it takes, and what it is cut by."""

    name: str
    about: str
    step: str
    fact: str
    """Its value: a number; a word, which counts as one; or numbers by the attribute that `by` names."""
    kind: Literal["counter", "histogram", "gauge"]
    unit: str
    attributes: tuple[str, ...]
    by: str = ""


class Point(NamedTuple):
    """One value of a metric."""

    metric: Metric
    value: float
    attributes: dict[str, str]


METRICS = (
    Metric(
        "tieout.pull.lag",
        "How far a stream is behind: seconds since the instant up to which it was read",
        "lag",
        "seconds",
        "gauge",
        "s",
        STREAM,
    ),
    Metric(
        "tieout.pull.records",
        "Records that a vendor gave",
        "page",
        "records",
        "counter",
        "{record}",
        STREAM,
    ),
    Metric(
        "tieout.pull.rate",
        "Records a second of a run, from its beginning to its end, waits included",
        "commit",
        "records_per_second",
        "histogram",
        "{record}/s",
        STREAM,
    ),
    Metric(
        "tieout.pull.seconds",
        "Seconds that one message pulled or swept",
        "pull",
        "seconds",
        "histogram",
        "s",
        STREAM,
    ),
    Metric(
        "tieout.pull.commits",
        "Runs that were read completely and can be seen",
        "commit",
        "run",
        "counter",
        "{run}",
        STREAM,
    ),
    Metric(
        "tieout.pull.problems",
        "Pulls that did not come to a good end: failed, waiting for the vendor, or taken over",
        "pull",
        "outcome",
        "counter",
        "{pull}",
        (*STREAM, "outcome"),
    ),
    Metric(
        "tieout.bad_records",
        "Records that went into quarantine",
        "page",
        "bad_records",
        "counter",
        "{record}",
        STREAM,
    ),
    Metric(
        "tieout.vendor.calls",
        "Requests to vendors and channels, by what came back",
        "call",
        "outcome",
        "counter",
        "{request}",
        (*CONNECTION, "channel", "outcome"),
    ),
    Metric(
        "tieout.vendor.throttle",
        "Seconds that we wait because a vendor says so, or is unwell",
        "pause",
        "seconds",
        "histogram",
        "s",
        (*CONNECTION, "channel", "outcome"),
    ),
    Metric(
        "tieout.evaluation.seconds",
        "Seconds that the evaluation of a workspace took, all cards",
        "evaluated",
        "seconds",
        "histogram",
        "s",
        ("workspace",),
    ),
    Metric(
        "tieout.card.rows",
        "Open rows of a card",
        "evaluate",
        "rows",
        "gauge",
        "{row}",
        CARD,
    ),
    Metric(
        "tieout.card.cases",
        "Open rows of a card by reason, cause or cohort; they add up to its rows",
        "evaluate",
        "cases",
        "gauge",
        "{case}",
        CARD,
        by="reason",
    ),
    Metric(
        "tieout.card.held",
        "1 while a card is held, 0 while it is judged",
        "evaluate",
        "is_held",
        "gauge",
        "1",
        CARD,
    ),
    Metric(
        "tieout.deliveries",
        "Attempts at a delivery, by what came of them",
        "deliver",
        "outcome",
        "counter",
        "{delivery}",
        ("workspace", "channel", "outcome"),
    ),
    Metric(
        "tieout.messages",
        "Messages that were worked off, by what came of them: done, again, poison",
        "message",
        "outcome",
        "counter",
        "{message}",
        ("queue", "outcome"),
    ),
    Metric(
        "tieout.message.age",
        "Seconds since a message was sent, a wished delay included",
        "message",
        "age_seconds",
        "histogram",
        "s",
        ("queue",),
    ),
    Metric(
        "tieout.message.dequeues",
        "How often a message was taken by then",
        "message",
        "dequeue_count",
        "histogram",
        "{dequeue}",
        ("queue",),
    ),
    Metric(
        "tieout.store.transactions",
        "Requests to the storage account's tables and queues, by the function that sent them",
        "transaction",
        "count",
        "counter",
        "{transaction}",
        ("function",),
    ),
)


def points(step: str, facts: Mapping[str, Any]) -> Iterator[Point]:
    """Give what a step's facts say to the metrics."""
    for metric in METRICS:
        if metric.step != step or (value := facts.get(metric.fact)) is None:
            continue
        if metric.kind == "counter" and not value:
            continue  # a sum needs no zero, and each is paid for
        attributes = {name: str(facts[name]) for name in metric.attributes if facts.get(name)}
        if metric.by:
            for code, part in value.items():
                yield Point(metric, part, attributes | {metric.by: code})
        else:
            yield Point(metric, 1 if isinstance(value, str) else float(value), attributes)

"""Vendors' pages, by the real clients: an answer that is spoiled costs one stream at most, and lies never."""

import json
from collections.abc import Callable, Sequence
from functools import cache

import httpx

from dev.bench.setups import stream
from dev.fuzz.choices import Choices
from dev.fuzz.laws import hold_page
from dev.fuzz.spoiling import (
    HEADERS,
    STATUSES,
    odd,
    places,
    spoiled_bytes,
    spoiled_json,
    spoiled_xml,
    written,
)
from dev.fuzz.tapes import GATEWAY, STREAMS, Player, Recorded, read, tape_of
from dev.fuzz.target import Target, hold
from shared.errors import BadRecord, ConfigurationError, RetryLater, SourceError

LONGEST_WAIT = 7 * 24 * 3600.0
"""Seconds: no message of a queue is hidden for longer."""


def _run(data: bytes) -> None:
    choices = Choices(data)
    kind, name = choices.pick(STREAMS)
    tape = tape_of(kind, name)
    at = choices.below(len(tape))
    bad = _spoiled(choices, tape[at])
    player = Player(tape, lambda place, each: bad() if place == at else each.played())
    record_type = stream("sage_intacct" if kind == GATEWAY else kind, name).record_type
    try:
        for page in read(kind, name, player):
            hold_page(page, record_type)
    except RetryLater as error:
        hold(0 <= error.seconds <= LONGEST_WAIT, f"to wait {error.seconds} seconds")
    except (ConfigurationError, SourceError, BadRecord):
        pass


def _spoiled(choices: Choices, answer: Recorded) -> Callable[[], httpx.Response]:
    status, headers, body = answer.status, {"content-type": answer.kind}, answer.body
    way = choices.below(8)
    if way == 0:
        status = choices.pick(STATUSES)
        name = choices.pick(sorted(HEADERS))
        headers[name] = choices.pick(HEADERS[name])
    elif way == 1:
        body = spoiled_bytes(choices, body)
    elif body.lstrip()[:1] == b"<":
        body = spoiled_xml(choices, body)
    else:
        try:
            body = written(spoiled_json(choices, json.loads(body)))
        except ValueError:
            body = spoiled_bytes(choices, body)
    raw = [(each.encode(), value.encode("latin-1")) for each, value in headers.items()]
    return lambda: httpx.Response(status, headers=raw, content=body)


def _run_items(data: bytes) -> None:
    choices = Choices(data)
    kind, name = choices.pick(STREAMS)
    tape = tape_of(kind, name)
    at = choices.below(len(tape))
    body = _with_an_odd_field(choices, tape[at].body)
    if body is None:
        return

    def play(place: int, each: Recorded) -> httpx.Response:
        return httpx.Response(200, content=body) if place == at else each.played()

    try:
        pages = read(kind, name, Player(tape, play))
    except (ConfigurationError, RetryLater, SourceError):
        return  # what all of a list depends on: an account's companies, an order of ids
    found = {record.id for page in pages for record in page.records}
    hold(len(_ids(kind, name) - found) <= 1, "a spoiled item costs others")


def _with_an_odd_field(choices: Choices, body: bytes) -> bytes | None:
    """Give an answer with one field of one item replaced; None where it has no items."""
    try:
        document = json.loads(body)
    except ValueError:
        return None
    items = [holder[at] for holder, at in places(document) if isinstance(at, int)]
    fields = [(holder, field) for item in items for holder, field in places(item) if isinstance(field, str)]
    inside = [(holder, field) for holder, field in fields if not isinstance(holder[field], list)]
    if not inside:
        return None
    holder, field = choices.pick(inside)
    holder[field] = odd(choices)
    return written(document)


@cache
def _ids(kind: str, name: str) -> frozenset[str]:
    pages = read(kind, name, Player(tape_of(kind, name), lambda _, each: each.played()))
    return frozenset(record.id for page in pages for record in page.records)


def _seeds() -> Sequence[bytes]:
    return [
        bytes([at, page, 7, 0, place]) for at in range(len(STREAMS)) for page in range(2) for place in (0, 9)
    ]


ITEMS = Target(
    "items",
    "an item that a vendor spoils costs no other item, unless the read ends with one of our errors",
    _run_items,
    examples=150,
)
VENDORS = Target(
    "vendors", "vendors' pages are read into normal records, or refused with one of our errors", _run, _seeds
)

"""What a source is: the code for one kind of vendor, as data that the pipeline walks."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict

from shared.domain.deferred import Deferred
from shared.domain.records import Record
from shared.domain.workspace import Connection, FieldMap
from shared.errors import BadRecord
from shared.sources.http import Access, VendorClient


class Options(Deferred):
    """A connection's options for one kind of source; each source derives its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a pull: what is stored together before the pull goes on."""

    records: tuple[Record, ...]
    cursor: str = ""
    """Where the next page starts, opaque to all but the stream; "" after the last page."""
    bad: tuple[BadRecord, ...] = ()
    deleted: tuple[str, ...] = ()
    """Ids that the vendor says are gone."""
    remaining: int | None = None
    """How many records are still to come, where the vendor tells; None where it does not."""
    token: str = ""
    """On the last page, where the vendor's change feed goes on: the next run is given it."""
    pages: int = 1
    """How many of the vendor's pages it holds."""


@dataclass(frozen=True, slots=True)
class KeyPage:
    """One page of a key sweep: ids that the vendor has now."""

    ids: tuple[str, ...]
    cursor: str = ""
    """Where the next page starts; "" after the last."""
    remaining: int | None = None


@dataclass(frozen=True, slots=True)
class Probe:
    """A connection to be checked before its first pull, by reading only."""

    client: VendorClient
    connection: Connection
    options: Any
    field_map: FieldMap


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found missing."""

    what: str
    """The scope, field, entity set or option by its own name, `scope read_all_orders`."""
    message: str
    """What follows from it and what to do."""
    is_fatal: bool = True
    """Pulls of the connection fail or lose something; otherwise only a part is not read, openly."""


@dataclass(frozen=True, slots=True)
class Pull:
    """One run of one stream: where to read, what for, and between which instants."""

    client: VendorClient
    connection: Connection
    options: Any
    """The source's own options model."""
    field_map: FieldMap
    since: datetime | None
    """Records changed from here on, overlap included; None reads everything."""
    until: datetime
    """The upper bound, exclusive, frozen when the run began."""
    cursor: str = ""
    """Where an interrupted run goes on; "" begins."""
    token: str = ""
    """Where the change feed goes on; "" where the last run kept none, or where everything is read."""


@dataclass(frozen=True, slots=True)
class Form:
    """What is sent to a connection that nobody polls: rows of a file."""

    row: type[BaseModel]
    """Reads a row; its fields are the columns, in the order in which people are told of them."""
    convert: Callable[[Any], tuple[Record, ...]]
    """Gives the records of a row, the one that carries its id first."""


BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
"""Before anything that a store or a ledger has changed."""

Pages = Callable[[Pull], AsyncIterator[Page]]
Keys = Callable[[Pull], AsyncIterator[KeyPage]]
Check = Callable[[Probe], Awaitable[tuple[Finding, ...]]]


@dataclass(frozen=True, slots=True)
class Stream:
    """One kind of record that a connection yields."""

    name: str
    record_type: type[Record]
    pages: Pages
    is_full_read: bool = False
    """Every run reads everything and replaces what was there: the vendor has no change feed."""
    reread_every: timedelta | None = None
    """How often a run reads everything, where some changes do not move the time that is read by.

    Such a run replaces nothing: its `since` is `BEGINNING`, and what it does not see stays.
    """
    is_by_key: bool = False
    """Each page begins behind the last one's key, so that what changes while they are read moves no other.

    Such a stream is read up to the present, past the bound that its run tells. Where pages are counted off, a
    row that moves within what is asked for would push another over a page's edge, unseen.
    """
    overlap: timedelta = timedelta(minutes=10)
    """How far each run reads back behind the last one's upper bound."""
    is_offered: Callable[[Any], bool] = field(default=lambda _: True)
    """Says whether a connection with these options has the stream."""
    keys: Keys | None = None
    """Reads the ids of all records there are, for the sweep that finds what no feed tells of: deletions.

    Ids are those of the records; resumable by `Pull.cursor` like pages. None where the stream is read in
    full anyway, where a feed tells deletions, or where nothing is ever deleted.
    """
    sweep_every: timedelta = timedelta(days=1)
    sweep_column: str = ""
    """The record's column of times that bounds a sweep; "" sweeps everything that is stored."""
    sweep_reach: timedelta | None = None
    """How far back from the run's upper bound `keys` reads by `sweep_column`."""


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of vendor."""

    kind: str
    title: str
    streams: tuple[Stream, ...]
    access: Callable[[Connection, Options, Mapping[str, str]], Access]
    """Says how a connection is reached, given its options and its secrets' values by name."""
    options: type[Options] = Options
    secrets: tuple[str, ...] = ()
    """The names of the secrets that a connection must refer to."""
    round: timedelta = timedelta(minutes=15)
    """The time between two pulls, by which staleness is judged."""
    check: Check | None = None
    """Names each scope, field and entity set that is missing, before the first pull."""
    form: Form | None = None
    """What is sent to connections of this kind, which has no timer then and is never pulled."""

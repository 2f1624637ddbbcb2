"""What callers may ask of exceptions, and the changes that they may send."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints

from functions.queries import Instant, Query
from shared.domain.deferred import Deferred
from shared.domain.exceptions import State
from shared.domain.severity import Severity

MOST_AT_ONCE = 1_000
LONGEST_ID = 100


AnyId = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_ID)]
"""Longer ones are nobody's, and no key of a table."""


class ExceptionsQuery(Query):
    """Which exceptions, and where the page begins."""

    card: str | None = None
    state: State | None = None
    assignee: str | None = Field(default=None, max_length=200)
    entity: str | None = None
    severity: Severity | None = None
    page_size: int = Field(default=100, ge=1, le=1_000)
    page_token: str | None = Field(default=None, max_length=500)


class Behind(Deferred):
    """Behind which exception a page begins: so pages fit together while exceptions come and go."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rank: int
    since: str
    id: str

    @property
    def place(self) -> tuple[int, str, str]:
        """Give the place in the list."""
        return self.rank, self.since, self.id


class Change(Deferred):
    """What a person does about an exception."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    action: Literal["acknowledge", "assign", "snooze", "ignore", "resolve", "reopen"]
    assignee: str = Field(default="", max_length=200)
    until: Instant | None = None
    reason: str = Field(default="", max_length=2_000)


class NewComment(Deferred):
    """What a person has to say about an exception."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    comment: str = Field(min_length=1, max_length=4_000)


class BulkChange(Deferred):
    """The same change of many exceptions."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ids: tuple[AnyId, ...] = Field(min_length=1, max_length=MOST_AT_ONCE)
    change: Change

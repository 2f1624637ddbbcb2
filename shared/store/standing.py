"""How the readings of a workspace stand: what the last evaluation found, and which version of each is stored.

The marks are packed, the versions stand beside them: a release that knows of none reads the marks, and takes
the versions away when it writes its own.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.store.columns import pack, unpack
from shared.store.tables import Entity

STANDING = "standing"
VERSIONS = "versions"
"""The property that names what is stored of each card."""

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Mark:
    """That a reading still stands: of which evaluation it is, and what the last one would have said anew."""

    evaluation: str
    published_at: str
    asked: Document
    """The instants of asking: `as_of`, `inputs` and their like, in place of the reading's own."""
    status: str = ""
    rows_digest: str = ""
    """With its status, what tells the reading from another of the same second; "" where that is not known."""

    def is_of(self, reading: Document) -> bool:
        """Say whether it is this reading that still stands."""
        if (self.evaluation, self.published_at) != (reading["evaluation"], reading.get("published_at", "")):
            return False
        told = reading["status"], reading.get("rows_digest") or ""
        return not self.status or (self.status, self.rows_digest) == told


@dataclass(frozen=True, slots=True)
class Standing:
    """The marks of a workspace's cards."""

    marks: Mapping[str, Mark] = field(default_factory=dict)
    etag: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    """By card, what tells the reading that is stored from any other; none where it may be about to change."""

    def shown(self, reading: Document) -> Document:
        """Give a reading as it stands now; as it was published where the mark is another's."""
        mark = self.marks.get(reading["card"])
        return reading | mark.asked if mark and mark.is_of(reading) else reading


def standing_of(entity: Entity) -> Standing:
    """Read how the readings stand."""
    marks = {card: Mark(**mark) for card, mark in unpack(entity).items()}
    return Standing(marks, entity["etag"], json.loads(entity.get(VERSIONS) or "{}"))


def columns_of(standing: Standing) -> Entity:
    """Give what is written of how the readings stand."""
    names = Mark.__dataclass_fields__
    marks = {card: {name: getattr(mark, name) for name in names} for card, mark in standing.marks.items()}
    contents = pack(marks)
    if contents is None:
        raise ValueError("what stands is larger than an entity")
    return {VERSIONS: json.dumps(dict(standing.versions)), **contents}

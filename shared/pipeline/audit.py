"""The log of what people changed besides exceptions: alerts, decisions, deliveries, settings and keys."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from shared.domain.windows import text
from shared.pipeline.services import Services
from shared.store.audit import AuditEntry

LONGEST = 2_000
"""Characters of what an entry says of the parts that were changed."""
_DEPTH = 3
_NAMES = ("name", "id")


@dataclass(frozen=True, slots=True)
class Note:
    """What was changed, and from what to what."""

    subject: str
    """`alert`, `decision`, `delivery`, `workspace`, `key`, `connection` or `hook`."""
    id: str
    action: str
    before: str = ""
    after: str = ""
    why: str = ""


async def note(services: Services, workspace: str, who: str, what: Note) -> None:
    """Add an entry to the log."""
    entry = AuditEntry(at=text(services.clock()), who=who, **asdict(what))
    await services.store.audit.add(workspace, entry)


def parts_changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """Name the parts in which two documents differ, `cards.x.threshold`: never what stands in them."""
    named = ", ".join(dict.fromkeys(_differing(before, after, ())))
    return named if len(named) <= LONGEST else f"{named[:LONGEST]}…"


def _differing(before: Any, after: Any, path: tuple[str, ...]) -> Iterator[str]:
    if before == after:
        return
    old, new = _parts(before), _parts(after)
    if len(path) == _DEPTH or not (old or new):
        yield ".".join(path)
        return
    for name in (*new, *(each for each in old if each not in new)):
        yield from _differing(old.get(name), new.get(name), (*path, name))


def _parts(value: Any) -> dict[str, Any]:
    """Give the parts of a value by name: the fields of a mapping, or a list of things that have names."""
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, list) and all(isinstance(each, Mapping) for each in value):
        return {
            str(next((each[name] for name in _NAMES if name in each), at)): each
            for at, each in enumerate(value)
        }
    return {}

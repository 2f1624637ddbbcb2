"""What would change in a document, part by part: lists of things that have names go by these."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

_NAMES = ("id", "name")


class Difference(NamedTuple):
    """One part that differs."""

    path: str
    before: str
    """As JSON; "" where there is none."""
    after: str


def differences(before: Any, after: Any) -> list[Difference]:
    """Give each part in which two documents differ."""
    return [*_differing(before, after, ())]


def _differing(before: Any, after: Any, path: tuple[str, ...]) -> Iterator[Difference]:
    if before == after:
        return
    old, new = _parts(before), _parts(after)
    if old is None or new is None:
        yield Difference(".".join(path), _shown(before), _shown(after))
        return
    for name in dict.fromkeys((*old, *new)):
        yield from _differing(old.get(name), new.get(name), (*path, name))


def _parts(value: Any) -> dict[str, Any] | None:
    if isinstance(value, dict):
        return value or None
    if isinstance(value, list) and value and all(isinstance(each, dict) for each in value):
        named = [next((str(each[name]) for name in _NAMES if name in each), "") for each in value]
        if all(named) and len(set(named)) == len(named):
            return dict(zip(named, value, strict=True))
    return None


def _shown(value: Any) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False)

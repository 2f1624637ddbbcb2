"""How a simulated Adobe Commerce keeps the fields that are asked for, as in `items[id,region[code]]`."""

import re
from typing import Any

_TOKEN = re.compile(r"[A-Za-z0-9_]+|[\[\],]")
Names = dict[str, "Names"]


def chosen(answer: Any, fields: str) -> Any:
    """Give an answer with the named fields alone; all of them where none are named."""
    return _kept(answer, _names(_TOKEN.findall(fields))) if fields else answer


def _names(tokens: list[str]) -> Names:
    """Read names up to the bracket that closes them, each with those below it."""
    names: Names = {}
    name = ""
    while tokens and (token := tokens.pop(0)) != "]":
        if token == "[":
            names[name] = _names(tokens)
        elif token != ",":
            name = token
            names[name] = {}
    return names


def _kept(value: Any, names: Names) -> Any:
    if isinstance(value, list):
        return [_kept(each, names) for each in value]
    if not isinstance(value, dict) or not names:
        return value
    kept = {name: _kept(each, names[name]) for name, each in value.items() if name in names}
    # PHP has one kind of array, and writes an empty one as a list.
    return kept or []

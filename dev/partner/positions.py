"""Where in a file of JSON a part stands, so that a fault can be told by its line."""

import json
import re
from itertools import count

_BLANKS = re.compile(r"[ \t\r\n]*")
_READ = json.JSONDecoder().raw_decode
Path = tuple[str, ...]


def lines(text: str) -> dict[Path, int]:
    """Give the line of each part of a JSON text by its path: `("connections", "0", "kind")`.

    The text must be good JSON. A part of an object begins where its name does.
    """
    starts: dict[Path, int] = {}
    _note(text, _blank(text, 0), (), starts)
    return {path: text.count("\n", 0, at) + 1 for path, at in starts.items()}


def line_of(found: dict[Path, int], path: str) -> int:
    """Give the line of a part, or of the nearest that holds it: what is missing stands nowhere."""
    parts = tuple(path.split("."))
    return next((found[parts[:end]] for end in range(len(parts), 0, -1) if parts[:end] in found), 1)


def _note(text: str, at: int, path: Path, starts: dict[Path, int]) -> int:
    """Note where a value and its parts begin; give where it ends."""
    starts.setdefault(path, at)
    if text[at] not in "[{":
        return int(_READ(text, at)[1])
    is_list = text[at] == "["
    at = _blank(text, at + 1)
    for number in count():
        if text[at] in "]}":
            break
        name = str(number)
        if not is_list:
            begins = at
            name, at = _READ(text, at)
            starts[*path, name] = begins
            at = _blank(text, _blank(text, at) + 1)  # behind the colon
        at = _blank(text, _note(text, at, (*path, name), starts))
        at = _blank(text, at + 1) if text[at] == "," else at
    return at + 1


def _blank(text: str, at: int) -> int:
    blank = _BLANKS.match(text, at)
    return blank.end() if blank else at

"""Spoils what is fine: JSON by one value or name, XML by one element, bytes by a cut or a change."""

import json
from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any
from xml.etree.ElementTree import Element, ParseError, tostring

from defusedxml.ElementTree import fromstring

from dev.fuzz.choices import Choices


def _deep(count: int) -> Any:
    found: Any = []
    for _ in range(count):
        found = [found]
    return found


ODD_TEXTS = (
    *("", " ", "0", "-1", "00", "1e400", "-1e-400", "NaN", "Infinity", "null", "true", "1,5", "1_000", "٣"),
    *(
        "9" * 30,
        "9" * 5_000,
        "0." + "1" * 400,
        "x" * 70_000,
        "é" * 600,
        "\U0001f642" * 300,
        "\ud83d",
        "\x00",
        "\x85",
    ),
    *("a/b\\c#d?e|f=g", "'; drop", "=1+1", "<b>&amp;", "\u202eabc", "a\nb\tc", "ß", "İ", "ﬀ", "\ufeff"),
    *(
        "0000-00-00",
        "2026-02-30",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59-14:00",
        "2026-13-01T00:00:00Z",
    ),
    *(
        "2026-11-01T09:00:00",
        "2026-11-01T24:00:00Z",
        "20261101T090000Z",
        "2026-W45-1",
        "Sun, 01 Nov 2026 09:00:00 -0000",
    ),
    *("12/31/2026", "-62135596801", "253402300800", "99999999999999999999", "2026-11-01T09:00:00.123456789Z"),
)
ODD: tuple[Any, ...] = (
    *(
        None,
        True,
        False,
        0,
        -1,
        2**31,
        2**63,
        -(2**63) - 1,
        10**40,
        0.1,
        -0.0,
        1e308,
        float("nan"),
        float("inf"),
    ),
    *([], {}, [[]], [None], [""], [{}], {"": ""}, {"id": None}, {"value": []}, _deep(40)),
)


def odd(choices: Choices) -> Any:
    """Give a value that stands where another is expected."""
    if choices.chance(4):
        return choices.text()
    return deepcopy(choices.pick(ODD)) if choices.chance(3) else choices.pick(ODD_TEXTS)


def spoiled_json(choices: Choices, document: Any) -> Any:
    """Give a document with one to three of its parts replaced, dropped, doubled, renamed or retyped."""
    found = deepcopy(document)
    for _ in range(1 + choices.below(3)):
        every = places(found)
        if not every:
            return odd(choices)
        holder, name = choices.pick(every)
        choices.pick(_WAYS)(choices, holder, name)
    return found


def places(value: Any) -> list[tuple[Any, Any]]:
    """Give each place of a document: the object or list that holds it, and its name or number there."""
    found: list[tuple[Any, Any]] = []
    left = [value]
    while left:
        each = left.pop(0)
        if isinstance(each, dict):
            found += [(each, name) for name in each]
            left += each.values()
        elif isinstance(each, list):
            found += [(each, at) for at in range(len(each))]
            left += each
    return found


def _replace(choices: Choices, holder: Any, name: Any) -> None:
    holder[name] = odd(choices)


def _drop(_: Choices, holder: Any, name: Any) -> None:
    del holder[name]


def _double(choices: Choices, holder: Any, name: Any) -> None:
    if isinstance(holder, list):
        holder.insert(choices.below(len(holder) + 1), deepcopy(holder[name]))
    else:
        holder[choices.pick((f"{name} ", name.upper(), f"{name}s"))] = deepcopy(holder[name])


def _retype(_: Choices, holder: Any, name: Any) -> None:
    value = holder[name]
    if isinstance(value, str):
        holder[name] = [value]
    elif isinstance(value, list):
        holder[name] = {str(at): each for at, each in enumerate(value)}
    elif isinstance(value, dict):
        holder[name] = [*value.values()]
    else:
        holder[name] = str(value)


def _stretch(choices: Choices, holder: Any, name: Any) -> None:
    value = holder[name]
    if isinstance(value, str):
        holder[name] = value + choices.pick(ODD_TEXTS)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        holder[name] = choices.pick((-value, value * 10**9, value + 10**25, value / 3))
    else:
        holder[name] = odd(choices)


_Way = Callable[[Choices, Any, Any], None]
_WAYS: tuple[_Way, ...] = (_replace, _replace, _replace, _drop, _double, _retype, _stretch)


def written(document: Any) -> bytes:
    """Write a document as vendors do; half a character is written as it may stand in JSON."""
    return json.dumps(document).encode()


def spoiled_bytes(choices: Choices, body: bytes) -> bytes:
    """Give bytes that are cut, changed, framed by others, or others."""
    at = choices.below(len(body) + 1)
    ways: tuple[Callable[[], bytes], ...] = (
        lambda: body[:at],
        lambda: body[:at] + choices.take(4) + body[at:],
        lambda: body[:at] + bytes([choices.below(256)]) + body[at + 1 :],
        lambda: b"\xef\xbb\xbf" + body,
        lambda: body.decode("utf-8", "replace").encode("utf-16"),
        lambda: choices.pick((b"[", b'{"a":')) * 100_000,
        choices.rest,
    )
    return choices.pick(ways)()


def spoiled_xml(choices: Choices, body: bytes) -> bytes:
    """Give XML with one to three of its elements or attributes spoiled; bytes where it is none."""
    try:
        root: Element = fromstring(body)
    except ParseError:
        return spoiled_bytes(choices, body)
    for _ in range(1 + choices.below(3)):
        every = [*root.iter()]
        element = choices.pick(every)
        match choices.below(5):
            case 0:
                element.text = _xml_text(choices)
            case 1 if element.attrib:
                element.set(choices.pick(sorted(element.attrib)), _xml_text(choices))
            case 2 if len(element):
                element.remove(element[choices.below(len(element))])
            case 3 if len(element):
                element.append(deepcopy(element[choices.below(len(element))]))
            case _:
                element.tag = choices.pick(sorted({each.tag for each in every}))
    return tostring(root)


def _xml_text(choices: Choices) -> str:
    text = str(choices.pick(ODD_TEXTS)) if choices.chance(2) else choices.text()
    return "".join(
        each for each in text if each in "\t\n" or (each >= " " and not "\ud800" <= each <= "\udfff")
    )


HEADERS: Mapping[str, tuple[str, ...]] = {
    "content-type": ("text/html", "", "application/json; charset=utf-7", "\xff"),
    "retry-after": (
        "0",
        "1e9",
        "9" * 400,
        "-1",
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "soon",
        "86400.5",
        "31 Feb",
    ),
    "x-ms-ratelimit-burst-remaining-xrm-requests": ("0", "-1", "\xb2", "1e400", "9" * 400),
    "x-rate-limit-requests-left": ("0", "-5", "\xb2", "9" * 400),
    "x-rate-limit-time-reset-ms": ("9" * 30, "-1"),
    "location": ("https://elsewhere.example", "//", "\xff"),
}
"""Headers of answers, and what may stand in them."""
STATUSES = (200, 200, 201, 204, 206, 301, 400, 401, 403, 404, 409, 413, 418, 429, 500, 503, 599)

"""What is taken of a request before anyone asks what it means: its size, its shape and its encoding."""

import re
import zlib
from collections import Counter
from collections.abc import Collection
from urllib.parse import parse_qsl, urlsplit

import azure.functions as func

from functions import problems
from shared.workspaces import Fault

LONGEST_ADDRESS = 8_192
MOST_PARAMETERS = 50
LONGEST_HEADERS = 32_768
"""Characters of all headers: a token with many groups takes a third of it."""
JSON = frozenset({"application/json"})

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_BLANKS = re.compile(r"[\t\n\r]")
_UTF_8 = frozenset({"", "utf-8", "utf8"})
_GZIP = zlib.MAX_WBITS | 16


def check(request: func.HttpRequest) -> None:
    """Refuse a request whose address or headers are too long, or cannot be read in one way only.

    Raises Problem. A parameter that is given twice is refused: who reads the first would act on another
    request than who reads the last.
    """
    if len(request.url) > LONGEST_ADDRESS:
        raise problems.too_long_address(LONGEST_ADDRESS)
    if sum(len(name) + len(value) for name, value in request.headers.items()) > LONGEST_HEADERS:
        raise problems.too_long_headers(LONGEST_HEADERS)
    try:
        given = parse_qsl(
            urlsplit(request.url).query,
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MOST_PARAMETERS,
        )
    except UnicodeDecodeError:
        raise problems.bad_query([Fault("query", "not UTF-8")]) from None
    except ValueError:
        raise problems.bad_query([Fault("query", f"more than {MOST_PARAMETERS} parameters")]) from None
    wrong = [
        Fault(_shown(name), "holds a control character")
        for name, value in given
        if _CONTROL.search(name) or _CONTROL.search(_BLANKS.sub("", value))
    ]
    counts = Counter(name for name, _ in given)
    wrong += [Fault(_shown(name), "given more than once") for name, count in counts.items() if count > 1]
    if wrong:
        raise problems.bad_query(wrong)


def body_of(request: func.HttpRequest, most: int, kinds: Collection[str] = JSON) -> bytes:
    """Give a request's body, unpacked; raises Problem for one that is too large or of another kind.

    A body that is sent in gzip is unpacked up to the most that is taken, and no byte further.
    """
    body = request.get_body()
    if len(body) > most:
        raise problems.too_large(f"A body has at most {most} bytes.")
    if not body:
        return body
    _check_kind(request, kinds)
    encoding = request.headers.get("content-encoding", "").strip().lower()
    if encoding in {"", "identity"}:
        return body
    if encoding != "gzip":
        raise problems.unsupported("A body is sent as it is, or in gzip.", {"Accept-Encoding": "gzip"})
    return _unpacked(body, most)


def _check_kind(request: func.HttpRequest, kinds: Collection[str]) -> None:
    kind, _, parameters = request.headers.get("content-type", "").lower().partition(";")
    charset = dict(each.strip().partition("=")[::2] for each in parameters.split(";")).get("charset", "")
    if kind.strip() not in kinds:
        raise problems.unsupported(f"Say in Content-Type what it is: {', '.join(sorted(kinds))}.")
    if charset.strip('"') not in _UTF_8:
        raise problems.unsupported("A body is in UTF-8.")


def _unpacked(body: bytes, most: int) -> bytes:
    unpacker = zlib.decompressobj(_GZIP)
    try:
        plain = unpacker.decompress(body, most + 1)
    except zlib.error:
        raise problems.bad_body("It is not gzip.") from None
    if len(plain) > most:
        raise problems.too_large(f"A body has at most {most} bytes when it is unpacked.")
    if not unpacker.eof or unpacker.unused_data:
        raise problems.bad_body("Its gzip is cut short, or more comes after it.")
    return plain


def _shown(name: str) -> str:
    """Give a parameter's name as a message may repeat it."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", name)[:100]

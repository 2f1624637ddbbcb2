"""Requests that nobody in good faith sends: each is refused as a problem, and none as our failure."""

import base64
import gzip
import json
import zlib
from contextlib import suppress
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions import answers, bodies, page_tokens, requests
from functions.exception_requests import Change
from functions.page_tokens import Place
from functions.problems import Problem
from shared.store.store import Store
from tests.functions.app import GAP, OPERATOR_KEY, Answer, add_workspace, call, order, publish
from tests.functions.conftest import KeyFor

JSON = {"Content-Type": "application/json"}
KEYS = "/workspaces/acme/keys"
BODIES: list[tuple[str, bytes, int]] = [
    ("oversized", b'{"name":"' + b"a" * 1_048_576 + b'"}', 413),
    ("deep lists", b"[" * 100_000 + b"]" * 100_000, 400),
    ("deep objects", b'{"a":' * 33 + b"1" + b"}" * 33, 400),
    ("never closed", b"[" * 500_000, 400),
    ("a number of a million digits", b'{"name":' + b"9" * 1_000_000 + b"}", 400),
    ("a fraction of a million digits", b'{"name":1.' + b"9" * 1_000_000 + b"}", 400),
    ("a number past all floats", b'{"name":1e999}', 422),
    ("the same name twice", b'{"name":"a","name":"b","roles":["owner"]}', 400),
    ("the same name twice, escaped", b'{"name":"a","n\\u0061me":"b","roles":["owner"]}', 400),
    ("the same name twice, deep", b'{"name":"a","roles":[{"a":1,"a":2}]}', 400),
    ("no number", b'{"name":NaN}', 400),
    ("no end of a number", b'{"name":-Infinity}', 400),
    ("no UTF-8", b'{"name":"\xff\xfe"}', 400),
    ("overlong UTF-8", b'{"name":"\xc0\xaf"}', 400),
    ("half a character", b'{"name":"\\ud800","roles":["owner"]}', 400),
    ("UTF-16", '{"name":"a"}'.encode("utf-16"), 400),
    ("a byte order mark", b'\xef\xbb\xbf{"name":"a"}', 400),
    ("a NUL", b'{"name":"a"}\x00', 400),
    ("two documents", b"{}{}", 400),
    ("cut short", b'{"name":"a","ro', 400),
    ("no object", b"null", 422),
]


def _is_plain(answer: Answer) -> bool:
    """Say whether an answer is a problem that tells nothing but what is wrong."""
    return answer.type == "application/problem+json" and answer.json["status"] == answer.status


@pytest.mark.parametrize(("what", "body", "status"), BODIES, ids=[each[0] for each in BODIES])
async def test_odd_json_is_refused(store: Store, what: str, body: bytes, status: int) -> None:
    """Whatever a body is, it is read in one way or refused; nothing is made of it."""
    await add_workspace(store)
    answer = await call("POST", KEYS, OPERATOR_KEY, body, JSON)
    assert (what, status) == (what, answer.status)
    assert _is_plain(answer)
    assert [] == await store.api_keys.of("acme")


@given(st.binary(max_size=200) | st.text(max_size=60).map(str.encode))
def test_no_body_breaks_the_reader(body: bytes) -> None:
    """Any bytes are a document or a problem, and never another error."""
    with suppress(Problem):
        bodies.read(body, Change)


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("", 415),
        ("text/plain", 415),
        ("text/csv", 415),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data; boundary=x", 415),
        ("application/json, text/plain", 415),
        ("application/json; charset=utf-7", 415),
        ("application/json; charset=utf-16", 415),
        ("application/json", 201),
        ("Application/JSON; charset=UTF-8", 201),
        ('application/json;charset="utf-8"', 201),
    ],
)
async def test_a_body_says_what_it_is(store: Store, kind: str, status: int) -> None:
    """A form of another site, which browsers send unasked, is no JSON; nor is another character set."""
    await add_workspace(store)
    body = b'{"name":"a","roles":["owner"]}'
    answer = await call("POST", KEYS, OPERATOR_KEY, body, {"Content-Type": kind})
    assert status == answer.status


def _bomb(size: int) -> bytes:
    return gzip.compress(b"[" + b" " * size + b"]", mtime=0)


PACKED: list[tuple[str, bytes, str, int]] = [
    ("plain gzip", gzip.compress(b'{"name":"a","roles":["owner"]}'), "gzip", 201),
    ("a bomb", _bomb(200_000_000), "gzip", 413),
    ("a bomb in a bomb", gzip.compress(_bomb(1_100_000) * 2), "gzip", 400),
    ("cut short", gzip.compress(b'{"name":"a"}' * 9)[:-9], "gzip", 400),
    ("one after the other", gzip.compress(b"{") + gzip.compress(b"}"), "gzip", 400),
    ("no gzip", b'{"name":"a"}', "gzip", 400),
    ("zlib", zlib.compress(b'{"name":"a"}'), "gzip", 400),
    ("deflate", zlib.compress(b"{}"), "deflate", 415),
    ("brotli", b"{}", "br", 415),
    ("twice", gzip.compress(gzip.compress(b"{}")), "gzip, gzip", 415),
]


@pytest.mark.parametrize(("what", "body", "encoding", "status"), PACKED, ids=[each[0] for each in PACKED])
async def test_bombs_do_not_go_off(store: Store, what: str, body: bytes, encoding: str, status: int) -> None:
    """A packed body is unpacked up to what is taken and no further; what is not plain gzip is refused."""
    await add_workspace(store)
    answer = await call("POST", KEYS, OPERATOR_KEY, body, JSON | {"Content-Encoding": encoding})
    assert (what, status) == (what, answer.status)
    if status == 415:
        assert "gzip" == answer.headers["Accept-Encoding"]


async def test_archives_are_no_files_of_records(store: Store) -> None:
    """A zip, by its own type or under another, is taken by no upload."""
    log = {"name": "log", "kind": "connector_log"}
    await add_workspace(store, connections=[log])
    target = "/workspaces/acme/sources/log/records"
    for kind in (
        "application/zip",
        "application/gzip",
        "application/x-zip-compressed",
        "multipart/form-data",
    ):
        assert 415 == (await call("POST", target, OPERATOR_KEY, b"PK\x03\x04", {"Content-Type": kind})).status


NAMES = [
    "..%2f..%2fother", "%2e%2e", "..%5c..%5cother", "%00", "acme%00", "acme%0d%0aSet-Cookie:%20a=b",
    "acme%2f", "%c0%ae%c0%ae", "%e2%80%ae", "%ef%bc%8e%ef%bc%8e", "%ff", "ACME", "acm%C3%A9", "acme%20",
    "acme;a=b", "acme'%20or%20'1'%20eq%20'1", "acme|gap", "%7b%7b7*7%7d%7d", "$(id)", "a" * 2_000,
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
async def test_no_path_leads_out_of_a_workspace(store: Store, key_for: KeyFor, name: str) -> None:
    """What stands in a path is a name that is there or one that is not, for the operator too."""
    await add_workspace(store)
    await publish(store, [order("one")])
    key = await key_for("owner", "admin")
    for caller in (OPERATOR_KEY, key):
        for method, target in (
            ("GET", f"/workspaces/{name}"),
            ("GET", f"/workspaces/{name}/keys"),
            ("GET", f"/workspaces/acme/cards/{name}"),
            ("GET", f"/workspaces/acme/alerts/{name}"),
            ("GET", f"/workspaces/acme/exceptions/{name}"),
            ("DELETE", f"/workspaces/acme/keys/{name}"),
            ("POST", f"/workspaces/acme/sources/{name}/pull"),
        ):
            answer = await call(method, target, caller)
            assert (target, 404) == (target, answer.status)


QUERIES = [
    ("q=a&q=b", 400),
    ("page_size=1&page_size=1000", 400),
    ("q=a%00b", 400),
    ("q=a%1bb", 400),
    ("q=%ff", 400),
    ("q=%ed%a0%80", 400),
    ("q=a%0d%0ab", 200),
    ("page_size=99999999999999999999999999", 400),
    ("page_size=" + "9" * 5_000, 400),
    ("page_size=1e3", 400),
    ("page_size=-1", 400),
    ("min_age_days=" + "9" * 30, 200),
    ("&".join(f"a{number}=1" for number in range(60)), 400),
    ("q=" + "a" * 9_000, 414),
    ("q=%27%20or%201%20eq%201", 200),
    ("entity=%27%20or%20RowKey%20ne%20%27", 400),
    ("sort=__class__", 400),
    ("a%0d%0ab=1", 400),
]


@pytest.mark.parametrize(("query", "status"), QUERIES, ids=[each[0][:30] for each in QUERIES])
async def test_odd_queries_are_refused(store: Store, query: str, status: int) -> None:
    """A parameter has one value that can be read; what looks like a filter's syntax is text."""
    await add_workspace(store)
    await publish(store, [order("one")])
    answer = await call("GET", f"/workspaces/acme/cards/{GAP}/rows?{query}", OPERATOR_KEY)
    assert status == answer.status
    assert status == 200 or _is_plain(answer)


UNWRITABLE = ("9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+12:00")
"""Instants that a calendar of one's own has, and that of UTC has not."""


@pytest.mark.parametrize("moment", UNWRITABLE)
async def test_an_instant_past_all_calendars_is_refused(store: Store, moment: str) -> None:
    """Whoever takes an instant names it as wrong, where it is none that records can have."""
    await add_workspace(store)
    for name in ("since", "until"):
        asked = await call("GET", f"/workspaces/acme/audit?{name}={quote(moment)}", OPERATOR_KEY)
        assert (400, [name]) == (asked.status, [each["path"] for each in asked.json["errors"]])
    snooze = {"action": "snooze", "until": moment}
    for method, target, body in (
        ("POST", KEYS, {"name": "a", "roles": ["owner"], "expires_at": moment}),
        ("PATCH", "/workspaces/acme/exceptions/x", snooze),
        ("PATCH", "/workspaces/acme/alerts/x", snooze),
        ("POST", "/workspaces/acme/exceptions/bulk", {"ids": ["x"], "change": snooze}),
    ):
        refused = await call(method, target, OPERATOR_KEY, body)
        assert (target, 422) == (target, refused.status)


async def test_headers_have_an_end(store: Store) -> None:
    """More headers than a caller can need are refused before the key is looked at."""
    await add_workspace(store)
    answer = await call("GET", "/workspaces/acme", OPERATOR_KEY, headers={"x-any": "a" * 40_000})
    assert 431 == answer.status


@pytest.mark.parametrize(
    "given", ["a\r\nSet-Cookie: a=b", "a\nb", "a\x00", "é", "a" * 101, "a b", "<script>"]
)
async def test_a_request_id_carries_no_other_header(store: Store, given: str) -> None:
    """A request id of another shape than ours is replaced, and never repeated."""
    await add_workspace(store)
    answer = await call("GET", "/workspaces/acme", OPERATOR_KEY, headers={"x-request-id": given})
    assert 32 == len(answer.headers["x-request-id"])
    assert not any("Set-Cookie" in name or "Set-Cookie" in value for name, value in answer.headers.items())


def _forged(**changes: Any) -> str:
    place = {"evaluation": "20260412T010000Z", "evaluated_at": "x", "offset": 1, "question": "q"} | changes
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


TOKENS = [
    "", "=", "a", "%00", "e30", "bnVsbA", "W10", "é", "a" * 5_000, "../../other", "\U0001f600",
    _forged(), _forged(offset=-1), _forged(offset=10**30), _forged(offset="1"), _forged(offset=1.5),
    _forged(evaluation="../other"), _forged(evaluation="a|b"), _forged(evaluation="x" * 65),
    _forged(more=1), _forged(question=None),
]  # fmt: skip


@pytest.mark.parametrize("token", TOKENS)
@pytest.mark.parametrize("target", [f"cards/{GAP}/rows", "exceptions", "audit"])
async def test_forged_page_tokens_open_nothing(store: Store, target: str, token: str) -> None:
    """A token that no page gave is a wrong parameter, whatever stands in it."""
    await add_workspace(store)
    await publish(store, [order("one"), order("two")])
    answer = await call("GET", f"/workspaces/acme/{target}?page_token={quote(token)}", OPERATOR_KEY)
    assert answer.status in ({200, 400} if token == "" else {400, 410})


def test_a_real_token_moved_to_another_question_is_refused() -> None:
    """Pages belong to their filters, also where someone writes another offset into the token."""
    place = Place(evaluation="e", evaluated_at="x", offset=7, question='"a"')
    assert place == page_tokens.read(page_tokens.written(place), '"a"')
    with pytest.raises(Problem):
        page_tokens.read(page_tokens.written(place), '"b"')


def test_limits_are_what_the_documents_say() -> None:
    """The figures in docs/http.md."""
    figures = (requests.LONGEST_ADDRESS, requests.LONGEST_HEADERS, requests.MOST_PARAMETERS)
    assert (8_192, 32_768, 50) == figures
    assert (32, 32, 1_400) == (bodies.DEEPEST, bodies.LONGEST_NUMBER, answers.WORTH_PACKING)

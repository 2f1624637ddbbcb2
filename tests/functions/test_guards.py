"""What every answer carries: guards for browsers, no header that begins another, and gzip for who asks."""

import gzip

import azure.functions as func
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions import answers
from shared.store.store import Store
from tests.functions.app import GAP, OPERATOR_KEY, add_workspace, call, order, publish, rows_address

_TEXT = st.text(st.characters(exclude_characters="\r\n"), min_size=1)


@given(st.dictionaries(_TEXT, _TEXT, max_size=4))
def test_no_header_begins_another(headers: dict[str, str]) -> None:
    """What leaves in a header is visible ASCII on one line; a line break is refused by its very type."""
    with pytest.raises(ValueError, match="newline"):
        func.HttpResponse(b"", headers={"Location": "/a\r\nSet-Cookie: a=b"})
    request = func.HttpRequest("GET", "https://tieout.example/x", body=b"")
    answer = answers.finished(request, func.HttpResponse(b"", headers=headers))
    for name, value in answer.headers.items():
        assert all(" " <= mark <= "~" for mark in name + value)


async def test_every_answer_is_guarded(store: Store) -> None:
    """Problems, lists, files and /health: all say that they are nobody's page, and private."""
    await add_workspace(store)
    await publish(store, [order("one")])
    found = [
        await call("GET", "/workspaces/acme", OPERATOR_KEY),
        await call("GET", "/workspaces/acme"),
        await call("GET", "/workspaces/nowhere", OPERATOR_KEY),
        await call("GET", rows_address(), OPERATOR_KEY),
        await call("GET", f"/workspaces/acme/cards/{GAP}/rows.csv", OPERATOR_KEY),
        await call("GET", "/health"),
    ]
    for answer in found:
        headers = {name.lower(): value for name, value in answer.headers.items()}
        assert "nosniff" == headers["x-content-type-options"]
        assert "no-referrer" == headers["referrer-policy"]
        assert "DENY" == headers["x-frame-options"]
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "same-origin" == headers["cross-origin-resource-policy"]
        assert "max-age=" in headers["strict-transport-security"]
        assert headers["cache-control"] in {"no-store", "private, no-cache"}
        assert {"accept-encoding", "authorization", "x-api-key"} <= set(headers["vary"].lower().split(", "))
        assert not any(name.startswith("access-control-") for name in headers)
        assert len(headers) == len([*answer.headers.items()])


def test_a_page_runs_no_script_of_its_own_text() -> None:
    """The policy for pages loads what this app serves, and allows neither inline nor foreign script."""
    policy = answers.page_headers()["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert not {"unsafe-inline", "unsafe-eval", "nonce", "*", "http"} & set(policy.replace("'", " ").split())
    request = func.HttpRequest("GET", "http://127.0.0.1/x", body=b"")
    page = answers.finished(request, func.HttpResponse("<p>", headers=answers.page_headers()))
    assert policy == page.headers["Content-Security-Policy"]
    assert "Strict-Transport-Security" not in page.headers


ACCEPTED = [
    ("gzip", True),
    ("GZIP", True),
    ("br, gzip;q=0.5", True),
    ("*", True),
    ("", False),
    ("br", False),
    ("identity", False),
    ("gzip;q=0", False),
    ("gzip; q=0.000, *", False),
    ("*;q=0", False),
]


@pytest.mark.parametrize(("accepted", "is_packed"), ACCEPTED)
async def test_large_answers_are_packed_for_who_asks(
    store: Store,
    accepted: str,
    is_packed: bool,  # noqa: FBT001 - a table's column
) -> None:
    """Packed or not, it is the same answer; its tag says which, and each tag gives 304."""
    await add_workspace(store)
    await publish(store, [order(f"order {number}") for number in range(20)])
    plain = await call("GET", rows_address(), OPERATOR_KEY)
    answer = await call("GET", rows_address(), OPERATOR_KEY, headers={"Accept-Encoding": accepted})
    assert is_packed == (answer.headers.get("Content-Encoding") == "gzip")
    assert plain.body == (gzip.decompress(answer.body) if is_packed else answer.body)
    tag = answer.headers["ETag"]
    assert is_packed == tag.startswith("W/")
    assert is_packed == (tag != plain.headers["ETag"])
    again = await call("GET", rows_address(), OPERATOR_KEY, headers={"If-None-Match": tag})
    assert 304 == again.status
    assert b"" == again.body

"""Changes that another site has a browser ask for."""

import json
from itertools import product

import azure.functions as func
import pytest

from functions import forgeries
from functions.forgeries import FORM
from functions.problems import Problem
from shared.access.sessions import form_token
from shared.store.store import Store
from tests.access.tenant import principal
from tests.dashboard.conftest import Enter, KeyFor
from tests.dashboard.visitor import Browser
from tests.functions.app import add_workspace
from tests.functions.kinds import ACCESS, SETTINGS, _said

TOKEN, OTHER = "t" * 43, "o" * 43
OURS = form_token(TOKEN)

SITES = {
    "": True,  # then the origin decides
    "same-origin": True,
    "same-site": False,
    "cross-site": False,
    "none": False,
}
ORIGINS = {
    "": False,
    "null": False,
    "https://tieout.example": True,
    "https://tieout.example.evil.example": False,
    "https://evil.example": False,
    "https://tieout.example:8443": False,
}
GIVEN = {"": False, OURS: True, form_token(OTHER): False, TOKEN: False, OURS[:-1]: False, "ü": False}
COOKIES = {f"__Host-tieout={TOKEN}": True, "": False, f"tieout={TOKEN}": False, "__Host-tieout=x": False}


def _is_taken(headers: dict[str, str], method: str = "POST", body: bytes = b"") -> bool:
    request = func.HttpRequest(
        method,
        "https://tieout.example/dashboard/x",
        headers={name: value for name, value in headers.items() if value},
        body=body,
    )
    try:
        forgeries.refuse(request)
    except Problem:
        return False
    return True


@pytest.mark.parametrize("is_form", [False, True])
def test_a_change_needs_both_signs(*, is_form: bool) -> None:
    """By every combination: a page of this host asks, with the token of this session, or it is refused."""
    for site, origin, given, cookie in product(SITES, ORIGINS, GIVEN, COOKIES):
        headers = {"sec-fetch-site": site, "origin": origin, "cookie": cookie}
        body = b""
        if is_form:
            headers["content-type"] = f"{FORM}; charset=utf-8"
            body = f"a=1&csrf_token={given}".encode()
        else:
            headers["x-csrf-token"] = given
        is_from_here = SITES[site] if site else ORIGINS[origin]
        expected = is_from_here and GIVEN[given] and COOKIES[cookie]
        assert expected == _is_taken(headers, body=body), (site, origin, given, cookie)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_reading_needs_neither(method: str) -> None:
    """A link from anywhere may lead to a page: reading changes nothing."""
    assert _is_taken({"sec-fetch-site": "cross-site"}, method)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_every_change_is_one(method: str) -> None:
    """No verb that changes something goes without."""
    assert not _is_taken({"sec-fetch-site": "same-origin", "cookie": f"__Host-tieout={TOKEN}"}, method)


ADDRESS = "/api/v1/workspaces/acme/evaluate"


async def test_the_interface_refuses_forgeries_by_cookie(store: Store, enter: Enter) -> None:
    """`/api/v1` takes the cookie for reading, and for a change only with both signs."""
    await add_workspace(store)
    browser = await enter("finance")
    page = await browser.get("/dashboard/acme")
    assert 200 == (await browser.get("/api/v1/workspaces/acme/cards", accept="application/json")).status
    for headers, status in (
        ({}, 403),
        ({"x-csrf-token": page.csrf_token}, 403),
        ({"sec-fetch-site": "same-origin"}, 403),
        ({"sec-fetch-site": "cross-site", "x-csrf-token": page.csrf_token}, 403),
        ({"sec-fetch-site": "same-origin", "x-csrf-token": page.csrf_token}, 202),
    ):
        assert status == (await browser.send("POST", ADDRESS, headers=headers)).status


async def test_a_key_needs_neither(store: Store, key_for: KeyFor) -> None:
    """A program that sends a key is no browser that somebody else made ask, whatever cookie comes along."""
    await add_workspace(store)
    headers = {"x-api-key": await key_for("finance"), "sec-fetch-site": "cross-site", "cookie": "tieout=x"}
    assert 202 == (await Browser().send("POST", ADDRESS, headers=headers)).status


async def test_whom_the_platform_signed_in_needs_both(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The platform's sign-in comes with every request that a browser sends, so it proves no intent."""
    await add_workspace(store)

    settings = {**SETTINGS, "TIEOUT_ENTRA_ACCESS": json.dumps(ACCESS)}
    settings |= {"WEBSITE_AUTH_ENABLED": "true", "TIEOUT_PLATFORM_SIGN_IN": "true"}
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    browser = Browser(headers={"x-ms-client-principal": principal(_said("Acme.finance"))})
    page = await browser.get("/dashboard/acme")
    assert 200 == page.status
    assert "/.auth/logout" in page.text
    assert 403 == (await browser.send("POST", ADDRESS)).status
    signs = {"sec-fetch-site": "same-origin", "x-csrf-token": page.csrf_token}
    assert 202 == (await browser.send("POST", ADDRESS, headers=signs)).status
    monkeypatch.delenv("TIEOUT_ENTRA_AUDIENCE")  # the platform alone looks at tokens
    by_token = {"authorization": "Bearer of the platform's own checking"}
    assert 202 == (await browser.send("POST", ADDRESS, headers=by_token)).status

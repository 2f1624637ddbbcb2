"""Signing in and out, and what a browser without a session gets."""

from datetime import timedelta
from urllib.parse import quote

import pytest

from shared.store.store import Store
from tests.dashboard.conftest import Clock, Enter, KeyFor
from tests.dashboard.visitor import Browser
from tests.functions.app import OPERATOR_KEY, add_workspace

OVERVIEW = "/dashboard/acme"


async def test_a_key_signs_in_and_leads_on(store: Store, key_for: KeyFor) -> None:
    """Who asked for a page comes to the sign-in, and from there back to just that page."""
    await add_workspace(store)
    browser, wanted = Browser(), f"{OVERVIEW}?role=finance&entity=uk"
    sent = await browser.get(wanted)
    assert (303, f"/dashboard/sign-in?next={quote(wanted, safe='')}") == (sent.status, sent.place)
    form = await browser.get(sent.place)
    assert 200 == form.status
    assert wanted.replace("&", "&amp;") in form.text
    entered = await browser.sign_in(await key_for("finance"), wanted)
    assert (303, wanted) == (entered.status, entered.place)
    assert 200 == (await browser.get(wanted)).status


COOKIES = {
    "https://tieout.example": "__Host-tieout={}; Path=/; HttpOnly; SameSite=Strict; Secure",
    "http://127.0.0.1:7071": "tieout={}; Path=/; HttpOnly; SameSite=Strict",
}


@pytest.mark.parametrize("host", COOKIES)
async def test_the_cookie_is_out_of_reach(store: Store, host: str) -> None:
    """No script reads it, no other site has it sent, and over HTTPS nothing else than this host set it."""
    await add_workspace(store)
    browser = Browser(host)
    header = (await browser.sign_in(OPERATOR_KEY)).headers["Set-Cookie"]
    assert COOKIES[host].format(next(iter(browser.cookies.values()))) == header
    assert "no-store" == (await browser.sign_in(OPERATOR_KEY)).headers["Cache-Control"]
    assert 200 == (await browser.get(OVERVIEW)).status


async def test_each_sign_in_is_a_session_of_its_own(store: Store) -> None:
    """A token that somebody planted before is worth nothing after, and the old session is over."""
    await add_workspace(store)
    browser = Browser()
    await browser.sign_in(OPERATOR_KEY)
    first = dict(browser.cookies)
    await browser.sign_in(OPERATOR_KEY)
    assert first != browser.cookies
    assert 303 == (await Browser(cookies=first).get(OVERVIEW)).status


async def test_a_key_that_opens_nothing_is_told_alike(store: Store, key_for: KeyFor, clock: Clock) -> None:
    """Mistyped, unknown, revoked, expired: 401, the form again, the same words, and no cookie."""
    revoked, expired = await key_for("owner"), await key_for("owner", lives=timedelta(minutes=1))
    await store.api_keys.delete("acme", revoked.partition(".")[0])
    clock.forward(timedelta(minutes=1))
    seen = []
    for key in ("", "nonsense", "ключ", revoked, expired, OPERATOR_KEY + "x"):
        browser = Browser()
        answer = await browser.sign_in(key, OVERVIEW)
        assert (401, {}) == (answer.status, browser.cookies)
        assert 'name="key"' in answer.text
        assert not key or key not in answer.text
        seen.append(answer.words)
    assert 1 == len(set(seen))


@pytest.mark.usefixtures("store")
async def test_guessing_keys_is_held_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """An address that fails too often is told when to come back."""
    monkeypatch.setenv("TIEOUT_REFUSALS_PER_MINUTE", "3")
    browser = Browser(headers={"x-forwarded-for": "203.0.113.7"})
    assert [401, 401, 401, 429] == [(await browser.sign_in(f"guess {at}")).status for at in range(4)]
    held = await browser.sign_in("guess")
    assert int(held.headers["Retry-After"]) > 0
    assert "Too many attempts" in held.words
    other = Browser(headers={"x-forwarded-for": "203.0.113.8"})
    assert 401 == (await other.sign_in("guess")).status


@pytest.mark.usefixtures("store")
async def test_another_site_cannot_sign_somebody_in() -> None:
    """Nobody works in a session that somebody else began in their browser."""
    for site in ("cross-site", "same-site", "none"):
        fields = {"key": OPERATOR_KEY, "next": ""}
        answer = await Browser().post("/dashboard/sign-in", fields, sec_fetch_site=site)
        assert (403, "") == (answer.status, answer.headers.get("Set-Cookie", ""))


ELSEWHERE = [
    "https://evil.example/dashboard",
    "//evil.example/dashboard",
    "/dashboard/..//evil.example",
    "/dashboard//evil.example",
    "/dashboard\\evil.example",
    "/dashboard\r\nSet-Cookie: x=1",
    "/dashboardevil",
    "/api/v1/workspaces",
    "javascript:alert(1)",
    '/dashboard/"><script>',
    "/dashboard/ключ",
    "",
]


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("place", ELSEWHERE)
async def test_signing_in_leads_nowhere_else(place: str) -> None:
    """What an address says comes next is a page of the dashboard, or it is the first page."""
    answer = await Browser().sign_in(OPERATOR_KEY, place)
    assert (303, "/dashboard") == (answer.status, answer.place)


async def test_who_signs_out_is_out(store: Store, enter: Enter) -> None:
    """The browser forgets its token, and the token is worth nothing to whoever kept it."""
    await add_workspace(store)
    browser = await enter("finance")
    page, kept = await browser.get(OVERVIEW), dict(browser.cookies)
    assert 403 == (await browser.post("/dashboard/sign-out", {})).status
    left = await browser.post("/dashboard/sign-out", {"csrf_token": page.csrf_token})
    assert (303, "/dashboard/sign-in", {}) == (left.status, left.place, browser.cookies)
    assert 303 == (await Browser(cookies=kept).get(OVERVIEW)).status


LENGTHS = {"TIEOUT_SESSION_IDLE_MINUTES": timedelta(minutes=1), "TIEOUT_SESSION_HOURS": timedelta(hours=1)}


@pytest.mark.parametrize("setting", LENGTHS)
async def test_how_long_a_session_lasts_can_be_set(
    store: Store, enter: Enter, clock: Clock, monkeypatch: pytest.MonkeyPatch, setting: str
) -> None:
    """When it is over, the browser is sent to sign in, and a script of a page is told so."""
    await add_workspace(store)
    monkeypatch.setenv("TIEOUT_SESSION_IDLE_MINUTES", "300")
    monkeypatch.setenv(setting, "1")
    browser = await enter("finance")
    clock.forward(LENGTHS[setting] - timedelta(seconds=1))
    assert 200 == (await browser.get(OVERVIEW)).status
    clock.forward(LENGTHS[setting])
    assert 303 == (await browser.get(OVERVIEW)).status
    assert 401 == (await browser.get("/api/v1/workspaces", accept="application/json")).status


async def test_a_link_from_a_message_finds_the_session(store: Store, enter: Enter) -> None:
    """A browser keeps a strict cookie back when it comes from elsewhere: it is had to ask again from here."""
    await add_workspace(store)
    browser = await enter("finance")
    place = f"{OVERVIEW}?role=finance"
    bounced = await Browser().get(place, sec_fetch_site="cross-site")
    assert 200 == bounced.status
    assert f'http-equiv="refresh" content="0;url={place}"' in bounced.text
    assert 200 == (await browser.get(place, sec_fetch_site="same-origin")).status
    assert 303 == (await Browser().get(place, sec_fetch_site="same-origin")).status


@pytest.mark.usefixtures("store")
async def test_a_program_is_told_as_programs_are() -> None:
    """Without a key, a page answers 401 as a problem to whoever does not ask for HTML."""
    answer = await Browser().get(OVERVIEW, accept="*/*")
    assert (401, "application/problem+json") == (answer.status, answer.type)

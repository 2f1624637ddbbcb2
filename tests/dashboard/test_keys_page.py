"""The page of keys: made and shown once, listed without their secret, and revoked."""

import re
from datetime import timedelta

import pytest

from shared.store.store import Store
from tests.dashboard.conftest import NOW, Enter, KeyFor
from tests.dashboard.visitor import Browser
from tests.functions.app import add_workspace

PAGE = "/dashboard/acme/settings/keys"
FORM = {"name": "Monday export", "roles": "finance", "expires_at": "2026-10-31"}


async def _send(browser: Browser, fields: dict[str, str], end: str = "") -> tuple[int, str, str]:
    token = (await browser.get(PAGE)).csrf_token
    answer = await browser.post(f"{PAGE}{end}", {"csrf_token": token, **fields})
    return answer.status, answer.place, answer.text


async def test_a_key_is_shown_once_and_opens(store: Store, enter: Enter) -> None:
    """The page that makes a key shows it, and no other does; it opens the pages until its day is over."""
    await add_workspace(store)
    admin = await enter("admin")
    status, _, text = await _send(admin, FORM)
    assert 200 == status
    [key] = re.findall(r'<output id="new-key"[^>]*>([^<]+)<', text)
    assert (await Browser().sign_in(key)).status == 303
    later = await admin.get(PAGE)
    assert key.split(".", maxsplit=1)[1] not in later.text
    assert "Monday export" in later.words
    assert 'datetime="2026-11-01T00:00:00Z"' in later.text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": ""}, "must be given"),
        ({"roles": ""}, "role"),
        ({"expires_at": "2020-01-01"}, "future"),
        ({"expires_at": "next year"}, "write a day such as"),
    ],
)
async def test_what_is_wrong_stands_beside_its_field(
    store: Store, enter: Enter, changes: dict[str, str], words: str
) -> None:
    """No key is made, what was typed stays, and the field says what it wants."""
    await add_workspace(store)
    admin = await enter("admin")
    status, _, text = await _send(admin, FORM | changes)
    assert 422 == status
    assert "No key was made" in text
    [field] = changes
    [fault] = re.findall(rf'id="{field}-fault">([^<]+)<', text)
    assert words in fault.lower()
    assert ('value="Monday export"' in text) == (field != "name")
    assert "Monday export" not in (await admin.get(PAGE)).words


async def test_a_revoked_key_ends_its_sessions(store: Store, enter: Enter, key_for: KeyFor) -> None:
    """Whoever is in by a key that is revoked is asked to sign in with their next page."""
    await add_workspace(store)
    key, admin, other = await key_for("finance"), await enter("admin"), Browser()
    await other.sign_in(key)
    assert (await other.get("/dashboard/acme")).status == 200
    status, place, _ = await _send(admin, {}, f"/{key.split('.', maxsplit=1)[0]}/revoke")
    assert (303, f"{PAGE}?done=revoke") == (status, place)
    assert (await other.get("/dashboard/acme")).place.startswith("/dashboard/sign-in")


async def test_each_key_says_how_it_stands(store: Store, enter: Enter, key_for: KeyFor) -> None:
    """Valid, about to expire, expired; and which of them is one's own."""
    await add_workspace(store)
    await key_for("finance", lives=timedelta(days=3))
    await key_for("finance", lives=timedelta(days=-1))
    words = (await (await enter("admin")).get(PAGE)).words
    assert 1 == words.count("Expires soon")
    assert 1 == words.count(" Expired ")
    assert "Valid the one that you use" in words
    assert f"{NOW + timedelta(days=3):%d}".lstrip("0") in words


async def test_only_administrators_make_keys(store: Store, enter: Enter) -> None:
    """GEN-04: the owner's key opens no page of keys, and none is named to it."""
    await add_workspace(store)
    browser = await enter("owner")
    assert 403 == (await browser.get(PAGE)).status
    assert PAGE not in (await browser.get("/dashboard/acme/settings")).text

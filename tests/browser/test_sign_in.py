"""Signing in with a key: a good one, a wrong one, one that has expired, and out again."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.browser.person import Person
from tests.browser.stage import ABSENT, GIFTS


async def _try(page: Page, key: str) -> None:
    await page.get_by_label("Key", exact=False).first.fill(key)
    await page.get_by_role("button", name="Sign in").click()


async def test_a_link_leads_there_after_signing_in(person: Person):
    """Who is not signed in is asked for a key, and then gets to the page they wanted, filters and all."""
    page = await person.stranger()
    wanted = f"/dashboard/{GIFTS}/cards/{ABSENT}?cohort=new_dtc_email_only"
    await page.goto(wanted)
    await expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    await _try(page, person.stage.keys[GIFTS])
    await page.wait_for_url(f"**{wanted}")
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Ecom Customers Absent from Sage")


@pytest.mark.parametrize("which", ["wrong", "expired"])
async def test_a_bad_key_opens_nothing(person: Person, which: str):
    """A wrong and an expired key are refused in words, and set no cookie."""
    page = await person.stranger()
    await page.goto("/dashboard/sign-in")
    good = person.stage.keys[GIFTS]
    await _try(page, person.stage.expired if which == "expired" else f"{good[:-4]}AAAA")
    await expect(page.get_by_role("alert")).to_contain_text("expired")
    await expect(page).to_have_url(re.compile("/dashboard/sign-in"))
    assert [] == await page.context.cookies()
    person.forgives("status of 401")


async def test_the_cookie_is_out_of_reach_of_scripts(person: Person):
    """The session's cookie is HttpOnly and SameSite=Strict; signing out ends it for whoever has it."""
    page = await person.stranger()
    await page.goto("/dashboard/sign-in")
    await _try(page, person.stage.keys[GIFTS])
    await page.wait_for_url(f"**/dashboard/{GIFTS}")
    [cookie] = await page.context.cookies()
    assert (True, "Strict") == (cookie["httpOnly"], cookie["sameSite"])
    assert "" == await page.evaluate("document.cookie")
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    await page.context.add_cookies([cookie])
    await page.goto(f"/dashboard/{GIFTS}")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


async def test_another_workspace_stays_shut(person: Person):
    """A key of one workspace shows nothing of another, not even that it is there."""
    page = await person.opens()
    for other in ("distribution-bc", "nowhere"):
        answer = await page.goto(f"/dashboard/{other}")
        assert answer is not None
        assert 404 == answer.status
        assert "Keystone" not in await page.content()
    person.forgives("status of 404")

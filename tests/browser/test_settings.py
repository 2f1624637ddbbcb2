"""Changing a threshold: tried out first, saved after, and never over what somebody else saved meanwhile."""

import re

from playwright.async_api import Page, expect

from tests.browser.person import Person
from tests.browser.stage import ABSENT, SPARE
from tests.browser.waiting import reading_where

PATH = f"/settings/cards/{ABSENT}"
PREVIEW = "See what would change"
SAVE = "Save these changes"


async def _try(page: Page, threshold: str) -> None:
    await page.get_by_label("Threshold", exact=True).fill(threshold)
    await page.get_by_role("button", name=PREVIEW).click()


async def test_a_threshold_is_tried_out_and_then_saved(person: Person):
    """The preview says what the card would say and changes nothing; saving makes it so (GEN-03)."""
    stage = person.stage
    was = stage.get(SPARE, f"/cards/{ABSENT}")["threshold"]["value"]
    page = await person.opens("/settings", SPARE)
    await page.get_by_role("link", name="Change Ecom Customers Absent from Sage", exact=True).click()
    await _try(page, "50")
    trial = page.get_by_role("region", name="What would change")
    await expect(trial.get_by_role("row", name="Now Alert")).to_contain_text("34 of 10")
    await expect(trial.get_by_role("row", name=re.compile("^Then"))).to_contain_text("34 of 50")
    assert was == stage.get(SPARE, f"/cards/{ABSENT}")["threshold"]["value"]
    await trial.get_by_role("button", name=SAVE).click()
    await expect(page.get_by_role("status")).to_contain_text("Saved")
    found = await reading_where(stage, SPARE, ABSENT, lambda each: each["threshold"]["value"] == "50")
    assert 34 == found["value"]
    await page.goto(f"/dashboard/{SPARE}/audit")
    await expect(page.get_by_role("main")).to_contain_text("threshold")


async def test_nobody_saves_over_another(person: Person):
    """Who previewed before somebody else saved is shown both, and saves nothing unknowingly."""
    one, other = await person.opens(PATH, SPARE), await person.opens(PATH, SPARE)
    await _try(one, "61")
    await _try(other, "62")
    await other.get_by_role("button", name=SAVE).click()
    await expect(other.get_by_role("status")).to_contain_text("Saved")
    await one.get_by_role("button", name=SAVE).click()
    await expect(one.get_by_role("alert")).to_contain_text("Somebody saved these settings meanwhile")
    stored = person.stage.get(SPARE, "")["cards"][ABSENT]["threshold"]
    assert 62 == float(stored)
    person.forgives("status of 412")


async def test_a_wrong_threshold_is_said_beside_its_field(person: Person):
    """What cannot be saved is told where it was typed, and the field is announced as wrong."""
    page = await person.opens(PATH, SPARE)
    await _try(page, "many")
    field = page.get_by_label("Threshold", exact=True)
    await expect(field).to_have_attribute("aria-invalid", "true")
    await expect(page.get_by_role("alert")).to_contain_text("cannot be saved")
    person.forgives("status of 422")

"""Finding a missing customer, and seeing why: by mouse, by keyboard alone, without scripts, by a link."""

from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.keyboard import tab_to
from tests.browser.person import Person
from tests.browser.stage import ABSENT, GIFTS, Stage

TITLE = "Ecom Customers Absent from Sage"


def _someone(stage: Stage) -> dict[str, Any]:
    """Give a row of which there is the most to see: keys that were tried, and a record that came near."""
    rows = stage.get(GIFTS, f"/cards/{ABSENT}/rows")["rows"]
    found: dict[str, Any] = next(each for each in rows if each["evidence"].get("candidates"))
    return found


async def _explains(place: Locator | Page, row: dict[str, Any]) -> None:
    """Hold what is shown of a row against what the interface says of it."""
    for each in row["evidence"]["keys_tried"]:
        await expect(place.get_by_text(each["value"]).first).to_be_visible()
    for each in row["orders"]:
        await expect(place.get_by_text(each["number"]).first).to_be_visible()
    for each in row["evidence"]["candidates"]:
        await expect(place.get_by_text(f"{each['points']} points").first).to_be_visible()
    await expect(place.get_by_text(row["action"]).first).to_be_visible()


async def test_a_missing_customer_is_found_and_explained(person: Person):
    """From the overview to one customer: its keys, what came near, its orders, what to do (GEN-06)."""
    row = _someone(person.stage)
    page = await person.opens()
    await page.get_by_role("main").get_by_role("link", name=TITLE).first.click()
    await page.get_by_role("searchbox", name="Search").fill(row["email"])
    await page.get_by_role("button", name="Filter", exact=True).click()
    await expect(page.locator("tbody tr[data-row]")).to_have_count(1)
    await page.get_by_role("link", name=f"Open {row['name']}").click()
    await _explains(page.locator(f"#detail-{row['id']}"), row)
    await expect(page.get_by_role("heading", name="Where to look")).to_be_visible()


async def test_it_works_by_keyboard_alone(person: Person):
    """The same by Tab, letters and Enter; where the focus is can be seen at every stop."""
    row = _someone(person.stage)
    page = await person.opens()
    await tab_to(page, page.get_by_role("main").get_by_role("link", name=TITLE).first)
    await page.keyboard.press("Enter")
    search = page.get_by_role("searchbox", name="Search")
    await tab_to(page, search)
    await page.keyboard.type(row["email"])
    await page.keyboard.press("Enter")
    await expect(page.locator("tbody tr[data-row]")).to_have_count(1)
    opener = page.locator(f"#row-{row['id']} a.opener")
    await tab_to(page, opener)
    await page.keyboard.press("Enter")
    await _explains(page.locator(f"#detail-{row['id']}"), row)
    await expect(opener).to_have_attribute("aria-expanded", "true")
    await page.keyboard.press("Enter")
    await expect(opener).to_have_attribute("aria-expanded", "false")


async def test_it_works_without_scripts(person: Person):
    """Searching and opening a row are links and forms, which need no script."""
    row = _someone(person.stage)
    page = await person.opens(f"/cards/{ABSENT}", java_script_enabled=False)
    await page.get_by_role("searchbox", name="Search").fill(row["email"])
    await page.get_by_role("button", name="Filter", exact=True).click()
    await page.get_by_role("link", name=f"Open {row['name']}").click()
    await _explains(page.locator(f"#detail-{row['id']}"), row)


@pytest.mark.parametrize("has_scripts", [True, False], ids=["scripts", "no scripts"])
async def test_a_link_restores_the_view(person: Person, *, has_scripts: bool):
    """The address is the whole view, for another person too: filter, order, columns and the open row."""
    page = await person.opens(f"/cards/{ABSENT}", java_script_enabled=has_scripts)
    await page.get_by_text("More filters").click()
    await page.get_by_label("Type", exact=True).select_option("b2b")
    await page.get_by_role("button", name="Filter", exact=True).click()
    await page.wait_for_url("**segment=b2b**")
    await page.get_by_role("columnheader", name="Age").get_by_role("link").click()
    await page.wait_for_url("**sort=**")
    await page.locator("a.opener").first.click()
    await page.wait_for_url("**row=**")
    await expect(page.locator(".detail-row")).to_have_count(1)
    other = await person.opens(page.url.partition(f"/dashboard/{GIFTS}")[2])
    for part in ("#rows tbody", "#rows thead", "#rows .chips.set"):
        assert await page.locator(part).first.inner_text() == await other.locator(part).first.inner_text()

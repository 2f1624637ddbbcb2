"""A card whose input is out: held in words and colour, with the value it had, until the data are back."""

from playwright.async_api import expect

from tests.browser.person import Person
from tests.browser.stage import ABSENT, BROKEN
from tests.browser.waiting import reading_where

LEDGER = f"{BROKEN}-intacct"
TITLE = "Ecom Customers Absent from Sage"


async def test_a_card_is_held_while_its_ledger_is_out(person: Person):
    """The ledger stops, the card waits for it and keeps its value; it answers again, and the card goes on."""
    stage = person.stage
    ledger = stage.accounts[LEDGER]
    sources = await person.opens("/sources", BROKEN)
    ledger.is_broken = True
    try:
        await sources.get_by_role("button", name="Pull now from Sage Intacct").click()
        held = await reading_where(stage, BROKEN, ABSENT, lambda each: each["status"] == "held")
    finally:
        ledger.is_broken = False
    page = await person.opens(f"/cards/{ABSENT}", BROKEN)
    main = page.get_by_role("main")
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Held")
    await expect(main).to_contain_text(held["waiting_for"][0])
    await expect(main).to_contain_text("What you see is the value of")
    await expect(main.locator(".value.big")).to_have_text("34")
    overview = await person.opens("", BROKEN)
    tile = overview.get_by_role("article").filter(has_text=TITLE)
    await expect(tile).to_contain_text("Held")
    await expect(tile).to_contain_text("intacct")
    await sources.goto(f"/dashboard/{BROKEN}/sources")
    await sources.get_by_role("button", name="Pull now from Sage Intacct").click()
    await reading_where(stage, BROKEN, ABSENT, lambda each: each["status"] == "alert")
    await page.reload()
    await expect(page.get_by_role("heading", level=1)).not_to_contain_text("Held")

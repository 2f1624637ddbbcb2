"""The gap card: bars by reason that filter, age bands, and the line at 80 per cent."""

from decimal import Decimal

from playwright.async_api import expect

from tests.browser.person import Person
from tests.browser.stage import GAP, TRADE

PATH = f"/cards/{GAP}"


async def test_a_bar_filters_by_its_reason(person: Person):
    """Each reason's bar leads to its rows, as many as it says; what it says is what the interface says."""
    parts = person.stage.get(TRADE, PATH)["breakdown"]
    reason = next(each for each in parts if each["dimension"] == "reason")
    page = await person.opens(PATH, TRADE)
    await page.get_by_role("table", name="By reason").get_by_role("link", name=reason["label"]).first.click()
    await page.wait_for_url(f"**reason={reason['code']}**")
    total = person.stage.get(TRADE, f"{PATH}/rows", reason=reason["code"], page_size=1)["total"]
    await expect(page.locator("#rows-title")).to_contain_text(f"{total} that fit")


async def test_the_ages_add_up_to_the_whole(person: Person):
    """There is a band for each age, and the bands' exact amounts add up to the headline."""
    reading = person.stage.get(TRADE, PATH)
    page = await person.opens(PATH, TRADE)
    bands = page.get_by_role("table", name="By age")
    amounts = await bands.locator("tbody tr td:nth-of-type(2) data").evaluate_all(
        "nodes => nodes.map(node => node.value)"
    )
    assert Decimal(reading["value"]) == sum(map(Decimal, amounts))


async def test_the_line_at_80_per_cent_stands_where_it_belongs(person: Person):
    """What stands above it, with what it names of the list's end, holds 80 per cent; one fewer would not."""
    reading = person.stage.get(TRADE, PATH)
    above = reading["figures"]["rows_holding_80_percent"]
    page = await person.opens(f"{PATH}?page_size=200", TRADE)
    classes = await page.locator("table.rows-table tbody tr").evaluate_all(
        "rows => rows.map(row => row.className)"
    )
    listed = [each.strip() for each in classes].index("line-80")
    gaps = await page.locator("table.rows-table td.c-gap data").evaluate_all(
        "nodes => nodes.map(node => node.value)"
    )
    rest = person.stage.get(TRADE, f"{PATH}/rows", page_size=1000)["rows"]
    named = "the last row" if above - listed == 1 else f"the last {above - listed} rows"
    if above > listed:
        await expect(page.locator("tr.line-80")).to_contain_text(named)
    ends = [each["gap"] for each in rest[len(rest) - above + listed :]]
    sizes = sorted((abs(Decimal(each)) for each in [*gaps[:listed], *ends]), reverse=True)
    whole = sum(abs(Decimal(each["gap"])) for each in rest)
    assert sum(sizes[:-1]) < whole * 8 / 10 <= sum(sizes)


async def test_pages_of_rows_hold_each_row_once(person: Person):
    """Going through the pages shows each row once, and as many as the card counts."""
    page = await person.opens(f"{PATH}?page_size=100", TRADE)
    seen: list[str] = []
    while True:
        seen += await page.locator("tr[data-row]").evaluate_all("rows => rows.map(row => row.dataset.row)")
        following = page.get_by_role("link", name="Next").first
        if not await following.count():
            break
        first = seen[-1]
        await following.click()
        await expect(page.locator(f"#row-{first}")).to_have_count(0)
    rows = person.stage.get(TRADE, f"{PATH}/rows", page_size=1000)["rows"]
    assert [each["id"] for each in rows] == seen

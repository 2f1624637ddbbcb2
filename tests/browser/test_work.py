"""Working a queue: filter, assign many, take it back, and the file of exactly what is listed."""

import asyncio
import csv
import io
from pathlib import Path
from typing import Any

from playwright.async_api import Page, expect

from tests.browser.person import Person
from tests.browser.stage import ABSENT, SPARE, Stage

COHORT = "returning_dtc_email_changed"
WHO = "Dana Whitlock"


def _rows(stage: Stage, **filters: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = stage.get(SPARE, f"/cards/{ABSENT}/rows", **filters)["rows"]
    return found


def _work(rows: list[dict[str, Any]]) -> set[tuple[str, str]]:
    return {(each["state"], each["assignee"]) for each in rows}


async def _assign(page: Page, count: int) -> None:
    for box in await page.get_by_role("checkbox", name="Choose ").all():
        if await box.get_attribute("name") == "ids":
            await box.check()
    bulk = page.get_by_role("form", name="Change the chosen rows")
    await bulk.get_by_label("Assign to").fill(WHO)
    await bulk.get_by_role("button", name="Assign", exact=True).click()
    await expect(page.locator("#outcome")).to_contain_text(f"Assigned {count} rows")


async def test_a_queue_is_worked(person: Person):
    """Filter, assign all, undo, assign again, and load the file of it: it is what the interface gives."""
    stage = person.stage
    before = _rows(stage, cohort=COHORT)
    page = await person.opens(f"/cards/{ABSENT}", SPARE, accept_downloads=True)
    await page.get_by_label("Cohort", exact=True).select_option(COHORT)
    await page.get_by_role("button", name="Filter", exact=True).click()
    await expect(page.locator("tbody tr[data-row]")).to_have_count(len(before))
    await _assign(page, len(before))
    assert {("assigned", WHO)} == _work(_rows(stage, cohort=COHORT))

    await page.get_by_role("button", name="Undo").click()
    await expect(page.locator("#outcome")).to_contain_text(f"Undone for {len(before)} rows")
    assert {""} == {each["assignee"] for each in _rows(stage, cohort=COHORT)}

    await _assign(page, len(before))
    await page.get_by_label("Assignee", exact=True).fill(WHO)
    await page.get_by_role("button", name="Filter", exact=True).click()
    await expect(page.locator("tbody tr[data-row]")).to_have_count(len(before))
    async with page.expect_download() as started:
        await page.get_by_role("link", name="Download CSV").click()
    file = await asyncio.to_thread(Path(await (await started.value).path()).read_bytes)
    query = {"cohort": COHORT, "assignee": WHO}
    assert stage.app.get(f"/api/v1/workspaces/{SPARE}/cards/{ABSENT}/rows.csv", params=query).content == file
    told = list(csv.DictReader(io.StringIO(file.decode("utf-8-sig"))))
    listed = _rows(stage, **query)
    assert [(each["name"], WHO) for each in listed] == [(each["Customer"], each["Assignee"]) for each in told]
    assert {each["id"] for each in before} == {each["id"] for each in listed}

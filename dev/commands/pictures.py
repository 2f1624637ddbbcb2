"""`./run pictures`: the pages of the dashboard as pictures for the documentation, of invented merchants."""

import asyncio
import base64
from dataclasses import dataclass, replace
from typing import Any

import httpx
import typer
from playwright.async_api import Browser, BrowserContext, Page

from dev import browser as chromium
from dev.commands.demo import App, pull_and_read, running
from dev.host import ROOT
from dev.processes import ProgramError
from dev.worlds.distribution_bc import distribution_bc
from dev.worlds.gifts_sage import gifts_sage
from dev.worlds.world import World

FOLDER = ROOT / "docs" / "pictures"
SIZES = {"wide": {"width": 1440, "height": 960}, "narrow": {"width": 360, "height": 780}}
THEMES = ("light", "dark")
QUALITY = 82
_API = "/api/v1/workspaces"
_TRADE, _GIFTS = "distribution-bc", "gifts-sage"
_GAP, _ABSENT = "revenue_gap_detailed_breakdown", "ecom_customers_absent_from_sage"
_BESIDE = {
    _TRADE: "ecom_customers_absent_from_d365",
    _GIFTS: "ecom_b2b_customers_absent_from_sage_master",
}
"""A card that is switched on beside the world's own, so that an overview shows more than one."""


@dataclass(frozen=True)
class Place:
    """A page, and what is done on it before its picture is taken."""

    name: str
    path: str
    workspace: str
    click: str = ""
    """What is clicked: a selector."""
    fill: tuple[str, str] | None = None
    """A field and what is typed in it, before the click."""


PLACES = (
    Place("sign-in", "/dashboard/sign-in", ""),
    Place("overview", "", _TRADE),
    Place("card", f"/cards/{_ABSENT}", _GIFTS),
    Place("gap", f"/cards/{_GAP}", _TRADE),
    Place("row", f"/cards/{_GAP}", _TRADE, "tbody tr[data-row] a"),
    Place("alerts", "/alerts", _GIFTS),
    Place("sources", "/sources", _GIFTS),
    Place("audit", "/audit", _GIFTS),
    Place("settings", "/settings", _GIFTS),
    Place(
        "preview",
        f"/settings/cards/{_ABSENT}",
        _GIFTS,
        "button[value=preview]",
        (f"[name='cards.{_ABSENT}.threshold']", "50"),
    ),
    Place("field-map", "/settings/field-map", _TRADE),
    Place("recipients", "/settings/recipients", _GIFTS),
    Place("keys", "/settings/keys", _GIFTS),
)

# The merchants' clocks stand, this machine's does not: what was done by the latter (alerts, keys, checks) is
# shown as of the former, and ids that are drawn by lot as one, so that the pictures are the same each time.
_SETTLE = r"""() => {
  const here = document.querySelector(".foot time");
  if (!here) return;
  const [stands, machine] = [new Date(here.dateTime), new Date()];
  const write = (of, date) => of.textContent.includes(":") && !of.textContent.includes(",")
    ? "18:15" : of.textContent.includes(",") ? here.textContent : date;
  const day = here.textContent.split(",")[0];
  for (const each of document.querySelectorAll("main time")) {
    const apart = new Date(each.dateTime) - machine;
    if (/ago|just now/.test(each.textContent)) each.textContent = "just now";
    else if (Math.abs(apart) < 864e5) each.textContent = write(each, day);
    else if (apart > 864e5) each.textContent = day.replace(/\d{4}$/, (year) => +year + 1);
  }
  for (const each of document.querySelectorAll("main input[type=date]")) if (each.value)
    each.value = `${stands.getFullYear() + 1}${stands.toISOString().slice(4, 10)}`;
  const words = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  while (words.nextNode()) words.currentNode.data =
    words.currentNode.data.replace(/(tk-[a-z-]+-)[0-9a-f]{8}/, "$100000001");
}"""


def pictures() -> None:
    """Take pictures of the dashboard's pages into docs/pictures: light and dark, wide and narrow."""
    program = chromium.install(typer.echo)
    if program is None:
        raise ProgramError(f"Pictures need a browser: {chromium.MISSING}")
    worlds = [_with_another_card(build()) for build in (distribution_bc, gifts_sage)]
    with running(worlds) as app:
        pull_and_read(app, worlds)
        keys = {world.document["id"]: _key(app, world.document["id"]) for world in worlds}
        total = asyncio.run(_take_all(program, str(app.base_url).rstrip("/"), keys))
    typer.echo(f"{len(PLACES) * len(SIZES) * len(THEMES)} pictures, {total / 1_000_000:.1f} MB, in {FOLDER}.")


def _with_another_card(world: World) -> World:
    card = _BESIDE[world.document["id"]]
    return replace(world, document=world.document | {"cards": world.document["cards"] | {card: {}}})


def _key(app: App, workspace: str) -> str:
    body = {"name": "Monday morning", "roles": ["owner", "admin"]}
    made = app.post(f"{_API}/{workspace}/keys", json=body).raise_for_status().json()
    return str(made["key"])


async def _take_all(program: str, url: str, keys: dict[str, str]) -> int:
    """Take all pictures; give how many bytes they have."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    cookies: dict[str, Any] = {"": []} | {name: _cookies(url, key) for name, key in keys.items()}
    total = 0
    async with chromium.running(program) as browser:
        for size in SIZES:
            for theme in THEMES:
                for place in PLACES:
                    picture = await _taken(browser, url, place, (size, theme), cookies[place.workspace])
                    (FOLDER / f"{place.name}-{size}-{theme}.webp").write_bytes(picture)
                    total += len(picture)
    return total


async def _taken(browser: Browser, url: str, place: Place, kind: tuple[str, str], cookies: Any) -> bytes:
    size, theme = kind
    window = await browser.new_context(
        base_url=url,
        viewport=SIZES[size],  # type: ignore[arg-type]
        color_scheme=theme,  # type: ignore[arg-type]
        locale="en-GB",
        reduced_motion="reduce",
    )
    try:
        await window.add_cookies(cookies)
        page = await window.new_page()
        await page.goto(f"/dashboard/{place.workspace}{place.path}" if place.workspace else place.path)
        await _do(page, place)
        await page.evaluate(_SETTLE)
        return await _webp(window, page)
    finally:
        await window.close()


async def _do(page: Page, place: Place) -> None:
    """Do what a page is shown after, and leave nothing of the doing in sight."""
    if place.fill:
        await page.fill(*place.fill)
    if place.click:
        await page.locator(place.click).first.click()
        await page.wait_for_load_state("networkidle")
        await page.mouse.move(0, 0)


async def _webp(window: BrowserContext, page: Page) -> bytes:
    devtools = await window.new_cdp_session(page)
    wanted = {"format": "webp", "quality": QUALITY}
    return base64.b64decode((await devtools.send("Page.captureScreenshot", wanted))["data"])


def _cookies(url: str, key: str) -> list[dict[str, str]]:
    """Sign in with a key; give the cookies that a browser then has."""
    headers = {"origin": url, "sec-fetch-site": "same-origin"}
    answer = httpx.post(f"{url}/dashboard/sign-in", data={"key": key}, headers=headers, timeout=60)
    return [{"name": name, "value": value, "url": url} for name, value in answer.cookies.items()]

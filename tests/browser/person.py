"""Someone at a browser: opens pages, signed in or not, and keeps what went wrong in them."""

from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import httpx
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Request

from tests.browser.stage import GIFTS, Stage

WIDE = {"width": 1280, "height": 900}
NARROW = {"width": 360, "height": 740}
THEMES = ("light", "dark")
PATIENCE_MS = 10_000


@dataclass
class Person:
    """One person at one browser; each page that they open is in a window of its own."""

    browser: Browser
    stage: Stage
    faults: list[str] = field(default_factory=list)
    """Errors in the console, and requests to other hosts."""
    _windows: list[BrowserContext] = field(default_factory=list)

    async def opens(self, path: str = "", workspace: str = GIFTS, **options: Any) -> Page:
        """Open a page of a workspace, signed in as its owner."""
        page = await self.stranger(cookies=cookies_of(self.stage, workspace), **options)
        await page.goto(f"/dashboard/{workspace}{path}")
        return page

    async def stranger(self, cookies: Any = (), **options: Any) -> Page:
        """Open an empty window, as one who has not signed in."""
        settings = {"viewport": WIDE, "locale": "en-GB", "base_url": self.stage.url, **options}
        window = await self.browser.new_context(**settings)
        window.set_default_timeout(PATIENCE_MS)
        await window.add_cookies(list(cookies))
        self._windows.append(window)
        window.on("console", self._hear)
        window.on("weberror", lambda error: self.faults.append(f"script: {error.error}"))
        window.on("request", self._watch)
        return await window.new_page()

    def forgives(self, words: str) -> None:
        """Forget the faults that a test provokes: all of them say these words, and there is one."""
        assert self.faults
        assert all(words in each for each in self.faults), self.faults
        self.faults.clear()

    async def leave(self) -> None:
        """Close all windows."""
        for window in self._windows:
            await window.close()

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.faults.append(f"console: {message.text} {message.location['url']}")

    def _watch(self, request: Request) -> None:
        if not request.url.startswith((f"{self.stage.url}/", "data:", "blob:")):
            self.faults.append(f"asked another host: {request.url}")


def cookies_of(stage: Stage, workspace: str) -> list[dict[str, str]]:
    """Give the cookies of a browser in which the owner of a workspace has signed in."""
    return [
        {"name": name, "value": value, "domain": str(urlsplit(stage.url).hostname), "path": "/"}
        for name, value in _signed_in(stage.url, stage.keys[workspace]).items()
    ]


@cache
def _signed_in(url: str, key: str) -> dict[str, str]:
    """Sign in with a key, once for all tests: only those of signing in are about that."""
    answer = httpx.post(
        f"{url}/dashboard/sign-in",
        data={"key": key},
        headers={"origin": url, "sec-fetch-site": "same-origin"},
        timeout=30,
    )
    assert 303 == answer.status_code, answer.text
    return dict(answer.cookies)

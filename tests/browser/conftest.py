"""Chromium, the app behind it, and a person before it; what goes wrong in a page fails its test."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from dev import browser as chromium
from tests.browser.person import Person
from tests.browser.stage import Stage, staged

FOLDER = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run all of these in one event loop: those of a process share an app and a browser."""
    for item in items:
        if item.path.is_relative_to(FOLDER):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.fixture(scope="session")
def program() -> str:
    """Give where Chromium is, or skip."""
    found = chromium.program()
    if found is None:
        pytest.skip(f"browser tests: {chromium.MISSING}")
    return found


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(program: str) -> AsyncIterator[Browser]:
    """Give a running Chromium."""
    async with chromium.running(program) as running:
        yield running


@pytest.fixture(scope="session")
def stage(program: str) -> Iterator[Stage]:
    """Give the app with its worlds; it takes so long that it waits for a browser to be there."""
    del program
    with staged() as found:
        yield found


@pytest_asyncio.fixture(loop_scope="session")
async def person(browser: Browser, stage: Stage) -> AsyncIterator[Person]:
    """Give someone with a browser, and fail the test where a page of theirs misbehaved."""
    someone = Person(browser, stage)
    yield someone
    await someone.leave()
    assert [] == someone.faults

"""Styles and scripts: kept for a year, under an address that changes with them."""

import re
from pathlib import Path

import pytest

from functions.dashboard import static
from shared.store.store import Store
from tests.dashboard.conftest import Enter
from tests.dashboard.visitor import Browser
from tests.functions.app import add_workspace

FILES = sorted(path.name for path in static.FOLDER.iterdir())
KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@pytest.mark.parametrize("name", FILES)
async def test_a_file_is_served_for_a_year(name: str) -> None:
    """Everyone gets each file, of its kind, and asks once: nothing in it is anybody's."""
    answer = await Browser().get(static.address(name))
    assert (200, KINDS[Path(name).suffix]) == (answer.status, answer.type)
    assert "public, max-age=31536000, immutable" == answer.headers["Cache-Control"]
    assert (static.FOLDER / name).read_text(encoding="utf-8") == answer.text
    assert "nosniff" == answer.headers["X-Content-Type-Options"]


def test_the_address_changes_with_any_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A script names the next by its plain name, so one version is of all files together."""
    monkeypatch.setattr(static, "FOLDER", tmp_path)
    seen = set()
    for name, text in (("a.css", "1"), ("a.css", "2"), ("b.js", "2"), ("b.js", "3")):
        (tmp_path / name).write_text(text, encoding="utf-8")
        static._served.cache_clear()
        seen.add(static.address("a.css"))
    static._served.cache_clear()
    assert 4 == len(seen)


VERSION = static.address("site.css").split("/")[3]
ELSEWHERE = [
    "0000000000000000/site.css",
    f"{VERSION}/none.css",
    f"{VERSION}/..%2Fpages.py",
    f"{VERSION}/SITE.CSS",
]


@pytest.mark.parametrize("place", ELSEWHERE)
async def test_nothing_else_is_served(place: str) -> None:
    """Another version, another name, a way out of the folder: there is no such thing."""
    answer = await Browser().get(f"/dashboard/static/{place}", accept="*/*")
    assert (404, "no-store") == (answer.status, answer.headers["Cache-Control"])


async def test_the_first_view_is_small(store: Store, enter: Enter) -> None:
    """All that the overview loads is below 150 KB before it is packed."""
    await add_workspace(store)
    browser = await enter("owner")
    page = await browser.get("/dashboard/acme")
    loaded = set(re.findall(r'(?:href|src)="(/dashboard/static/[^"]+)"', page.text))
    assert len(loaded) > 2
    total = len(page.text.encode())
    for each in loaded:
        total += len((await browser.get(each)).text.encode())
    assert total < 150_000

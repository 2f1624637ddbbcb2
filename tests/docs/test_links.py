"""Links within the documentation lead somewhere, and every page can be reached from the README."""

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from dev.reference.markdown import anchor
from tests.docs.pages import DOCS, PAGES, ROOT, name_of, prose_of

_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#{1,6} (.+?)\s*$", re.MULTILINE)
_CODE = re.compile(r"`[^`\n]*`")
ALL = sorted({*PAGES, ROOT / "CHANGELOG.md"})


def links_of(page: Path) -> list[str]:
    """Give where the links of a page lead."""
    return _LINK.findall(_CODE.sub("", prose_of(page)))


def anchors_of(page: Path) -> set[str]:
    """Give the anchors that GitHub makes of a page's headings; the second of two alike has a number."""
    found: set[str] = set()
    for heading in _HEADING.findall(prose_of(page)):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        name = first = anchor(plain)
        count = 0
        while name in found:
            count += 1
            name = f"{first}-{count}"
        found.add(name)
    return found


def target_of(page: Path, link: str) -> tuple[Path, str]:
    """Give the file and the anchor that a relative link leads to."""
    path, _, part = link.partition("#")
    return (page.parent / unquote(path)).resolve() if path else page, part


@pytest.mark.parametrize("page", ALL, ids=name_of)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    """The file is there, and where the link names a part of a page, that part is."""
    broken = []
    for link in links_of(page):
        if re.match(r"[a-z]+:", link):
            continue
        target, part = target_of(page, link)
        is_there = target.exists() and (not part or (target.suffix == ".md" and part in anchors_of(target)))
        if not is_there or not target.is_relative_to(ROOT):
            broken.append(link)
    assert broken == []


def test_links_to_other_sites_are_https() -> None:
    """No link leads to a site by http, or by another way than the web."""
    other = {link for page in ALL for link in links_of(page) if re.match(r"[a-z]+:", link)}
    assert [link for link in sorted(other) if not link.startswith("https://")] == []


def test_every_page_is_reached_from_the_readme() -> None:
    """Whoever follows links from the README comes by every file of docs/.

    Of the pictures that `./run pictures` takes, in each width and theme, only some are shown.
    """
    reached: set[Path] = set()
    ahead = [ROOT / "README.md"]
    while ahead:
        page = ahead.pop()
        if page in reached or not page.exists():
            continue
        reached.add(page)
        if page.suffix == ".md":
            relative = (link for link in links_of(page) if not re.match(r"[a-z]+:", link))
            ahead += [target_of(page, link)[0] for link in relative]
    files = (each for each in sorted(DOCS.rglob("*")) if each.is_file() and each.suffix != ".webp")
    assert [name_of(each) for each in files if each not in reached] == []


_PATH = re.compile(r"`((?:shared|functions|dev|tests|infra|docs|\.github)/[\w./-]+)`")


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_path_that_a_page_names_exists(page: Path) -> None:
    """A file or folder of the project that stands in a page is there."""
    named = set(_PATH.findall(prose_of(page)))
    assert [each for each in sorted(named) if not (ROOT / each).exists()] == []

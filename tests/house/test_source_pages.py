"""Each kind of source has a page that says what people must know, and tests that hold its traps."""

import re
from pathlib import Path

import pytest

from shared.domain.records import key_columns
from shared.sources import SOURCES
from shared.sources.source import Source, Stream

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "sources"
INDEX = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
HEADINGS = ["What to create", "What is read", "How fresh", "What it costs", "Known limits", "Traps"]
TESTS = {
    name
    for path in (ROOT / "tests").rglob("test_*.py")
    for name in re.findall(r"^(?:async )?def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
}
STREAMS = [(source, stream) for source in SOURCES for stream in source.streams]


def _traps(text: str) -> set[str]:
    return set(re.findall(r"`(test_\w+)`", text.split("## Traps", 1)[1]))


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.kind)
def test_each_kind_has_its_page(source: Source) -> None:
    """A kind is listed in the index, and its page has the six headings in their order."""
    assert f"(sources/{source.kind}.md)" in INDEX
    text = (PAGES / f"{source.kind}.md").read_text(encoding="utf-8")
    found = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert HEADINGS == [each for each in found if each in HEADINGS]
    assert source.form is None or all(
        f"`{name}`" in text or name in text for name in source.form.row.model_fields
    )


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.kind)
def test_each_trap_is_held_by_a_test(source: Source) -> None:
    """A test that a page names exists."""
    named = _traps((PAGES / f"{source.kind}.md").read_text(encoding="utf-8"))
    assert named
    assert named - TESTS == set()


def test_the_common_traps_are_held_by_tests() -> None:
    """A test that the index names exists."""
    assert _traps(INDEX) - TESTS == set()


def test_no_page_is_left_over() -> None:
    """Each page belongs to a kind that there is."""
    assert {path.stem for path in PAGES.glob("*.md")} == {source.kind for source in SOURCES}


@pytest.mark.parametrize(
    ("source", "stream"), STREAMS, ids=lambda each: getattr(each, "kind", "") or each.name
)
def test_a_sweep_is_bounded_by_what_is_stored(source: Source, stream: Stream) -> None:
    """The column that bounds a sweep is a key column, and has a reach; a full read has no sweep."""
    assert (stream.sweep_column == "") == (stream.sweep_reach is None), source.kind
    assert not stream.sweep_column or stream.sweep_column in key_columns(stream.record_type)
    assert not (stream.is_full_read and stream.keys)

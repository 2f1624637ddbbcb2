"""Small pages are stored together, and nobody can tell by the records."""

from collections.abc import AsyncIterator, Sequence
from itertools import count, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.records import CompanyMember
from shared.domain.snapshot import Table, batch_of
from shared.errors import RetryLater
from shared.pipeline.gather import gathered
from shared.sources.source import Page
from shared.store.segments import RECORDS

IDS = st.lists(st.integers(0, 9).map(str), max_size=4, unique=True)
READ = st.lists(st.tuples(IDS, IDS), min_size=1, max_size=8)
NEVER = float("inf")


def _pages(read: Sequence[tuple[list[str], list[str]]]) -> list[Page]:
    """Give pages with these records and deletions; a record's company is the number of its page."""
    return [
        Page(
            records=tuple(CompanyMember(id=each, customer_id="", company_id=str(number)) for each in ids),
            cursor=str(number + 1) if number + 1 < len(read) else "",
            deleted=tuple(set(gone) - set(ids)),
        )
        for number, (ids, gone) in enumerate(read)
    ]


async def _source(pages: Sequence[Page], *, is_cut: bool = False) -> AsyncIterator[Page]:
    for page in pages:
        yield page
    if is_cut:
        raise RetryLater("later", 60)


async def _all(pages: Sequence[Page], deadline: float = NEVER, seconds: float = 0.0) -> list[Page]:
    clock = count(0, seconds) if seconds else iter(lambda: 0.0, None)
    return [page async for page in gathered(_source(pages), deadline, lambda: float(next(clock)))]


def _stored(pages: Sequence[Page]) -> dict[str, str]:
    """Give what the store shows of pages that are stored one by one."""
    batches = []
    for page in pages:
        batch = batch_of("shop", "members", CompanyMember, page.records)
        batches.append(
            type(batch)(batch.connection, batch.stream, batch.keys, deleted=frozenset(page.deleted))
        )
    table = Table(CompanyMember, batches)
    return dict(zip(table["id"], table["company_id"], strict=True))


@given(READ)
async def test_what_is_stored_is_the_same(read: list[tuple[list[str], list[str]]]) -> None:
    """Later pages replace and delete what earlier ones brought, stored together or one by one."""
    pages = _pages(read)
    joined = await _all(pages)
    assert _stored(joined) == _stored(pages)
    assert sum(page.pages for page in joined) == len(pages)
    assert joined[-1].cursor == ""


@given(st.lists(st.integers(0, 700), min_size=1, max_size=9))
async def test_no_more_is_held_than_a_segment_holds(sizes: list[int]) -> None:
    """Pages are joined up to 1,000 records, and any two neighbours would have been more."""
    pages = _pages([([str(number) for number in range(size)], []) for size in sizes])
    held = [len(page.records) for page in await _all(pages)]
    assert sum(held) == sum(sizes)
    assert max(held) <= RECORDS
    assert all(one + other > RECORDS for one, other in pairwise(held))


@pytest.mark.parametrize(("deadline", "seconds", "expected"), [(0, 0.0, 5), (NEVER, 6.0, 3), (NEVER, 0.0, 1)])
async def test_nothing_is_held_for_long(deadline: float, seconds: float, expected: int) -> None:
    """Pages are held for ten seconds at most, and not at all once the pull's time is up."""
    assert (
        len(await _all(_pages([([str(number)], []) for number in range(5)]), deadline, seconds)) == expected
    )


async def test_what_is_held_is_given_before_a_wait() -> None:
    """A vendor that asks to wait after every few pages does not keep a pull from getting on."""
    pages = _pages([(["1"], []), (["2"], []), (["3"], [])])[:2]
    got: list[Page] = []

    async def read() -> None:
        async for page in gathered(_source(pages, is_cut=True), NEVER):
            got.append(page)  # noqa: PERF401 - what came before the error counts

    with pytest.raises(RetryLater):
        await read()
    assert [(len(page.records), page.cursor) for page in got] == [(2, "2")]

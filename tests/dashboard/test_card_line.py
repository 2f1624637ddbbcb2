"""The line at 80 per cent: it parts the list where the largest rows end, whatever their sign."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from functions.dashboard.card_line import Line, line

GAPS = st.lists(st.integers(-50, 50).map(Decimal), min_size=2, max_size=30)


@given(gaps=GAPS, data=st.data())
def test_what_stands_above_is_the_largest(gaps: list[Decimal], data: st.DataObject) -> None:
    """The rows above the line, with those that it names of the list's end, are the largest ones."""
    listed = sorted(gaps, reverse=True)
    count = data.draw(st.integers(1, len(listed)))
    negative = [-each for each in reversed(listed) if each < 0]
    found = line(listed, 1, count, negative)
    if found is None:
        return
    above = [*listed[: found.after], *listed[len(listed) - found.negative :]]
    largest = sorted(map(abs, listed), reverse=True)[:count]
    assert largest == sorted(map(abs, above), reverse=True)


@given(gaps=GAPS, data=st.data())
def test_there_is_a_line_wherever_it_parts_two_rows(gaps: list[Decimal], data: st.DataObject) -> None:
    """Where the largest rows include the first one and not all that is positive, the line is drawn."""
    listed = sorted(map(abs, gaps), reverse=True)
    count = data.draw(st.integers(1, len(listed) - 1))
    assert Line(count, 0) == line(listed, 1, count, [])


@given(gaps=GAPS, size=st.integers(2, 10), data=st.data())
def test_pages_agree(gaps: list[Decimal], size: int, data: st.DataObject) -> None:
    """A page draws the line where the whole list would have it, and no two pages draw another."""
    listed = sorted(gaps, reverse=True)
    count = data.draw(st.integers(1, len(listed)))
    negative = [-each for each in reversed(listed) if each < 0]
    sizes = [*sorted(map(abs, listed), reverse=True), Decimal(0)]
    if sizes[count - 1] == sizes[count]:
        return  # of rows of one size any may be the last above
    whole = line(listed, 1, count, negative)
    starts = range(0, len(listed), size)
    found = [line(listed[at : at + size], at + 1, count, negative) for at in starts]
    assert {each for each in found if each} <= {whole}

"""The garbage collector rests while any evaluation runs, and is as it was before once none does."""

import gc
from collections.abc import Iterator

import pytest

from shared.pipeline.collector import collector_at_rest


@pytest.fixture(autouse=True)
def _collector() -> Iterator[None]:
    """Leave the collector at work, whatever a test does to it."""
    yield
    gc.enable()


def test_it_rests_until_the_last_evaluation_ends() -> None:
    """Evaluations that overlap end in any order; only the last one sets the collector to work again."""
    first, second = collector_at_rest(), collector_at_rest()
    first.__enter__()
    assert not gc.isenabled()
    second.__enter__()
    first.__exit__(None, None, None)
    assert not gc.isenabled()
    second.__exit__(None, None, None)
    assert gc.isenabled()


def test_it_goes_on_resting_where_someone_woke_it() -> None:
    """An evaluation that ends leaves the others their rest, also where someone else broke it meanwhile."""
    with collector_at_rest():
        gc.enable()
        with collector_at_rest():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()


def test_an_evaluation_that_fails_sets_it_to_work_again() -> None:
    """However an evaluation ends, the collector works after it."""
    with pytest.raises(ZeroDivisionError), collector_at_rest():
        raise ZeroDivisionError
    assert gc.isenabled()


def test_a_collector_that_was_off_stays_off() -> None:
    """Who switched the collector off finds it so."""
    gc.disable()
    with collector_at_rest(), collector_at_rest():
        pass
    assert not gc.isenabled()

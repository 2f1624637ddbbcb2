"""The simulation notices when a promise is broken on purpose."""

from dataclasses import replace

import pytest

from dev.faults.simulation.mutations import MUTATIONS, Mutation, changed, first_found
from dev.faults.simulation.run import simulate
from dev.faults.simulation.schedule import drawn

FEW = 6


@pytest.mark.parametrize("mutation", MUTATIONS.values(), ids=list(MUTATIONS))
def test_a_broken_promise_is_found(mutation: Mutation):
    """Aimed at where it is kept, one of the first few seeds finds it, and passes without the break."""
    aimed = (replace(drawn(seed), threshold=1, tarrying=0.3, entries=mutation.aimed) for seed in range(FEW))
    found = first_found(mutation, aimed)
    assert found is not None
    assert not simulate(found.schedule).failures


def test_what_was_changed_is_put_back():
    """After a mutation the app is as it was."""
    before = simulate(drawn(1)).hash
    for each in MUTATIONS.values():
        with changed(each):
            pass
    assert simulate(drawn(1)).hash == before


def test_a_mutation_of_a_text_that_is_gone_is_refused():
    """A table that no longer fits the code says so, rather than change nothing."""
    with pytest.raises(ValueError, match="does not say once"), changed(Mutation("json:dumps", "?!", "")):
        pass

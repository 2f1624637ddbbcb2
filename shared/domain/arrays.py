"""numpy, loaded when it is first used: a call to the app that is to judge nothing does without it.

Only what is done to a whole column uses it; what is said of one record is plain Python (docs/adr/0013).
"""

from typing import Any, TypeAlias

Array: TypeAlias = Any
"""An array of one dimension. numpy's own types are written in a newer Python than we may run on."""


class _Late:
    """Stands for numpy until it is asked for something."""

    def __getattr__(self, name: str) -> Any:
        import numpy  # noqa: ICN001, PLC0415 - heavy to load

        found = getattr(numpy, name)
        setattr(self, name, found)
        return found


np: Any = _Late()


def load() -> None:
    """Load numpy now, which takes a tenth of a second: while the store is waited for, say."""
    _ = np.ndarray


def united(*parts: Array) -> Array:
    """Give all that these arrays have, each once, in order; numpy's own way loads masked arrays for it."""
    ranked = np.sort(np.concatenate(parts))
    found: Array = ranked[are_new(ranked)]
    return found


def are_new(ranked: Array) -> Array:
    """Mark what differs from what stands before it."""
    found = np.ones(len(ranked), bool)
    np.not_equal(ranked[1:], ranked[:-1], out=found[1:])
    return found


__all__ = ["Array", "are_new", "load", "np", "united"]

"""What instances of the app do to the exceptions of a card, for laws of what is stored."""

from dataclasses import dataclass
from typing import Any, cast

from hypothesis import strategies as st

from shared.domain.exceptions import TIEOUT, NotAllowed, Step
from shared.store.exception_entities import CardName
from shared.store.exceptions import Exceptions

CARD = CardName("fern", "ecom_customers_absent_from_sage")


@dataclass(frozen=True)
class Deed:
    """Something that one of two instances does to some exceptions of a card, or the sweep of old ones."""

    instance: int
    ids: list[str]
    action: str
    is_together: bool


DEEDS = st.lists(
    st.builds(
        Deed,
        instance=st.integers(0, 1),
        ids=st.lists(st.sampled_from("abc"), min_size=1, max_size=3, unique=True),
        action=st.sampled_from(["appeared", "matched", "came_back", "assign", "snooze", "resolve", "drop"]),
        is_together=st.booleans(),
    ),
    max_size=10,
)


def step_of(number: int, action: str) -> Step:
    """Give the step of a deed: an evaluation's or a person's; every two have one instant."""
    who = TIEOUT if action in {"appeared", "matched", "came_back"} else "ann"
    at = f"2026-04-14T09:00:{number // 2:02}Z"
    return Step(at=at, who=who, action=cast("Any", action), until="2027-01-01T00:00:00Z", assignee="AR")


async def do(exceptions: Exceptions, deed: Deed, step: Step) -> None:
    """Do it; what its state forbids is let go."""
    if deed.action == "drop":
        await exceptions.drop_resolved(CARD, step.at)
    elif deed.is_together:
        await exceptions.take_all(CARD, dict.fromkeys(deed.ids, (step, None)))
    else:
        for case_id in deed.ids:
            try:
                await exceptions.take(CARD, case_id, step)
            except NotAllowed:
                continue

"""Asking for evaluations: one answers everybody who asked before it began (docs/adr/0014).

Evaluations of a workspace are counted as they begin, in the same write that takes the lease. Who asks has
written the cause before, and says how many had begun by then: one that begins later sees the cause. By the
same count an evaluation knows that its lease ran out and was taken.
"""

from dataclasses import asdict, dataclass
from typing import Any

from shared.domain.windows import text
from shared.pipeline.services import Services
from shared.store.checkpoints import Evaluations
from shared.store.queues import EVALUATE

TRY_AGAIN = 15.0
"""Seconds after which a workspace that is being evaluated is looked at again."""


@dataclass(frozen=True, slots=True)
class Asked:
    """When an evaluation was asked for."""

    begun: int
    """How many evaluations had begun by then."""
    at: str
    """The asker's time: nothing that they wrote counts only from a later instant on."""


async def request_evaluation(services: Services, workspace_id: str) -> None:
    """Ask for an evaluation of a workspace, after what is to be seen by it was written."""
    known = await services.store.checkpoints.evaluations(workspace_id)
    asked = Asked(known.begun, text(services.clock()))
    await services.store.queues.send(EVALUATE, _message(workspace_id, asked))


async def put_off(services: Services, workspace_id: str, asked: Asked | None) -> None:
    """Have a message looked at again later; it still asks for what it asked for."""
    await services.store.queues.send(EVALUATE, _message(workspace_id, asked), TRY_AGAIN)


async def is_answered(services: Services, workspace_id: str, asked: Asked | None) -> bool:
    """Say whether an evaluation that began after this was asked for has ended well.

    Machines' clocks differ, and some of what is stored counts from the instant that its writer's clock gave:
    one that looked from before the asker's time is no answer.
    """
    if asked is None:
        return False
    known = await services.store.checkpoints.evaluations(workspace_id)
    return known.ended > asked.begun and known.looked_at >= asked.at


class Overtaken(Exception):
    """Another evaluation or an erasure has begun: the lease of this one ran out."""


async def check_turn(services: Services, workspace_id: str, lease: Evaluations) -> None:
    """Raise Overtaken where the lease was taken since. No clock is asked: it may have stood still, too."""
    if (await services.store.checkpoints.evaluations(workspace_id)).begun > lease.begun:
        raise Overtaken


def _message(workspace_id: str, asked: Asked | None) -> dict[str, Any]:
    return {"workspace": workspace_id, **({"asked": asdict(asked)} if asked else {})}

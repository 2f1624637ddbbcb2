"""What people do about alerts: told in the log first, then kept if nobody else has changed the alert."""

from dataclasses import replace

from shared.domain.alerts import Alert
from shared.pipeline.audit import Note, note
from shared.pipeline.services import Services
from shared.store.tables import Conflict

NOT_DONE = "not done: the alert changed at that moment"


async def change_alert(
    services: Services, workspace: str, who: str, change: tuple[Alert, str], what: Note
) -> None:
    """Keep an alert as somebody changed it. Raises Conflict where it is no longer of the etag beside it.

    The log comes first: whatever breaks in between, no alert is quiet that the log does not tell of. What
    came too late is told there, too.
    """
    await note(services, workspace, who, what)
    try:
        await services.store.alerts.save(workspace, [change])
    except Conflict:
        undone = replace(what, before=what.after, after=what.before, why=NOT_DONE)
        await note(services, workspace, who, undone)
        raise

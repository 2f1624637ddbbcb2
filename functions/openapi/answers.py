"""What each route answers when all is well, by its name: status, and model where it has a body of JSON."""

from collections.abc import Mapping

from pydantic import BaseModel

from functions.models import alerts, base, cards, rows, sources, work, workspaces
from shared.domain.workspace import Workspace

Answers = Mapping[int, type[BaseModel] | str | None]
"""By status: a model, `file` for a file, `object` for JSON without a model, None for no body."""

FILE, OBJECT, EVENTS = "file", "object", "events"

ANSWERS: Mapping[str, Answers] = {
    "list_workspaces": {200: workspaces.WorkspaceList},
    "workspace_schema": {200: OBJECT},
    "read_workspace": {200: Workspace},
    "save_workspace": {200: Workspace, 201: Workspace},
    "check_workspace": {200: workspaces.CheckedDocument},
    "list_cards": {200: cards.CardList},
    "read_card": {200: cards.CardReading},
    "preview_card": {200: cards.PreviewAnswer},
    "read_card_history": {200: cards.CardHistory},
    "list_rows": {200: rows.RowPage},
    "export_rows": {200: FILE},
    "list_exceptions": {200: work.ExceptionPage},
    "read_exception": {200: work.ExceptionDetail},
    "change_exception": {200: work.ExceptionDetail},
    "comment_on_exception": {201: work.ExceptionDetail},
    "change_exceptions": {200: work.BulkResults},
    "list_decisions": {200: work.DecisionList},
    "take_decision": {200: work.DecisionEntry, 201: work.DecisionEntry},
    "reverse_decision": {200: work.DecisionEntry},
    "list_alerts": {200: alerts.AlertList},
    "read_alert": {200: alerts.AlertEntry},
    "change_alert": {200: alerts.AlertEntry},
    "list_deliveries": {200: alerts.DeliveryList},
    "send_again": {202: alerts.DeliveryEntry},
    "read_audit": {200: work.AuditPage},
    "list_sources": {200: sources.SourceList},
    "ask_for_pull": {202: sources.PullAsked},
    "check_source": {200: sources.CheckedConnection},
    "send_records": {200: sources.UploadResult},
    "list_bad_records": {200: sources.BadRecordPage},
    "confirm_rows": {200: sources.ConfirmedRows},
    "erase_person": {202: work.ErasureBegun},
    "export_person": {200: OBJECT},
    "ask_for_evaluation": {202: sources.EvaluationAsked},
    "list_keys": {200: workspaces.KeyList},
    "make_key": {201: workspaces.MadeKey},
    "revoke_key": {204: None},
    "make_hook": {201: alerts.HookEntry},
    "list_hooks": {200: alerts.HookList},
    "remove_hook": {204: None},
    "poll_alerts": {200: EVENTS, 202: None},
    "read_swagger": {200: OBJECT},
    "examine_app": {200: workspaces.Examination},
    "health": {200: workspaces.Health, 503: workspaces.Health},
}


def answers_of(route: str) -> Answers:
    """Give what a route answers; of one that nothing is said of yet, any JSON."""
    return ANSWERS.get(route, {200: OBJECT})


PROBLEM = base.Problem
EVENT = alerts.AlertEvent
TAGGED = frozenset(
    {
        "list_workspaces",
        "workspace_schema",
        "read_workspace",
        "list_cards",
        "read_card",
        "read_card_history",
        "list_rows",
        "export_rows",
        "read_exception",
        "read_alert",
        "read_swagger",
    }
)
"""Routes whose answers have an ETag, and 304 for who has it already."""
GUARDED = frozenset({"save_workspace", "change_exception", "comment_on_exception", "change_alert"})
"""Routes that take If-Match, and answer 412 where someone else was quicker."""
REFUSALS: Mapping[str, tuple[int, ...]] = {
    "read_card": (410,),
    "preview_card": (409, 410),
    "list_rows": (410,),
    "export_rows": (410,),
    "change_exception": (409,),
    "comment_on_exception": (409,),
    "change_alert": (409,),
    "send_again": (409,),
    "ask_for_pull": (409,),
    "check_source": (409,),
    "send_records": (400, 409, 413, 415, 422),
    "list_bad_records": (409,),
    "confirm_rows": (409,),
    "ask_for_evaluation": (409,),
    "make_hook": (409,),
    "save_workspace": (409, 415),
}
"""What a route refuses besides what every route of its kind does."""

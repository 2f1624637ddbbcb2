"""What people read of each operation and parameter besides what the code says of itself."""

from collections.abc import Mapping
from typing import Any, Literal

Visibility = Literal["important", "advanced", "internal", "none"]

SUMMARIES: Mapping[str, tuple[str, Visibility]] = {
    "list_workspaces": ("List workspaces", "none"),
    "workspace_schema": ("Get the schema of a workspace document", "internal"),
    "read_workspace": ("Get a workspace document", "advanced"),
    "save_workspace": ("Save a workspace document", "internal"),
    "check_workspace": ("Check a workspace document", "internal"),
    "list_cards": ("List cards", "important"),
    "read_card": ("Get a card", "important"),
    "preview_card": ("Preview a card under other settings", "advanced"),
    "read_card_history": ("Get the history of a card", "none"),
    "list_rows": ("List the rows of a card", "important"),
    "export_rows": ("Export the rows of a card as CSV", "important"),
    "list_exceptions": ("List exceptions", "none"),
    "read_exception": ("Get an exception", "none"),
    "change_exception": ("Change an exception", "none"),
    "comment_on_exception": ("Comment on an exception", "none"),
    "change_exceptions": ("Change many exceptions", "advanced"),
    "list_decisions": ("List decisions", "advanced"),
    "take_decision": ("Take a decision", "advanced"),
    "reverse_decision": ("Take a decision back", "advanced"),
    "list_alerts": ("List alerts", "none"),
    "read_alert": ("Get an alert", "none"),
    "change_alert": ("Change an alert", "none"),
    "list_deliveries": ("List deliveries", "advanced"),
    "send_again": ("Send a delivery again", "advanced"),
    "read_audit": ("List the audit log", "advanced"),
    "list_sources": ("List sources", "none"),
    "ask_for_pull": ("Pull a source", "none"),
    "check_source": ("Check a source", "advanced"),
    "send_records": ("Send records to a source", "advanced"),
    "list_bad_records": ("List bad records", "advanced"),
    "confirm_rows": ("Confirm the number of records", "advanced"),
    "erase_person": ("Erase a person", "advanced"),
    "export_person": ("Export a person", "advanced"),
    "ask_for_evaluation": ("Evaluate all cards", "none"),
    "list_keys": ("List keys", "internal"),
    "make_key": ("Make a key", "internal"),
    "revoke_key": ("Revoke a key", "internal"),
    "make_hook": ("When an alert changes", "important"),
    "list_hooks": ("List hooks", "internal"),
    "remove_hook": ("Remove a hook", "internal"),
    "poll_alerts": ("When an alert has changed (polling)", "advanced"),
    "read_swagger": ("Get this document", "internal"),
    "examine_app": ("Examine the app", "internal"),
    "health": ("Get the health of the app", "advanced"),
}
"""The name of each operation in flows, and how much its maker is shown of it."""

TRIGGERS: Mapping[str, dict[str, Any]] = {
    "make_hook": {
        "x-ms-trigger": "single",
        "x-ms-trigger-hint": "To see it work now, wait for the next alert of a card.",
    },
    "poll_alerts": {
        "x-ms-trigger": "batch",
        "x-ms-trigger-hint": "To see it work now, wait for the next alert of a card.",
    },
}

PARAMETERS: Mapping[str, str] = {
    "workspace": "Which workspace: its id.",
    "card": "Which card: its id.",
    "connection": "Which connection: its name.",
    "exception": "Which exception: its id, which is that of its row.",
    "alert": "Which alert: its id.",
    "decision": "Which decision: its id.",
    "delivery": "Which delivery: its id.",
    "hook": "Which hook: its id.",
    "key": "Which key: its id.",
    "page_size": "How many a page holds at most.",
    "page_token": "Where the page begins: next_page_token of the page before.",
    "reason": "Only with this reason.",
    "cohort": "Only of this cohort.",
    "cause": "Only with this cause.",
    "entity": "Only of this legal entity.",
    "company": "Only of this company of the ledger.",
    "platform": "Only from this platform.",
    "queue": "Only for this team's queue.",
    "segment": "Only of this segment.",
    "state": "Only in this state.",
    "assignee": "Only of this assignee.",
    "min_age_days": "Only at least so many days old.",
    "max_age_days": "Only at most so many days old.",
    "q": "Only with this text in order, name, email, match value, sales order or documents.",
    "sort": "By which field to sort, with - before it for the largest first.",
    "include_matched": "Whether to give the settled rows, too.",
    "severity": "Only of this severity.",
    "standing": "Only decisions that stand, or only those taken back.",
    "limit": "How many at most.",
    "since": "From which instant on; of a trigger, where the last answer ended.",
    "until": "Up to which instant.",
    "who": "Only what this caller did.",
    "subject": "Only of this kind of thing.",
    "id": "Only of the thing with this id.",
    "anew": "Whether to read everything, not only what changed.",
    "replace": "Whether the file is all that there is.",
    "stream": "Only of this stream.",
    "weeks": "How many weeks.",
    "rows": "How many rows to give at most.",
    "records": "How many records there are.",
    "as_of": "As of which instant; left out, now.",
}
"""What each parameter means, by its name."""

INTERNAL = frozenset({("poll_alerts", "since")})
"""Parameters that Power Automate fills in by itself, and that no maker of a flow is shown."""

_WORKSPACES = {
    "operationId": "ListWorkspaces",
    "value-collection": "workspaces",
    "value-path": "id",
    "value-title": "name",
}
_IN_WORKSPACE = {"workspace": {"parameter": "workspace"}}
DYNAMIC: Mapping[str, dict[str, Any]] = {
    "workspace": _WORKSPACES,
    "card": {
        "operationId": "ListCards",
        "parameters": _IN_WORKSPACE,
        "value-collection": "cards",
        "value-path": "card",
        "value-title": "title",
    },
    "connection": {
        "operationId": "ListSources",
        "parameters": _IN_WORKSPACE,
        "value-collection": "sources",
        "value-path": "name",
        "value-title": "title",
    },
}
"""Parameters whose values a flow's maker picks from a list, and where that list is."""

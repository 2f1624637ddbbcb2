"""The operator's workbook, made of the queries beside it, so that both ask the same.

`python -m dev.workbook` writes it; a test compares. https://learn.microsoft.com/azure/azure-monitor/visualize/workbooks-overview
"""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "infra" / "workbook"
FILE = FOLDER / "workbook.json"
TABS = {
    "Pulls": (
        "late_connections",
        "last_successful_pull",
        "pull_problems",
        "throttles_by_vendor",
        "pull_rate",
        "vendor_calls",
        "bad_records",
    ),
    "Cards": ("held_cards", "cases_by_reason", "evaluation_time"),
    "Messages": ("deliveries_failed", "poison_messages", "queue_age"),
    "App": ("failures", "slowest_requests", "store_transactions"),
    "One operation": ("one_operation",),
}
"""What stands together, in order."""
_HOUR = 3_600_000
_RANGES = (_HOUR, 4 * _HOUR, 24 * _HOUR, 7 * 24 * _HOUR, 30 * 24 * _HOUR)


def text() -> str:
    """Give the workbook as it is kept."""
    return json.dumps(document(), indent=2) + "\n"


def document() -> dict[str, Any]:
    """Give the workbook: a stretch of time to choose, and tabs of queries."""
    tabs = [
        {"id": str(at), "cellValue": "tab", "linkTarget": "parameter", "linkLabel": title, "subTarget": title}
        for at, title in enumerate(TABS)
    ]
    items: list[dict[str, Any]] = [
        {"type": 9, "content": _parameters(), "name": "parameters"},
        {"type": 11, "content": {"version": "LinkItem/1.0", "style": "tabs", "links": tabs}, "name": "tabs"},
    ]
    for title, names in TABS.items():
        items += [_item(title, name) for name in names]
    return {
        "version": "Notebook/1.0",
        "items": items,
        "$schema": "https://github.com/Microsoft/Application-Insights-Workbooks/blob/master/schema/workbook.json",
    }


def _parameters() -> dict[str, Any]:
    time_range = {
        "name": "TimeRange",
        "label": "Time",
        "type": 4,
        "isRequired": True,
        "value": {"durationMs": 24 * _HOUR},
        "typeSettings": {"selectableValues": [{"durationMs": each} for each in _RANGES]},
    }
    operation = {
        "name": "Operation",
        "label": "Operation id",
        "type": 1,
        "description": "From a line of the log or from another tab: 32 hex digits",
        "value": "",
    }
    given = [
        each | {"id": each["name"], "version": "KqlParameterItem/1.0"} for each in (time_range, operation)
    ]
    return {"version": "KqlParameterItem/1.0", "parameters": given, "style": "pills"}


def _item(tab: str, name: str) -> dict[str, Any]:
    comment, query = (FOLDER / "queries" / f"{name}.kql").read_text(encoding="utf-8").split("\n", 1)
    content = {
        "version": "KqlItem/1.0",
        "query": query.strip(),
        "size": 0,
        "title": comment.removeprefix("// "),
        "timeContextFromParameter": "TimeRange",
        "queryType": 0,
        "resourceType": "microsoft.insights/components",
    }
    shown = {"parameterName": "tab", "comparison": "isEqualTo", "value": tab}
    return {"type": 3, "content": content, "conditionalVisibility": shown, "name": name}


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")

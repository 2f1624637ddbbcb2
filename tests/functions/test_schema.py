"""The JSON Schema of the workspace's document says what counts where a part is left out."""

from typing import Any

import pytest

from shared.domain.notifications import AlertSettings, Notifications
from shared.domain.workspace import FieldMap, KeyPrecedence, Retention
from shared.workspaces import schema


@pytest.mark.parametrize(
    ("model", "name", "part"),
    [
        ("", "field_map", FieldMap),
        ("", "notifications", Notifications),
        ("", "retention", Retention),
        ("FieldMap", "key_precedence", KeyPrecedence),
        ("CardSettings", "alert", AlertSettings),
    ],
)
def test_each_part_tells_its_default(model: str, name: str, part: Any) -> None:
    """An editor that completes a document by the schema writes what would have counted anyway."""
    found = schema()
    properties = (found["$defs"][model] if model else found)["properties"]
    assert properties[name]["default"] == part().model_dump(mode="json")

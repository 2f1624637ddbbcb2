"""A connection's settings: which templates it takes, and that what is saved can be pulled."""

from dataclasses import replace
from itertools import combinations
from typing import Any, cast

import pytest
from pydantic import ValidationError

from shared.domain.workspace import Connection, Workspace
from shared.errors import ConfigurationError
from shared.pipeline.jobs import jobs_of, options_of
from shared.pipeline.services import Services
from shared.pipeline.vendor import client_of
from shared.sources import SOURCES
from shared.workspaces import faults
from tests.functions.app import document

OPTIONS: dict[str, dict[str, Any]] = {
    "adobe_commerce": {"host": "shop.example"},
    "bigcommerce": {"store_hash": "a1"},
    "business_central": {"tenant_id": "t", "companies": ["CRONUS"]},
    "dataverse": {"tenant_id": "t", "host": "acme.crm.dynamics.com"},
    "finance_operations": {"tenant_id": "t", "host": "acme.operations.dynamics.com", "companies": ["usmf"]},
    "sage_intacct": {"username": "reader@acme"},
    "sage_network": {},
    "shopify": {"shop": "acme"},
}
ADOBE = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")
NAMES = {
    source.kind: {
        "shopify": ("access_token", "client_id", "client_secret"),
        "adobe_commerce": ADOBE,
        "sage_intacct": ("client_id", "client_secret"),
    }.get(source.kind, source.secrets)
    for source in SOURCES
    if source.form is None
}


GIVEN = [
    (kind, given)
    for kind, names in NAMES.items()
    for count in range(len(names) + 1)
    for given in combinations(names, count)
]


async def _can_be_pulled(workspace: Workspace) -> bool:
    async def secret(_: str) -> str:
        return "invented"

    job = jobs_of(workspace, workspace.connections[0])[0]
    services = replace(Services(cast("Any", None)), secret=secret)
    try:
        async with await client_of(services, job, options_of(job.source, job.connection)):
            return True
    except ConfigurationError:
        return False


@pytest.mark.parametrize(("kind", "given"), GIVEN, ids=str)
async def test_what_is_saved_can_be_pulled(kind: str, given: tuple[str, ...]) -> None:
    """Whichever secrets a connection has: it passes the check exactly where a pull takes them."""
    connection = {
        "name": "one",
        "kind": kind,
        "options": OPTIONS[kind],
        "secrets": {name: f"env:{name}" for name in given},
    }
    workspace = Workspace.model_validate(document(connections=[connection]))
    found = [fault.path for fault in faults(workspace)]
    assert await _can_be_pulled(workspace) == (not found)
    assert all(path.startswith("connections.0.secrets.") for path in found)


@pytest.mark.parametrize("template", ["{number}", "SH-{id}", "{order_number}-R{id}", "plain", ""])
def test_a_reference_fills_in_three_names(template: str) -> None:
    """Number, id and order number can stand anywhere in a reference."""
    assert template == Connection(name="a", kind="shopify", return_reference=template).return_reference


@pytest.mark.parametrize(
    "template",
    [
        "{number:>999999999}",
        "{number.__class__}",
        "{id[0]}",
        "{id!r}",
        "{nr}",
        "{}",
        "{0}",
        "{{id}}",
        "{",
        "a}",
    ],
)
@pytest.mark.parametrize("field", ["order_reference", "return_reference"])
def test_a_reference_fills_in_nothing_else(template: str, field: str) -> None:
    """No width, attribute, index or other brace: one could take all memory, or look inside."""
    with pytest.raises(ValidationError, match="can be filled in"):
        Connection.model_validate({"name": "a", "kind": "shopify", field: template})

"""Checks the connections of docs/getting-started.md at simulated vendors, as `./run sources check` does."""

import asyncio
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, cast

from rich.console import Console

from dev.commands.source_tables import check_table
from dev.vendors.facts import Account, LedgerCustomer, Person
from dev.vendors.server import VENDORS, serving
from shared.domain.workspace import Workspace
from shared.pipeline.checks import examine
from shared.pipeline.services import Services
from tests.docs.pages import BLOCKS

ENTRA = frozenset({"business_central", "finance_operations", "dataverse"})
DOCUMENT: dict[str, Any] = {
    "id": "acme",
    "name": "Acme Ltd",
    "time_zone": "Europe/London",
    "reporting_currency": "GBP",
}
WRONG = "wrong"


def connections() -> dict[str, dict[str, Any]]:
    """Give the connections that the page shows, by name; one that comes twice is the same."""
    found: dict[str, dict[str, Any]] = {}
    for block in BLOCKS:
        if block.page == "docs/getting-started.md" and block.kind == "json":
            document = json.loads(block.text)
            for each in document.get("connections", [document]):
                assert found.setdefault(each["name"], each) == each
    return found


@dataclass(frozen=True)
class Scene:
    """What a vendor knows and what else differs, for one line that the check prints."""

    account: Account = field(default_factory=Account)
    secrets: Mapping[str, str] = field(default_factory=dict)
    """By name, where they are not the vendor's own."""
    options: Mapping[str, Any] = field(default_factory=dict)
    field_map: Mapping[str, Any] = field(default_factory=dict)


GOOD = Scene(Account(ledger_companies=["Acme Ltd"]))
_SINCE = datetime(2026, 1, 5, tzinfo=UTC)
_KNOWN = LedgerCustomer(
    number="C1", name="Ann Moore", address=Person(), created_at=_SINCE, modified_at=_SINCE
)
RUNNING = {
    "finance": Scene(Account(ledger_companies=["usmf"], ledger_customers=[replace(_KNOWN, company="usmf")]))
}
"""What else is there where everything is in place."""

FAULTY = {
    "web-shop": Scene(field_map={"vat_field": "custom.vat_number"}),
    "store": Scene(secrets={"access_token": WRONG}),
    "trade-portal": Scene(options={"b2b_base_url": "{vendors}/nowhere"}),
    "adobe": Scene(Account(has_b2b=False)),
    "adobe-cloud": Scene(field_map={"vat_field": "vat_number"}),
    "ledger": Scene(Account(ledger_companies=["Acme Ltd"]), options={"companies": ["Acme Limited"]}),
    "finance": Scene(Account(ledger_companies=["usmf"]), options={"companies": ["gbsi"]}),
    "crm": Scene(Account(barred=frozenset({"opportunities"}))),
    "intacct": Scene(Account(denied=frozenset({"accounts-receivable/customer"}))),
    "intacct-xml": Scene(Account(denied=frozenset({"AUDITHISTORY"}))),
    "network": Scene(secrets={"api_key": WRONG}),
}
"""What stands behind the line that the page shows for each connection."""


def _secrets(kind: str) -> dict[str, str]:
    module = "entra" if kind in ENTRA else kind
    vendor = next(each for each in VENDORS if each.__name__.endswith(f".{module}"))
    found: dict[str, str] = vars(vendor)["SECRETS"]
    return found


def checked(names: list[str], scenes: Mapping[str, Scene], monkeypatch: Any) -> str:
    """Give what the command prints for these connections, where their vendors are as the scenes say."""
    shown = connections()
    with serving({name: scenes.get(name, GOOD).account for name in names}) as address:
        prepared = []
        field_map: dict[str, Any] = {}
        for name in names:
            connection, scene = shown[name], scenes.get(name, GOOD)
            field_map |= scene.field_map
            for secret, reference in connection.get("secrets", {}).items():
                value = scene.secrets.get(secret) or _secrets(connection["kind"])[secret]
                monkeypatch.setenv(reference.removeprefix("env:"), value)
            prepared.append(_at(address, connection, scene))
        document = Workspace.model_validate(DOCUMENT | {"connections": prepared, "field_map": field_map})
        found = asyncio.run(_examined(document))
    return rendered(found)


def unset() -> str:
    """Give what the command prints where the secrets of the shop are not in the environment."""
    document = Workspace.model_validate(DOCUMENT | {"connections": [connections()["web-shop"]]})
    return rendered(asyncio.run(_examined(document)))


async def _examined(document: Workspace) -> list[Any]:
    services = Services(cast(Any, None), is_local=True)
    return [(each, await examine(services, document, each)) for each in document.connections]


def rendered(found: Any) -> str:
    """Give the table of a check as 118 columns show it, without blanks at the ends of lines."""
    console = Console(file=io.StringIO(), width=118, color_system=None)
    console.print(check_table(found))
    written: str = console.file.getvalue()  # type: ignore[attr-defined]
    return "\n".join(line.rstrip() for line in written.splitlines()) + "\n"


def _at(address: str, connection: dict[str, Any], scene: Scene) -> dict[str, Any]:
    """Give a connection whose vendor is the simulated one."""
    kind = connection["kind"]
    if kind.endswith("_log") or kind == "marketplace":
        return connection
    options = connection.get("options", {}) | {
        name: value.replace("{vendors}", address) if isinstance(value, str) else value
        for name, value in scene.options.items()
    }
    token = {"token_url": f"{address}/entra"} if kind in ENTRA else {}
    if options.get("flavour") == "saas":
        token = {"token_url": f"{address}/adobe_commerce/{connection['name']}/ims/token/v3"}
    path = "/xml/xmlgw.phtml" if options.get("api") == "xml" else ""
    return connection | {
        "base_url": f"{address}/{kind}/{connection['name']}{path}",
        "options": options,
        **token,
    }

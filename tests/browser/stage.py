"""The app with demonstration worlds in it, pulled and evaluated once for all tests that look at its pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from dev.commands.demo import App, pull_and_read, running
from dev.vendors.facts import Account
from dev.worlds.distribution_bc import distribution_bc
from dev.worlds.gifts_sage import gifts_sage
from dev.worlds.world import World

GIFTS = "gifts-sage"
"""The workspace whose pages are only looked at."""
SPARE = "gifts-worked"
"""Its twin: tests that change something change this one."""
BROKEN = "gifts-broken"
"""Another twin, whose Sage Intacct stops answering."""
TRADE = "distribution-bc"
"""The workspace of the gap card."""
ABSENT = "ecom_customers_absent_from_sage"
GAP = "revenue_gap_detailed_breakdown"


@dataclass(frozen=True)
class Stage:
    """A running app with its workspaces, and keys to them."""

    app: App
    keys: dict[str, str]
    """The key of each workspace's owner, who administers it too."""
    expired: str
    """A key that was good when it was made."""
    accounts: dict[str, Account]
    """What the simulated vendors know, by account."""

    @property
    def url(self) -> str:
        """Where the app answers."""
        return str(self.app.base_url).rstrip("/")

    def get(self, workspace: str, path: str, **params: Any) -> Any:
        """Ask the interface for a workspace's JSON, as its owner's program would."""
        return self.app.get(f"/api/v1/workspaces/{workspace}{path}", params=params).raise_for_status().json()


def twin(world: World, identity: str) -> World:
    """Give a world under another name, with vendors' accounts of its own."""
    was = world.document["id"]
    document = World(document=world.document, accounts={}).at("{vendors}")
    document["id"] = identity
    for connection in document["connections"]:
        connection["base_url"] = connection["base_url"].replace(f"/{was}-", f"/{identity}-")
    accounts = {name.replace(was, identity, 1): account for name, account in world.accounts.items()}
    return World(document=document, accounts=accounts, named=world.named)


@contextmanager
def staged() -> Iterator[Stage]:
    """Run the app on these worlds while the block runs."""
    worlds = [gifts_sage(), twin(gifts_sage(), SPARE), twin(gifts_sage(), BROKEN), distribution_bc()]
    accounts = {name: account for world in worlds for name, account in world.accounts.items()}
    with running(worlds) as app:
        names = [world.document["id"] for world in worlds]
        keys = {name: key_of(app, name, "Monday morning", roles=["owner", "admin"]) for name in names}
        soon = datetime.now(UTC) + timedelta(seconds=1)
        expired = key_of(app, GIFTS, "Last year's", roles=["owner"], expires_at=soon.isoformat())
        pull_and_read(app, worlds)
        yield Stage(app, keys, expired, accounts)


def key_of(app: App, workspace: str, name: str, **settings: Any) -> str:
    """Make a key of a workspace."""
    body = {"name": name, **settings}
    made = app.post(f"/api/v1/workspaces/{workspace}/keys", json=body).raise_for_status().json()
    return str(made["key"])

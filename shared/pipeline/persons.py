"""Finding a person: by one thing that is known of them, all that is stored of them."""

from collections.abc import Iterator
from dataclasses import dataclass

from shared.domain import keys
from shared.domain.erasure import Columns, Finder, Kind, Traces, is_account, is_master, linked, words_of
from shared.domain.workspace import Workspace
from shared.pipeline.services import Services

_ROUNDS = 2
"""A shop's account leads to an email, and that to a ledger's account: no lead is longer than that."""
_FREE_TEXT = ("error", "flow")
_REFERENCES = ("document_reference", "commerce_reference", "reference")


@dataclass(frozen=True, slots=True)
class Part:
    """One segment: where it is, and its key columns."""

    connection: str
    stream: str
    row: str
    columns: Columns


async def traces_of(
    services: Services, workspace: Workspace, kind: Kind, value: str, known: Traces | None = None
) -> Traces:
    """Give by what a person is known who is named by a normalised value; `known` is what was found before.

    An email is one person's, as everywhere; so is a customer account with all its orders, and a ledger's
    account that is no holding customer's. A VAT number, a phone or an account number that others have, too,
    names nobody but by itself.
    """
    found = known or Traces()
    if kind == "email":
        found.emails.add(value)
    parts = [Part(*each) async for each in services.store.erasures.segments(workspace.id)]
    for _ in range(_ROUNDS):
        for part in parts:
            if is_account(part.columns):
                await _accounts(services, workspace, part, (kind, value), found)
        for part in parts:
            if "placed_at" in part.columns:
                await _orders(services, workspace, part, (kind, value), found)
    for part in parts:
        if not is_account(part.columns) and "placed_at" not in part.columns:
            await _others(services, workspace, part, found)
    _keep_own(parts, found)
    return found


def _named(part: Part, named: tuple[Kind, str], found: Traces) -> Iterator[int]:
    """Give the rows of customers or orders that are the person's by what stands in them."""
    kind, value = named
    columns = part.columns
    emails = columns["email"]
    accounts = columns["id"] if is_account(columns) else columns["customer_id"]
    by = accounts if kind == "customer_id" else columns.get(kind, ())
    hits = {at for at, each in enumerate(by) if each == value}
    hits |= {at for at, each in enumerate(emails) if each in found.emails}
    own = {each.partition("|")[2] for each in found.customers if each.startswith(f"{part.connection}|")}
    hits |= {at for at, each in enumerate(accounts) if each in own}
    yield from sorted(hits)


async def _accounts(
    services: Services, workspace: Workspace, part: Part, named: tuple[Kind, str], found: Traces
) -> None:
    columns = part.columns
    holding = {keys.account_reference(each) for each in workspace.field_map.holding_customers}
    for at in _named(part, named, found):
        if is_master(columns) and keys.account_reference(columns["number"][at]) in holding:
            continue
        found.customers.add(f"{part.connection}|{columns['id'][at]}")
        if is_master(columns):
            account = f"{part.connection}|{columns['company'][at]}|{columns['number'][at]}"
            found.accounts.add(account)
            found.own.add(columns["number"][at])
        await _add(services, workspace, part, at, found)


async def _orders(
    services: Services, workspace: Workspace, part: Part, named: tuple[Kind, str], found: Traces
) -> None:
    connection = workspace.connection(part.connection)
    template = connection.order_reference if connection else "{number}"
    for at in _named(part, named, found):
        number, order = part.columns["number"][at], part.columns["id"][at]
        name = template.format(number=number, id=order, order_number=number)
        # By no other name: what is one shop's number of an order may be another shop's id of somebody else's.
        found.orders |= {name, keys.document_reference(name)} - {""}
        await _add(services, workspace, part, at, found)


async def _others(services: Services, workspace: Workspace, part: Part, found: Traces) -> None:
    """Find what is linked by an account or an order: documents, and what connectors wrote about either."""
    columns = part.columns
    marks, finder = found.marks, Finder(found)
    is_text = any(name in columns for name in _FREE_TEXT)
    whole = columns
    if is_text:
        whole = await services.store.erasures.columns(workspace.id, part.connection, part.stream, part.row)
    for at in range(len(columns["id"])):
        references = {columns[name][at] for name in _REFERENCES if name in columns}
        is_linked = bool(references & found.orders) or not marks.isdisjoint(
            linked(columns, at, part.connection, part.stream)
        )
        is_told = is_text and finder.names(
            {name: each[at] for name, each in whole.items() if not name.startswith("=")}
        )
        if is_linked or is_told:
            await _add(services, workspace, part, at, found)


async def _add(services: Services, workspace: Workspace, part: Part, at: int, found: Traces) -> None:
    columns = part.columns
    record = f"{part.connection}|{part.stream}|{columns['id'][at]}"
    found.records.add(record)
    if "email" in columns:
        found.emails |= {columns["email"][at]} - {""}
        found.emails = {each for each in found.emails if not each.startswith("erased-")}
        for name in ("phone", "vat", "account_reference"):
            found.own |= {columns[name][at]} - {""}
    whole = await services.store.erasures.columns(workspace.id, part.connection, part.stream, part.row)
    found.words |= words_of(whole, at)


def _keep_own(parts: list[Part], found: Traces) -> None:
    """Leave out of what is the person's own what anybody else has, too, and what is masked already."""
    found.own = {each for each in found.own if not each.startswith("erased-")}
    for part in parts:
        columns = part.columns
        names = [each for each in ("phone", "vat", "account_reference", "number") if each in columns]
        if "email" not in columns:
            continue
        for name in names:
            if name == "number" and not is_master(columns):
                continue
            for at, value in enumerate(columns[name]):
                record = f"{part.connection}|{part.stream}|{columns['id'][at]}"
                if value in found.own and record not in found.records:
                    found.own.discard(value)
    found.own |= found.emails

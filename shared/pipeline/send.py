"""Sending: the way out for each channel, its budget shared by all that go the same way."""

import hashlib
from collections.abc import Callable

from shared import settings
from shared.alerting.channels import communication_services, flow, graph, hook, teams
from shared.alerting.email import LARGEST_ATTACHMENT, email_of
from shared.cards import card_of
from shared.domain.deliveries import Channel, Delivery
from shared.domain.events import event_document
from shared.domain.exceptions import TIEOUT
from shared.domain.notifications import Mail
from shared.domain.workspace import Connection, Workspace
from shared.errors import ConfigurationError, SourceError
from shared.export import Lines
from shared.pipeline import flows
from shared.pipeline.row_states import columns_of, row_states
from shared.pipeline.services import Services
from shared.sources.addresses import is_safe
from shared.sources.entra import EntraAuth
from shared.sources.http import Access, VendorClient


async def send(services: Services, workspace: Workspace, delivery: Delivery) -> None:
    """Send a delivery; raises ConfigurationError, SourceError and RetryLater as `VendorClient` does."""
    match delivery.channel:
        case "teams":
            async with await _to_address(services, workspace, delivery, teams.access) as client:
                await teams.send(client, delivery.message)
        case "hook":
            secret = workspace.notifications.hook_secret
            if secret is None:
                msg = "notifications.hook_secret is missing: hooks are signed with it"
                raise ConfigurationError(msg, "notifications.hook_secret")
            signed_with = await services.secret(secret)
            async with await _to_address(services, workspace, delivery, hook.access) as client:
                await hook.send(client, delivery.message, delivery.id, signed_with, services.clock())
        case "email":
            await _mail(services, workspace, delivery)
        case "flow":
            await _call(services, workspace, delivery)


async def _to_address(
    services: Services, workspace: Workspace, delivery: Delivery, access: Callable[..., Access]
) -> VendorClient:
    """Give the client for an address that is a secret; its reference names it."""
    address = await services.secret(delivery.recipient)
    found = _reached(
        services,
        workspace,
        (delivery.channel, delivery.recipient),
        {"address": address},
        lambda: access(address, is_local=services.is_local),
    )
    return services.connect(found, f"{delivery.channel} ({delivery.recipient})")


async def _call(services: Services, workspace: Workspace, delivery: Delivery) -> None:
    """Call a flow; one that is not there any more is not called again."""
    kept = await flows.registered(services, workspace.id, delivery.recipient)
    access = _reached(
        services,
        workspace,
        (delivery.channel, delivery.recipient),
        {"address": kept.address},
        lambda: flow.access(kept.address, settings.callback_hosts(), is_local=services.is_local),
    )
    async with services.connect(access, f"the flow {kept.id}") as client:
        is_there = await flow.send(client, event_document(delivery.message, delivery.made_at))
    if not is_there:
        await flows.remove(services, workspace.id, kept, TIEOUT)
        raise SourceError("the flow is not there any more: its hook is removed")


def _reached(
    services: Services,
    workspace: Workspace,
    way: tuple[Channel, str],
    secrets: dict[str, str],
    make: Callable[[], Access],
) -> Access:
    """Give the access of one way out, kept like a connection's: token and budget outlive a message."""
    channel, recipient = way
    name = f"{channel}-{hashlib.sha256(recipient.encode()).hexdigest()[:24]}"
    kept = Connection(name=name, kind=channel, options={"recipient": recipient})
    return services.reached.access(workspace.id, kept, secrets, make)


async def _mail(services: Services, workspace: Workspace, delivery: Delivery) -> None:
    mail = workspace.notifications.mail
    if mail is None:
        msg = "notifications.mail is missing: it says which mailbox sends"
        raise ConfigurationError(msg, "notifications.mail")
    email = email_of(delivery.message, delivery.role, await _csv(services, workspace, delivery))
    secrets: dict[str, str] = {name: await services.secret(ref) for name, ref in mail.secrets.items()}
    way: tuple[Channel, str] = ("email", mail.model_dump_json())
    access = _reached(services, workspace, way, secrets, lambda: _mail_access(mail, secrets))
    for name, address in (("endpoint", access.base_url), ("token_url", mail.token_url)):
        if address and not is_safe(address, is_local=services.is_local):
            msg = f"notifications.mail.{name} must give an https address"
            raise ConfigurationError(msg, f"notifications.mail.{name}")
    async with services.connect(access, "mail") as client:
        if mail.transport == "graph":
            await graph.send(client, mail.sender, delivery.recipient, email)
        else:
            await communication_services.send(client, mail.sender, delivery.recipient, email, delivery.id)


def _mail_access(mail: Mail, secrets: dict[str, str]) -> Access:
    if mail.transport == "azure_communication_services":
        return communication_services.access(mail.endpoint, secrets["access_key"])
    app = (secrets["client_id"], secrets["client_secret"])
    auth = EntraAuth("mail", mail.token_url, mail.tenant_id, app, graph.SCOPE)
    return graph.access(auth, mail.endpoint)


async def _csv(services: Services, workspace: Workspace, delivery: Delivery) -> bytes:
    """Give the rows behind a message as CSV; nothing where names stay inside, or where it is too large."""
    message = delivery.message
    card = card_of(message["card"])
    if card is None or message["kind"] == "recovered" or not workspace.notifications.show_names:
        return b""
    lines, states = Lines(columns_of(card)), await row_states(services, workspace, card)
    written = bytearray(lines.headings)
    try:
        async for page in services.store.readings.pages(workspace.id, card.id, message["evaluation"]):
            states.join(page)
            for row in page:
                if not row["is_settled"] and message["subset"] in {"", row.get("segment")}:
                    written += lines.of(row)
            if len(written) > LARGEST_ATTACHMENT:
                return b""
    except LookupError:
        return b""
    return bytes(written)

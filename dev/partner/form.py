"""The form for a new workspace, step by step: who, which connections, which field map, who is told."""

import re
from typing import Any

import typer

from dev.partner.questions import Document, as_kind, asked, at, faults_at, put, refused
from shared.domain.notifications import Mail
from shared.sources import SOURCES, source_of

_NO_NAME = re.compile(r"[^a-z0-9]+")
_ROLES = ("owner", "finance", "operations", "engineering", "marketing")
_LIST = tuple[str, ...]
_WHERE = "env:NAME or keyvault:NAME, never itself"


def filled_in() -> Document:
    """Ask for everything that a workspace needs, and give the document; each answer is checked at once."""
    document: Document = {"connections": []}
    name = asked(document, "name", "Name of the merchant")
    asked(document, "id", "Id, as addresses have it", default=id_of(name))
    asked(document, "time_zone", "Time zone, as IANA names it", default="Europe/London")
    asked(document, "reporting_currency", "Currency of reports, three letters", default="EUR")
    _entities(document)
    while _wants_another("connection", document["connections"]):
        _connection(document, f"connections.{len(document['connections'])}")
    _field_map(document)
    _channels(document)
    return document


def id_of(name: str) -> str:
    """Give the id that a name suggests."""
    return _NO_NAME.sub("-", name.lower()).strip("-")[:63]


def _wants_another(what: str, there: list[Any]) -> bool:
    return typer.confirm(f"Add {'another' if there else 'a'} {what}?", default=not there)


def _entities(document: Document) -> None:
    found = document.setdefault("entities", [])
    while _wants_another("legal entity", found):
        path = f"entities.{len(found)}"
        put(document, path, {})
        identity = asked(document, f"{path}.id", "  Id of the entity")
        asked(document, f"{path}.name", "  Its name", default=identity)
        question = "  What ledgers call it, with commas between (company names, dataAreaIds, entity ids)"
        asked(document, f"{path}.company_codes", question, default=[], kind=_LIST)
    if found:
        question = "Entity that orders post to if no rule says otherwise"
        asked(document, "field_map.default_entity", question, default=found[0]["id"])


def _connection(document: Document, path: str) -> None:
    put(document, path, {"name": "new"})
    kind = asked(document, f"{path}.kind", f"  Kind ({', '.join(each.kind for each in SOURCES)})")
    asked(document, f"{path}.name", "  Name of the connection", default=kind.replace("_", "-"))
    _options(document, path, kind)
    _secrets(document, path)
    _what_follows(document, path, kind)


def _options(document: Document, path: str, kind: str) -> None:
    """Ask for the options that the kind must have, and for the others where somebody wants to see them."""
    source = source_of(kind)
    fields = source.options.model_fields if source else {}
    put(document, f"{path}.options", {})
    for name, field in fields.items():
        if field.is_required():
            asked(document, f"{path}.options.{name}", f"  Option {name}", kind=field.annotation)
    others = {name: field for name, field in fields.items() if not field.is_required()}
    if not others or not typer.confirm(f"  Set other options ({', '.join(others)})?", default=False):
        return
    for name, field in others.items():
        default = field.get_default(call_default_factory=True)
        given = typer.prompt(f"  Option {name} ({default!r} if left empty)", default="", show_default=False)
        if given:
            put(document, f"{path}.options.{name}", given)
            _retry(document, f"{path}.options.{name}", f"  Option {name}", field.annotation)


def _retry(document: Document, path: str, question: str, kind: Any) -> None:
    """Read what was given as its kind, and ask again where that does not do."""
    try:
        put(document, path, as_kind(at(document, path), kind))
        wrong = faults_at(document, path)
    except ValueError as error:
        wrong = [(path, str(error))]
    if wrong:
        refused(*wrong[0])
        asked(document, path, question, kind=kind)


def _secrets(document: Document, path: str) -> None:
    """Ask for a reference to each secret that the kind needs, as the checks of the document name them.

    A kind that takes one secret or others names the first; an answer `NAME=REFERENCE` gives another.
    """
    at(document, path).setdefault("secrets", {})
    while missing := faults_at(document, f"{path}.secrets"):
        where, why = missing[0]
        name = where.rpartition(".")[2]
        typer.echo(f"  {why}")
        given = typer.prompt(
            f"  Where the secret {name} stands: {_WHERE}; for another one, ITS_NAME=env:NAME", type=str
        )
        other, equals, reference = given.partition("=")
        name, reference = (other.strip(), reference) if equals else (name, given)
        put(document, f"{path}.secrets.{name}", reference.strip())
        if faults_at(document, f"{path}.secrets.{name}"):
            at(document, f"{path}.secrets").pop(name)
            # What was typed may be the secret itself: it is not repeated.
            refused(f"{path}.secrets.{name}", f"give a reference, {_WHERE}")


def _what_follows(document: Document, path: str, kind: str) -> None:
    """Ask for the options and secrets that the answers before make necessary: only the source knows which."""
    source = source_of(kind)
    fields = source.options.model_fields if source else {}
    while missing := faults_at(document, f"{path}.options"):
        where, why = missing[0]
        name = where.removeprefix(f"{path}.options.")
        if name not in fields:
            refused(where, why)
            return
        typer.echo(f"  {why}")
        asked(document, where, f"  Option {name}", kind=fields[name].annotation)
        _secrets(document, path)


def _field_map(document: Document) -> None:
    question = "Say which fields carry VAT numbers, account references and order ids?"
    if not typer.confirm(question, default=False):
        return
    path = "field_map"
    asked(document, f"{path}.vat_field", "  Field that carries the VAT number", default="")
    asked(document, f"{path}.account_reference_field", "  Field with the account reference", default="")
    fields = "external_document_number or customer_reference"
    question = f"  Ledger field with the order's id ({fields})"
    asked(document, f"{path}.commerce_id_field", question, default="external_document_number")
    question = "  Customer groups that are companies, with commas between"
    asked(document, f"{path}.b2b_customer_groups", question, default=[], kind=_LIST)
    question = "  Ledger accounts that stand for many buyers, with commas between"
    asked(document, f"{path}.holding_customers", question, default=[], kind=_LIST)


def _channels(document: Document) -> None:
    if not typer.confirm("Say who is told of alerts?", default=False):
        return
    for role in _ROLES:
        if not typer.confirm(f"  Tell people as {role}?", default=False):
            continue
        path = f"recipients.{role}"
        question = f"    Teams workflows: where their addresses stand ({_WHERE}), with commas between"
        asked(document, f"{path}.teams", question, default=[], kind=_LIST)
        question = "    Email addresses, with commas between"
        if not at(document, "notifications.mail") and typer.confirm("    By email, too?", default=False):
            _mail(document)
        if at(document, "notifications.mail"):
            asked(document, f"{path}.email", question, default=[], kind=_LIST)


def _mail(document: Document) -> None:
    """Ask how email goes out: its parts make sense together only, so they are checked at the end."""
    path = "notifications.mail"
    while True:
        transport = typer.prompt("    How it goes out (graph, azure_communication_services)", default="graph")
        is_graph = transport == "graph"
        names = ("client_id", "client_secret") if is_graph else ("access_key",)
        place = ("tenant_id", "Id of the tenant") if is_graph else ("endpoint", "Endpoint of the resource")
        mail = {
            "transport": transport,
            "sender": typer.prompt("    Address that sends"),
            place[0]: typer.prompt(f"    {place[1]}"),
            "secrets": {
                each: typer.prompt(f"    Where the secret {each} stands: {_WHERE}") for each in names
            },
        }
        put(document, path, mail)
        wrong = faults_at(document, path)
        if not wrong:
            put(document, path, Mail.model_validate(mail).model_dump(mode="json", exclude_unset=True))
            return
        put(document, "notifications", {})
        refused(*wrong[0])

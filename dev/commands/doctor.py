"""`./run doctor`: everything that could be wrong with an app, each with its remedy."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from dev.partner.place import Audience, Key, Place, SigningIn
from dev.partner.told import TOLD
from shared import settings
from shared.pipeline import doctor as examining
from shared.pipeline.services import Services
from shared.store.account import StorageAccount
from shared.store.store import open_store

Document = dict[str, Any]


def doctor(  # noqa: PLR0913 - each of them says where to look
    url: Annotated[str, typer.Option("--app", "--url", envvar="TIEOUT_APP", help="Ask a running app.")] = "",
    account: Annotated[
        str, typer.Option("--account", help="Look at this storage account, by your own Azure sign-in.")
    ] = "",
    key: Key = "",
    sign_in: SigningIn = None,
    audience: Audience = "",
    *,
    is_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> None:
    """Look at everything that could be wrong, and say what to do; ends with 1 where anything is.

    Without --app and --account, as the app itself would start here: its settings come from the
    environment.
    """
    if url and not account:
        found = _asked(Place(url, key, sign_in, audience))
    else:
        found = asyncio.run(_looked(account)).as_json()
    if is_json:
        typer.echo(json.dumps(found, indent=2, ensure_ascii=False))
    else:
        _print(found)
    if not found["is_well"]:
        raise typer.Exit(1)


def _asked(place: Place) -> Document:
    with place.opened() as app:
        return app.get("/doctor")


async def _looked(account: str) -> examining.Examination:
    logging.getLogger("azure").setLevel(logging.CRITICAL)  # what it has to say is told as a finding

    def where() -> StorageAccount:
        return settings.storage_account(
            {"AzureWebJobsStorage__accountName": account} if account else settings.environment()
        )

    @asynccontextmanager
    async def services() -> AsyncIterator[Services]:
        async with open_store(where()) as store:
            yield Services(store, is_local=True)

    return await examining.examine(
        examining.Place(where, services, None if account else settings.environment())
    )


def findings_table(findings: Sequence[Document]) -> Table:
    """Give a line for each finding, with what to do about it."""
    table = Table(title="What was found", title_justify="left")
    for heading in ("", "Area", "About", "What", "What to do"):
        table.add_column(heading, overflow="fold")
    for each in findings:
        mark = Text("wrong", "bold red") if each["is_wrong"] else Text("note", "yellow")
        table.add_row(mark, each["area"], *(escape(each[name]) for name in ("about", "message", "remedy")))
    return table


def _print(found: Document) -> None:
    if found["findings"]:
        TOLD.out.print(findings_table(found["findings"]))
    wrong = sum(each["is_wrong"] for each in found["findings"])
    things = "1 thing is" if wrong == 1 else f"{wrong} things are"
    verdict = f"{things} wrong." if wrong else "Nothing is wrong."
    TOLD.out.print(f"{verdict} Looked at: {', '.join(found['areas'])}.", style="red" if wrong else "green")

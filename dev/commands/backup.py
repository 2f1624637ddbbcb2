"""`./run backup` and `./run restore`: people's work, copied out of the storage account and back into it."""

import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Annotated

import typer
from azure.core.exceptions import AzureError

from dev.backup.backup import back_up
from dev.backup.file import NoBackupError
from dev.backup.restore import restore as bring_back
from dev.backup.streams import UnsteadyError
from dev.backup.tables import opened
from dev.partner.files import refuse_replacing
from dev.partner.told import stop
from shared import settings
from shared.errors import ConfigurationError
from shared.pipeline.doctor.storage import unreached
from shared.store.account import StorageAccount

To = Annotated[Path, typer.Argument(help="The file to write.", dir_okay=False)]
From = Annotated[Path, typer.Argument(help="The file that a backup wrote.", exists=True, dir_okay=False)]
Everything = Annotated[
    bool, typer.Option("--everything", help="Also the records that were pulled or uploaded, and how far.")
]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask before writing.")]
Force = Annotated[bool, typer.Option("--force", help="Replace a file that is there.")]


@contextmanager
def _account() -> Iterator[StorageAccount]:
    """Give the account of the settings; ends the command where it does not let us in, and says why."""
    logging.getLogger("azure").setLevel(logging.CRITICAL)  # what it has to say is told in a sentence
    try:
        yield settings.storage_account()
    except ConfigurationError as error:
        stop(str(error))
    except AzureError as error:
        found = unreached(error)
        stop(f"The {found.about} {found.message}. What to do: {found.remedy}.")


def _tell(what: str, count: Counter[str]) -> None:
    tables = ", ".join(f"{name} {number:,}" for name, number in count.items() if number)
    typer.echo(f"{what}: {tables or 'nothing'}")


def backup(file: To, *, everything: Everything = False, force: Force = False) -> None:
    """Copy the tables of the storage account to a file; the app may run meanwhile.

    The account is the one that AzureWebJobsStorage, or AzureWebJobsStorage__accountName, names.
    """
    refuse_replacing(file, may_replace=force)
    began = monotonic()
    try:
        with _account() as account:
            _tell(f"Written to {file}", back_up(account, file, is_everything=everything))
    except UnsteadyError as error:
        stop(f"There is no backup: {error}.")
    typer.echo(
        f"It took {monotonic() - began:.1f} seconds. It holds personal data: keep it as you keep those."
    )


def restore(file: From, *, yes: Yes = False) -> None:
    """Bring a backup back into the storage account; the app may run, and what people did since stays.

    An exception that nobody has worked on since gives way to the backup's; else what is there stays.

    Names the account and asks: an app that gets another one's workspaces would begin to pull and to tell.
    """
    try:
        with _account() as account:
            if not yes:
                with opened(account) as service:  # its address may carry a signature, its name does not
                    typer.confirm(f"Bring {file} back into {service.account_name}?", abort=True)
            began = monotonic()
            found = bring_back(account, file)
    except NoBackupError as error:
        stop(str(error))
    _tell("Made", found.made)
    _tell("Put in the place of what nobody had worked on", found.replaced)
    _tell("Left as it was", found.left)
    typer.echo(f"It took {monotonic() - began:.1f} seconds. Erase again whom you erased since the backup.")

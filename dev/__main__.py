"""The commands behind `./run`."""

import signal
import sys

import typer

from dev.commands import keys, sources, workspace
from dev.commands.backup import backup, restore
from dev.commands.bench import bench
from dev.commands.cards import cards, evaluate, replay
from dev.commands.check import check
from dev.commands.costs import costs
from dev.commands.coverage import coverage
from dev.commands.demo import demo
from dev.commands.doctor import doctor
from dev.commands.faults import faults
from dev.commands.fuzz import fuzz
from dev.commands.load import load
from dev.commands.mutate import mutate
from dev.commands.new import new_card, new_source
from dev.commands.notify import notify
from dev.commands.pictures import pictures
from dev.commands.reference import reference
from dev.commands.requirements import requirements
from dev.commands.rows import rows
from dev.commands.serve import serve
from dev.commands.test import run_tests
from dev.npm import InstallationError
from dev.processes import PortInUseError, ProgramError

PASSED_ON = {"allow_extra_args": True, "ignore_unknown_options": True}

app = typer.Typer(
    help="Tieout joins commerce platforms with ledgers and shows what did not make it.",
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(demo)
app.command()(serve)
app.command("test", context_settings=PASSED_ON)(run_tests)
app.command()(check)
app.command(context_settings=PASSED_ON)(coverage)
app.command()(mutate)
app.command()(bench)
app.command()(costs)
app.command()(requirements)
app.command()(reference)
app.command()(load)
app.command()(backup)
app.command()(restore)
app.command()(notify)
app.command()(pictures)
app.command()(cards)
app.command()(rows)
app.command()(evaluate)
app.command()(replay)
app.command()(doctor)
app.command()(faults)
app.command()(fuzz)
app.command("new-card")(new_card)
app.command("new-source")(new_source)
app.add_typer(workspace.app, name="workspace")
app.add_typer(sources.app, name="sources")
app.add_typer(keys.app, name="keys")


def main() -> None:
    """Run one command; Ctrl-C and a polite kill end it, and whatever it started."""
    for number in (signal.SIGINT, signal.SIGTERM):
        # Set by hand: a shell starts background jobs deaf to Ctrl-C.
        signal.signal(number, signal.default_int_handler)
    try:
        app(sys.argv[1:] or ["--help"], prog_name="./run")
    except (InstallationError, PortInUseError, ProgramError) as error:
        typer.secho(str(error), fg="red", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()

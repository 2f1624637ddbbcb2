"""Azurite, Microsoft's storage emulator: installed from npm once, started for as long as it is needed."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dev import npm
from dev.processes import leashed

PACKAGE = npm.Package("azurite", "3.35.0", "Azurite 3.35.0, the storage emulator (once, about 20 seconds)")
FOLDER = npm.LOCAL / "azurite"
ACCOUNT = "devstoreaccount1"
# Published by Microsoft for every emulator; it opens nothing else.
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
# Node ends when its input ends; SIGTERM lets Azurite save what it keeps on disk.
LEASH = (
    "process.stdin.resume().on('end', () => { process.kill(process.pid, 'SIGTERM');"
    " setTimeout(() => process.exit(0), 5000).unref(); });"
    " process.argv.splice(1, 0, 'azurite'); require({script});"
)


@dataclass(frozen=True)
class AzuriteAddress:
    """Where a running Azurite listens, one URL for each service."""

    blob: str
    queue: str
    table: str
    pid: int = 0
    """The number of its process."""

    @property
    def ports(self) -> tuple[int, int, int]:
        """The ports of blobs, queues and tables, to start another one in its place."""
        blob, queue, table = (int(url.rpartition(":")[2]) for url in (self.blob, self.queue, self.table))
        return blob, queue, table

    @property
    def connection_string(self) -> str:
        """What the storage clients take."""
        return (
            f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={KEY};"
            f"BlobEndpoint={self.blob}/{ACCOUNT};QueueEndpoint={self.queue}/{ACCOUNT};"
            f"TableEndpoint={self.table}/{ACCOUNT};"
        )


def install(progress: Callable[[str], None] = print, folder: Path = FOLDER) -> tuple[str, ...]:
    """Install Azurite where it is missing, and give the command that starts it; raises InstallationError."""
    node, place = npm.install(PACKAGE, progress, folder)
    script = place / "dist" / "src" / "azurite.js"
    return node.program, "-e", LEASH.replace("{script}", json.dumps(str(script))), "--"


@contextmanager
def running(
    folder: Path | None = None,
    progress: Callable[[str], None] = print,
    ports: tuple[int, int, int] = (0, 0, 0),
) -> Iterator[AzuriteAddress]:
    """Run Azurite while the block runs: in memory, or in `folder`, where all of it stays.

    It listens on these ports of blobs, queues and tables, 0 for any free one.
    """
    named = zip(("blob", "queue", "table"), ports, strict=True)
    listening = tuple(part for service, port in named for part in (f"--{service}Port", str(port)))
    place = ("--location", str(folder.absolute())) if folder else ("--inMemoryPersistence",)
    options = ("--skipApiVersionCheck", "--loose", "--disableTelemetry")
    command = (*install(progress), *listening, *place, *options)
    with leashed("Azurite", command, environment=os.environ, folder=FOLDER) as program:
        blob, queue, table = (
            program.until(rf"{service} service is successfully listening at (http://\S+)")[1]
            for service in ("Blob", "Queue", "Table")
        )
        yield AzuriteAddress(blob, queue, table, program.pid)

"""A plant: storage on disk, simulated vendors and any number of hosts, each of which can fail by itself.

    with planted([world], folder) as plant:
        host = plant.start()
        plant.kill(host)
        plant.restart_storage()
        plant.start()

All hosts answer at one address, as the instances of an app do: they take their connections from one
socket, which stays while they come and go, so that a caller waits rather than being turned away.
"""

import json
import os
import secrets
import shutil
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from socket import socket
from tempfile import TemporaryDirectory

import httpx
from azure.storage.queue import QueueServiceClient

from dev import azurite, host
from dev.commands.demo import vendor_secrets
from dev.host.keys import Keys
from dev.processes import ignore, listening
from dev.vendors.server import serving
from dev.worlds.world import World

API = "/api/v1/workspaces"
PATIENCE_SECONDS = 180.0


@dataclass(frozen=True, eq=False)
class Instance:
    """One running host."""

    pid: int
    stack: ExitStack


@dataclass
class Plant:
    """What runs, and how each part of it is stopped and started."""

    folder: Path | None
    """Where the storage is kept; None for storage in memory, which cannot be restarted."""
    app: Path
    vendors: str
    listener: socket
    extra: dict[str, str]
    log: Callable[[str], None]
    operator: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    keys: Keys = field(default_factory=Keys)
    instances: list[Instance] = field(default_factory=list)
    storage: azurite.AzuriteAddress = field(init=False)
    queues: QueueServiceClient = field(init=False)
    """The storage's queues, as long as it runs."""
    _storage: ExitStack = field(default_factory=ExitStack)

    @property
    def url(self) -> str:
        """Give the address at which all hosts answer."""
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    @property
    def storage_pid(self) -> int:
        """Give the number of the storage emulator's process."""
        return self.storage.pid

    def client(self) -> httpx.Client:
        """Give a client with the operator's key and the host's master key, patient while no host runs."""
        headers = {"x-api-key": self.operator, "x-functions-key": self.keys.master}
        return httpx.Client(base_url=self.url, headers=headers, timeout=PATIENCE_SECONDS)

    def start(self, extra: Mapping[str, str] | None = None) -> Instance:
        """Start one more host, with these app settings of its own."""
        settings = host.settings(self.storage, self.operator) | vendor_secrets(self.vendors) | self.extra
        settings |= extra or {}
        with ExitStack() as stack:
            running = host.running(
                self.app, settings, listener=self.listener.dup(), keys=self.keys, log=self.log
            )
            instance = Instance(stack.enter_context(running).program.pid, stack.pop_all())
        self.instances.append(instance)
        return instance

    def kill(self, instance: Instance) -> None:
        """End a host as a power cut does: SIGKILL, and nothing of it is finished."""
        os.kill(instance.pid, signal.SIGKILL)
        self.stop(instance)

    def stop(self, instance: Instance) -> None:
        """End a host as a deployment does: it may end what it is about."""
        self.instances.remove(instance)
        instance.stack.close()

    def start_storage(self, ports: tuple[int, int, int] = (0, 0, 0)) -> None:
        """Start the storage, on these ports of blobs, queues and tables."""
        running = azurite.running(self.folder, self.log, ports)
        self.storage = self._storage.enter_context(running)
        queues = QueueServiceClient.from_connection_string(self.storage.connection_string)
        self.queues = self._storage.enter_context(queues)

    def restart_storage(self) -> None:
        """End the storage, which saves what it holds, and start it again where it was.

        The emulator writes to disk every five seconds and when it is asked to end. A SIGKILL loses what it
        took since; Azure Storage, which it stands for, answers only once three copies are written.
        """
        ports = self.storage.ports
        self._storage.close()
        self.start_storage(ports)

    def inbox(self) -> list[dict[str, str]]:
        """Give what the simulated Teams and Graph were sent: channel, recipient and title."""
        found: list[dict[str, str]] = httpx.get(f"{self.vendors}/inbox.json").raise_for_status().json()
        return found

    def close(self) -> None:
        """End whatever runs."""
        for instance in [*self.instances]:
            self.stop(instance)
        self._storage.close()


@contextmanager
def planted(
    worlds: Sequence[World],
    folder: Path | None = None,
    *,
    app: Path = host.ROOT,
    settings: Mapping[str, str] | None = None,
    log: Callable[[str], None] = ignore,
) -> Iterator[Plant]:
    """Run storage and these worlds' vendors while the block runs; hosts are started by the block.

    `settings` are app settings beside those that every local host gets; `app` is the folder of the app.
    """
    accounts = {name: account for world in worlds for name, account in world.accounts.items()}
    with ExitStack() as stack:
        vendors = stack.enter_context(serving(accounts))
        listener = stack.enter_context(listening(0))
        plant = Plant(folder, app, vendors, listener, dict(settings or {}), log)
        stack.callback(plant.close)
        plant.start_storage()
        yield plant


@contextmanager
def shortened() -> Iterator[Path]:
    """Give the folder of the app with short patience while the block runs: see shortened/function_app.py."""
    with TemporaryDirectory() as place:
        folder = Path(place) / "app"
        shutil.copytree(Path(__file__).parent / "shortened", folder)
        document = json.loads((host.ROOT / "host.json").read_text("utf-8"))
        document["extensions"]["queues"]["visibilityTimeout"] = "00:00:01"
        (folder / "host.json").write_text(json.dumps(document), encoding="utf-8")
        yield folder

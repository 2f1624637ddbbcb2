"""Files that are written whole or not at all: what is interrupted leaves what was there."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

from dev.partner.told import stop


@contextmanager
def whole(path: Path) -> Iterator[IO[bytes]]:
    """Give a file to write; it takes its name where the block ends well, and only its owner may read it.

    Ends the command where it cannot be written.
    """
    try:
        with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            part = Path(file.name)
            try:
                yield file
                file.flush()
                part.replace(path)
            except BaseException:
                part.unlink()
                raise
    except OSError as error:
        stop(f"{path} cannot be written: {error.strerror or error}.")


def refuse_replacing(path: Path, *, may_replace: bool) -> None:
    """End the command where there is a file of this name already, unless it may be replaced."""
    if path.exists() and not may_replace:
        stop(f"{path} is there already: choose another file, or say --force to replace it.")

"""One search by coverage: `python -m dev.fuzz.search TARGET [options of libFuzzer]`, in a process of its own.

libFuzzer ends the process where it finds something, and writes the input into the folder that it is told.
"""

import logging
import sys
from importlib import import_module
from typing import Any

from dev.fuzz.choices import MOST_BYTES


def main() -> None:
    """Search one target until libFuzzer's options say that it is enough."""
    atheris: Any = import_module("atheris")  # requirements-fuzz.txt has it, and nobody else needs it
    logging.disable()
    with atheris.instrument_imports(include=["shared", "functions", "dev.backup"]):
        from dev.fuzz.targets import TARGETS  # noqa: PLC0415 - imported to be watched
    name, *options = sys.argv[1:]
    target = next(each for each in TARGETS if each.name == name)
    atheris.Setup([sys.argv[0], f"-max_len={MOST_BYTES}", *options], target.run)
    atheris.Fuzz()


if __name__ == "__main__":
    main()

"""How much memory this process takes."""

import resource
import sys
from pathlib import Path

STATUS = Path("/proc/self/status")


def megabytes(which: str) -> int:
    """Give what this process takes: `VmRSS` now, `VmHWM` at most so far; elsewhere than on Linux at most.

    On Linux the usual way counts the process that started this one, too.
    """
    if not STATUS.exists():
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most // (1024**2 if sys.platform == "darwin" else 1024)
    lines = STATUS.read_text(encoding="ascii", errors="replace").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(which)) // 1024

"""How long an answer asks to wait."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

LONGEST_WAIT = 86_400.0
"""Seconds that are believed of an answer that asks to wait: behind that, asking again costs little."""
_IS_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?").fullmatch


def retry_after(response: httpx.Response) -> float | None:
    """Give the seconds that an answer asks to wait; None where it does not say, or not readably.

    Reads Retry-After, in seconds or as an HTTP date (RFC 9110, section 10.2.3), and every header whose name
    ends so: Sage Intacct has one for each of its limits, and the longest counts.
    """
    values = [value for name, value in response.headers.items() if name.lower().endswith("retry-after")]
    waits = [wait for value in values if (wait := seconds_of(value)) is not None]
    return min(max(waits), LONGEST_WAIT) if waits else None


def seconds_of(value: str) -> float | None:
    """Read a wait in seconds or an HTTP date, which is in GMT where it does not say; None for neither."""
    try:
        return float(value) if _IS_NUMBER(value) else _until(parsedate_to_datetime(value))
    except (TypeError, ValueError, OverflowError):
        return None


def _until(moment: datetime) -> float:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - datetime.now(UTC)).total_seconds())

"""The sources, one vendor a file; adding one means its file, a line here, and its cases."""

from collections.abc import Sequence
from importlib import import_module
from typing import overload

from shared.sources.source import Source

QUARTER_HOURLY = "0 */15 * * * *"
HOURLY = "0 5 * * * *"

POLLED = {
    "shopify": QUARTER_HOURLY,
    "bigcommerce": QUARTER_HOURLY,
    "adobe_commerce": QUARTER_HOURLY,
    "business_central": QUARTER_HOURLY,
    "finance_operations": QUARTER_HOURLY,
    "dataverse": QUARTER_HOURLY,
    "sage_intacct": HOURLY,
    "sage_network": QUARTER_HOURLY,
}
"""The kinds that a timer asks, and when: NCRONTAB with six fields, seconds first, in UTC."""

SENT = ("sync_log", "dual_write_log", "connector_log", "marketplace")
"""The kinds whose rows are sent to us: nobody asks them."""


class Listed(Sequence[Source]):
    """Sources by their kinds, each loaded when it is first asked for.

    Together they are a quarter of what the app takes to load, and most instances need none or one of them.
    """

    def __init__(self, kinds: Sequence[str]) -> None:
        self._kinds = tuple(kinds)

    def __len__(self) -> int:
        return len(self._kinds)

    @overload
    def __getitem__(self, at: int) -> Source: ...
    @overload
    def __getitem__(self, at: slice) -> "Listed": ...
    def __getitem__(self, at: int | slice) -> "Source | Listed":
        """Give the source at a place, or the sources at places."""
        if isinstance(at, slice):
            return Listed(self._kinds[at])
        source: Source = import_module(f"{__name__}.{self._kinds[at]}").SOURCE
        return source


SOURCES: Sequence[Source] = Listed((*POLLED, *SENT))


def source_of(kind: str) -> Source | None:
    """Give the source for a kind of connection, if there is one."""
    return next((source for source in SOURCES if source.kind == kind), None)

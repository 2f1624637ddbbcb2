"""Which rows of a reading are open, by their ids: kept for the reading, so that counting asks for no row."""

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from shared.store.readings import Readings


async def among(readings: Readings, reading: Mapping[str, Any], ids: Collection[str]) -> set[str]:
    """Give those of these ids that open rows of a reading have; raises LookupError where a page is gone."""
    known = await _open_ids(readings, reading)
    places = {each: bisect_left(known, _bytes(each)) for each in ids}
    return {each for each, at in places.items() if at < len(known) and known[at] == _bytes(each)}


async def _open_ids(readings: Readings, reading: Mapping[str, Any]) -> Sequence[bytes]:
    """Give them in order.

    They are kept for a reading where they are as many as it says: what masks rows leaves their ids as they
    are, and whoever puts others in their place, under the same evaluation, then publishes another reading.
    """
    where = reading["workspace"], reading["card"], reading["rows_of"]
    published_at = reading.get("published_at")
    name = ("open", *where, reading.get("rows_digest"), published_at)
    known = readings.kept.get(name) if published_at else None
    if known is None:
        columns = await (await readings.stored_rows(*where)).columns(["id", "is_settled"])
        rows = zip(columns["id"], columns["is_settled"], strict=True)
        known = sorted(_bytes(row_id) for row_id, is_settled in rows if not is_settled)
        if published_at and len(known) == reading["row_count"]:
            readings.kept.keep(name, known)
    return known


def _bytes(row_id: str) -> bytes:
    return row_id.encode("utf-8", "surrogatepass")

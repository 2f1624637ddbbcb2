"""Small readers that every source needs: times, and items one by one."""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from shared.domain.records import Record
from shared.errors import BadRecord

Item = TypeVar("Item", bound=BaseModel)

_IS_WRITTEN_SO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII).fullmatch


def utc(text: str | int | None) -> str:
    """Give a vendor's time as RFC 3339 in UTC to the second; "" for none.

    Reads ISO 8601 (without a zone it is UTC, as Adobe Commerce means it), seconds since the epoch
    (BigCommerce B2B) and RFC 2822 (BigCommerce V2). Raises ValueError for anything else.
    """
    if text is None or text == "":
        return ""
    try:
        if isinstance(text, str) and _IS_WRITTEN_SO(text):
            datetime.fromisoformat(text)  # most vendors write times as we do; this one may still be none
            return text
        return instant(_moment(str(text) if isinstance(text, int) else text))
    except (ValueError, TypeError, AttributeError, OverflowError, OSError):
        msg = "not a time"
        raise ValueError(msg) from None


def _moment(text: str) -> datetime:
    if text.isdigit():
        return datetime.fromtimestamp(int(text), UTC)
    moment = datetime.fromisoformat(text) if text[0].isdigit() else parsedate_to_datetime(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def instant(moment: datetime) -> str:
    """Give an aware datetime as RFC 3339 in UTC to the second."""
    return moment.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def records(
    stream: str,
    items: Iterable[Any],
    model: type[Item],
    convert: Callable[[Item], Record],
    id_field: str = "id",
) -> tuple[tuple[Record, ...], tuple[BadRecord, ...]]:
    """Turn a page's items into records, each by itself: a bad one does not cost the others.

    What comes in equals what goes out: every item becomes a record or a BadRecord, which names
    the item's id and the fields that are wrong, never their values.
    """
    good: list[Record] = []
    bad: list[BadRecord] = []
    for item in items:
        try:
            good.append(convert(model.model_validate(item)))
        except ValidationError as error:
            where = sorted({".".join(str(part) for part in each["loc"]) for each in error.errors()})
            why = f"cannot be read: {', '.join(where)}"
            bad.append(BadRecord(stream, _id_of(item, id_field), why, tuple(where)))
        except ValueError:
            bad.append(BadRecord(stream, _id_of(item, id_field), "an amount or a time cannot be read"))
    return tuple(good), tuple(bad)


def _id_of(item: Any, id_field: str) -> str:
    if not isinstance(item, dict):
        return "not an object"
    # Where the id itself is what is wrong, it may hold anything.
    found = item.get(id_field)
    return str(found) if isinstance(found, str | int) else "without an id"

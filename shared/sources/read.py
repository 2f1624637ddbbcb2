"""Small readers that every source needs: times, and items one by one."""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from shared.domain.records import Record
from shared.errors import BadRecord

Item = TypeVar("Item", bound=BaseModel)

_IS_A_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII).fullmatch
is_number = re.compile(r"\d{1,18}", re.ASCII).fullmatch
"""Says whether a text is a count or an id that int() reads: it refuses ² and thousands of digits."""
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


def day(text: Any) -> str:
    """Give a vendor's date, written as we write it; "" for none. Raises ValueError for anything else.

    Whether a document counts goes by its date, so that a text that is none may not pass for one.
    """
    if text is None or text == "":
        return ""
    if not isinstance(text, str) or not _IS_A_DAY(text):
        raise ValueError("not a date")
    return date.fromisoformat(text).isoformat()


def _moment(text: str) -> datetime:
    if is_number(text):
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
            record = convert(model.model_validate(item))
            if record.id.strip():
                good.append(record)
            else:
                bad.append(BadRecord(stream, "without an id", "its id is blank", (id_field,)))
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

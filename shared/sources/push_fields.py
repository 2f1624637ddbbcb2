"""The fields of rows that are sent to us: harmless text, times, amounts, and states by any usual name."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field

from shared.domain.deferred import Deferred
from shared.domain.money import parse_money
from shared.sources.read import utc

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_LONGEST = 2_000
_STATES = {
    "succeeded": "succeeded success successful ok complete completed created updated",
    "failed": "failed failure fail error errored refused rejected",
    "skipped": "skipped skip cancelled canceled ignored",
    "running": "running in_progress inprogress ready queued pending started",
}
_STATE_OF = {word: state for state, words in _STATES.items() for word in words.split()}
_SUBJECTS = {
    "customer": "customer customers company companies account accounts contact contacts",
    "order": "order orders sales_order sales_orders salesorder salesorders",
}
_SUBJECT_OF = {word: subject for subject, words in _SUBJECTS.items() for word in words.split()}


def _text(value: Any) -> str:
    """Give one line of text; what spreadsheets would run is made harmless where it is exported."""
    if value is None:
        return ""
    if not isinstance(value, str | int | Decimal):
        raise ValueError("not a text")  # noqa: TRY004 - pydantic reports ValueErrors
    return _CONTROL.sub(" ", str(value)).strip()[:_LONGEST]


def _time(value: Any) -> str:
    return utc(_text(value))


def _money(value: Any) -> int:
    return parse_money(_text(value))


def _amount(value: Any) -> int:
    if not _text(value):
        raise ValueError("no amount")
    return _money(value)


def _word(value: Any) -> str:
    return re.sub(r"[\s-]+", "_", _text(value).casefold())


def _one_of(known: dict[str, str], *, is_open: bool = False) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        word = _word(value)
        if word in known or not word or is_open:
            return known.get(word, word)
        raise ValueError("none of " + ", ".join(sorted(set(known.values()))))

    return read


def _flag(value: Any) -> Any:
    return False if value is None or value == "" else value


Text = Annotated[str, BeforeValidator(_text)]
Id = Annotated[str, BeforeValidator(_text), Field(min_length=1, max_length=200)]
Time = Annotated[str, BeforeValidator(_time)]
RequiredTime = Annotated[str, BeforeValidator(_time), Field(min_length=1)]
Money = Annotated[int, BeforeValidator(_money)]
RequiredMoney = Annotated[int, BeforeValidator(_amount)]
Flag = Annotated[bool, BeforeValidator(_flag)]
Word = Annotated[str, BeforeValidator(_word)]
State = Annotated[str, BeforeValidator(_one_of(_STATE_OF)), Field(min_length=1)]
Subject = Annotated[str, BeforeValidator(_one_of(_SUBJECT_OF))]
AnySubject = Annotated[str, BeforeValidator(_one_of(_SUBJECT_OF, is_open=True))]
"""Also what no card asks for, such as invoices: a log has more in it than we read."""


class Row(Deferred):
    """A row as it is sent; a column that is not its own is refused by name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

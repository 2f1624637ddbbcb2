"""How Business Central writes values: enumerations, amounts, dates, and what a query asks for.

learn.microsoft.com/dynamics365/business-central/dev-itpro/api-reference/v2.0
"""

import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

from shared.domain.deferred import Deferred
from shared.domain.money import parse_money
from shared.sources.read import day

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_NO_DATE = "0001-01-01"
"""How a blank date or time is sent."""


def decode(value: Any) -> Any:
    """Give an enumeration's word as people see it: `In_x0020_Review` is `In Review`, blank is ""."""
    if not isinstance(value, str):
        return "" if value is None else value
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), value).strip()


def _amount(value: Any) -> int:
    if value is None or isinstance(value, float):
        msg = "no amount"
        raise ValueError(msg)
    return parse_money(value)


def _dated(text: Any) -> Any:
    return "" if text is None or (isinstance(text, str) and text.startswith(_NO_DATE)) else text


Text = Annotated[str, BeforeValidator(lambda value: "" if value is None else value)]
Choice = Annotated[str, BeforeValidator(decode)]
Amount = Annotated[int, BeforeValidator(_amount)]
"""Money and quantities, in ten-thousandths."""
OptionalAmount = Annotated[int, BeforeValidator(lambda value: 0 if value is None else _amount(value))]
Dated = Annotated[str, BeforeValidator(_dated)]
Day = Annotated[str, BeforeValidator(lambda value: day(_dated(value)))]


class Properties(Deferred):
    """Properties of an item, named as Python names them; there are as many as are asked for."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel)


class Row(Properties):
    """One item of an entity set."""

    id: str = Field(min_length=1)


def select(row: type[BaseModel], *without: str) -> str:
    """Give the `$select` that a row's model needs, but for properties that are expanded or renamed."""
    names = (field.alias or name for name, field in row.model_fields.items())
    return ",".join(name for name in names if name not in without)


def state_of(known: Mapping[str, str], status: str) -> str:
    """Give the state that a status means; one that a later version adds keeps its own name."""
    return known.get(status, status.lower().replace(" ", "_"))

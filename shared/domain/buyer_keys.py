"""The keys of buyers: emails by the rules that a merchant asks for, and names with their addresses."""

from collections.abc import Mapping

from shared.domain import keys as normalise
from shared.domain.snapshot import Table
from shared.domain.workspace import FieldMap

ADDRESS = ("name", "street", "postcode")


def mailed(key: str, value: str, field_map: FieldMap) -> str:
    """Give a key's value; an email by the rules that the field map asks for."""
    if key == "email" and field_map.email_rules:
        return normalise.mailbox(value, field_map.email_rules)
    return value


def names_and_addresses(table: Table, row: int) -> tuple[str, ...]:
    """Give the keys of normalised name, street and postcode, one for each name that someone goes by."""
    return address_keys({name: table[name][row] for name in ADDRESS})


def address_keys(described: Mapping[str, str]) -> tuple[str, ...]:
    """Join normalised names, street and postcode into keys; none where one of them is missing."""
    name, street, postcode = (described[field] for field in ADDRESS)
    if not (name and street and postcode):
        return ()
    return tuple(f"{each}|{street}|{postcode}" for each in normalise.names(name))

"""Addresses of people, who are staff: shown in full to those who may read the settings that they stand in."""

from functions.http import Call
from shared.access import MAY_READ_CONFIGURATION


def shown_recipient(call: Call, recipient: str) -> str:
    """Give a recipient as the caller may see it: an email address loses its name for most.

    The reference of a secret names a setting and nobody.
    """
    name, at, domain = recipient.rpartition("@")
    if not at or call.caller.has(*MAY_READ_CONFIGURATION):
        return recipient
    return f"{name[:1]}…@{domain}"

"""Normalisers: each turns what a vendor sends into a match key, or into "" for no key.

All are pure and idempotent, and run once, on the way in.
"""

from shared.domain.keys.contacts import email, mailbox
from shared.domain.keys.names import name, names
from shared.domain.keys.numbers import (
    LONGEST_REFERENCE,
    PLAIN_REFERENCE,
    account_reference,
    document_reference,
    document_references,
)
from shared.domain.keys.phones import phone
from shared.domain.keys.places import postcode, street, street_parts
from shared.domain.keys.vat import is_impossible_vat, vat

__all__ = [
    "LONGEST_REFERENCE",
    "PLAIN_REFERENCE",
    "account_reference",
    "document_reference",
    "document_references",
    "email",
    "is_impossible_vat",
    "mailbox",
    "name",
    "names",
    "phone",
    "postcode",
    "street",
    "street_parts",
    "vat",
]

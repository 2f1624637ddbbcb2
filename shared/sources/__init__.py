"""The sources, one vendor a file; adding one means its file, a line here, and its cases."""

from shared.sources import (
    adobe_commerce,
    bigcommerce,
    business_central,
    dataverse,
    finance_operations,
    sage_intacct,
    sage_network,
    shopify,
)
from shared.sources.source import Source

SOURCES = (
    shopify.SOURCE,
    bigcommerce.SOURCE,
    adobe_commerce.SOURCE,
    business_central.SOURCE,
    finance_operations.SOURCE,
    dataverse.SOURCE,
    sage_intacct.SOURCE,
    sage_network.SOURCE,
)


def source_of(kind: str) -> Source | None:
    """Give the source for a kind of connection, if there is one."""
    return next((source for source in SOURCES if source.kind == kind), None)

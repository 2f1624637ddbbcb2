"""The sources, one vendor a file; adding one means its file, a line here, and its cases."""

from shared.sources import (
    adobe_commerce,
    bigcommerce,
    business_central,
    connector_log,
    dataverse,
    dual_write_log,
    finance_operations,
    marketplace,
    sage_intacct,
    sage_network,
    shopify,
    sync_log,
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
    sync_log.SOURCE,
    dual_write_log.SOURCE,
    connector_log.SOURCE,
    marketplace.SOURCE,
)


def source_of(kind: str) -> Source | None:
    """Give the source for a kind of connection, if there is one."""
    return next((source for source in SOURCES if source.kind == kind), None)

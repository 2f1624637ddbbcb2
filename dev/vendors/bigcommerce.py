"""A simulated BigCommerce: a store's V2 and V3 API, and B2B Edition.

B2B Edition has an address of its own; here it is below the store's, at `/b2b`.
"""

from dev.vendors.bigcommerce_b2b import B2B_ROUTES
from dev.vendors.bigcommerce_requests import ACCOUNT_FIELD, B2B_GROUP, SECRETS, VAT_FIELD
from dev.vendors.bigcommerce_store import STORE_ROUTES

ROUTES = [*STORE_ROUTES, *B2B_ROUTES]

__all__ = ["ACCOUNT_FIELD", "B2B_GROUP", "ROUTES", "SECRETS", "VAT_FIELD"]

"""BigCommerce: V2 orders, V3 refunds and customers, and B2B Edition's companies and their users.

https://developer.bigcommerce.com/docs/rest-management and .../b2b-edition/apis/rest-management
"""

from collections.abc import Mapping

from pydantic import Field

from shared.domain.records import CommerceCustomer, Company, CompanyMember, Order, Refund
from shared.domain.workspace import Connection
from shared.sources.bigcommerce_access import LIMIT, check, signal
from shared.sources.bigcommerce_companies import companies, members
from shared.sources.bigcommerce_customers import customers
from shared.sources.bigcommerce_keys import (
    ORDERS_REACH,
    company_keys,
    customer_keys,
    member_keys,
    order_keys,
)
from shared.sources.bigcommerce_orders import orders, refunds
from shared.sources.http import Access, HeaderAuth
from shared.sources.source import Options, Source, Stream


class BigCommerceOptions(Options):
    """Which store, whether it has B2B Edition, and how many rows a page has."""

    store_hash: str = Field(min_length=1, pattern=r"^[A-Za-z0-9-]+$")
    """The part of the store's API path after `/stores/`."""
    has_b2b_edition: bool = True
    b2b_base_url: str = ""
    """Overrides B2B Edition's own address; "" with an overridden store address is its `/b2b`."""
    has_company_orders: bool = True
    """Ask B2B Edition about each order of a company's buyer: its company, its PO, and whether it only pays an
    invoice. false saves those calls, and invoice payments count as orders then."""
    page_size: int = Field(default=250, ge=1, le=250)
    """Rows a page; B2B Edition allows 200 (413 beyond)."""

    @property
    def asks_b2b_about_orders(self) -> bool:
        """Say whether B2B Edition is asked about orders."""
        return self.has_b2b_edition and self.has_company_orders


def access(connection: Connection, options: Options, secrets: Mapping[str, str]) -> Access:
    """Give the store's address and its API account's token, which B2B Edition takes as well."""
    store_hash = BigCommerceOptions.model_validate(options).store_hash
    return Access(
        base_url=connection.base_url or f"https://api.bigcommerce.com/stores/{store_hash}",
        auth=HeaderAuth({"X-Auth-Token": secrets["access_token"]}),
        headers={"X-Store-Hash": store_hash},
        limit=LIMIT,
        signal=signal,
    )


def _has_b2b_edition(options: BigCommerceOptions) -> bool:
    return options.has_b2b_edition


SOURCE = Source(
    kind="bigcommerce",
    title="BigCommerce",
    streams=(
        Stream(
            "orders",
            Order,
            orders,
            is_by_key=True,
            keys=order_keys,
            sweep_column="placed_at",
            sweep_reach=ORDERS_REACH,
        ),
        Stream("refunds", Refund, refunds),
        Stream("customers", CommerceCustomer, customers, keys=customer_keys),
        Stream("companies", Company, companies, is_offered=_has_b2b_edition, keys=company_keys),
        Stream("members", CompanyMember, members, is_offered=_has_b2b_edition, keys=member_keys),
    ),
    access=access,
    options=BigCommerceOptions,
    secrets=("access_token",),
    check=check,
)

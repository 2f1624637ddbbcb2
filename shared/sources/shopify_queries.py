"""What we ask of Shopify: GraphQL for the Admin API 2026-10, no field more than the records need.

A field that the app may not read fails its whole query, so what only stores with companies have
stands behind `$hasCompanies`. Nested lists are short here, to keep a query under 1,000 points, and
each has a query below that reads the rest of it.
"""

_SHOP_MONEY = "fragment ShopMoney on MoneyBag { shopMoney { amount currencyCode } }\n"
_PAGE_INFO = "pageInfo { hasNextPage endCursor }"
_PERSON = "firstName lastName company address1 city zip countryCodeV2 phone"
_SITE = "companyName address1 city zip countryCode phone"

_SHIPPING_LINES = (
    _PAGE_INFO + " nodes { discountedPriceSet { ...ShopMoney } taxLines { priceSet { ...ShopMoney } } }"
)
_REFUND_LINES = _PAGE_INFO + " nodes { totalTaxSet { ...ShopMoney } }"
_TAX_AMOUNTS = _PAGE_INFO + " nodes { taxAmountSet { ...ShopMoney } }"
_LOCATIONS = (
    _PAGE_INFO + " nodes { externalId phone taxSettings { taxRegistrationId }"
    f" billingAddress {{ {_SITE} }} shippingAddress {{ {_SITE} }} }}"
)

ORDERS = (
    _SHOP_MONEY
    + f"""
query Orders($first: Int!, $after: String, $query: String!, $hasCompanies: Boolean!) {{
  page: orders(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) {{
    {_PAGE_INFO}
    nodes {{
      id legacyResourceId name processedAt updatedAt cancelledAt test displayFinancialStatus
      taxesIncluded email phone poNumber tags
      totalPriceSet {{ ...ShopMoney }} totalTaxSet {{ ...ShopMoney }}
      shippingLines(first: 3) {{ {_SHIPPING_LINES} }}
      customer {{ id firstName lastName defaultEmailAddress {{ emailAddress }} }}
      purchasingEntity @include(if: $hasCompanies) {{
        __typename
        ... on PurchasingCompany {{
          company {{ id name externalId }}
          location {{ externalId taxSettings {{ taxRegistrationId }} }}
        }}
      }}
      billingAddress {{ {_PERSON} }}
      shippingAddress {{ {_PERSON} }}
    }}
  }}
}}
"""
)

REFUNDS_LISTED = 10
REFUNDS_LISTED_AT_MOST = 250
"""How many refunds an order's list gives: it has no cursor, so a full one is asked for again."""

REFUNDED_ORDERS = f"""
query RefundedOrders($first: Int!, $after: String, $query: String!) {{
  page: orders(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) {{
    {_PAGE_INFO}
    nodes {{ id legacyResourceId updatedAt refunds(first: {REFUNDS_LISTED}) {{ id }} }}
  }}
}}
"""

REFUNDS_OF_ORDER = f"""
query RefundsOfOrder($id: ID!) {{
  order(id: $id) {{ id refunds(first: {REFUNDS_LISTED_AT_MOST}) {{ id }} }}
}}
"""

REFUNDS = (
    _SHOP_MONEY
    + f"""
query Refunds($ids: [ID!]!) {{
  nodes(ids: $ids) {{
    __typename
    ... on Refund {{
      id legacyResourceId createdAt processedAt order {{ id }}
      totalRefundedSet {{ ...ShopMoney }}
      refundLineItems(first: 20) {{ {_REFUND_LINES} }}
      refundShippingLines(first: 5) {{ {_TAX_AMOUNTS} }}
      orderAdjustments(first: 5) {{ {_TAX_AMOUNTS} }}
    }}
  }}
}}
"""
)

CUSTOMERS = f"""
query Customers($first: Int!, $after: String, $query: String!, $hasCompanies: Boolean!) {{
  page: customers(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) {{
    {_PAGE_INFO}
    nodes {{
      id legacyResourceId createdAt updatedAt firstName lastName
      taxSettings {{ taxId }}
      defaultEmailAddress {{ emailAddress }}
      defaultPhoneNumber {{ phoneNumber }}
      defaultAddress {{ {_PERSON} }}
      companyContactProfiles @include(if: $hasCompanies) {{ company {{ id name externalId }} }}
    }}
  }}
}}
"""

COMPANIES = f"""
query Companies($first: Int!, $after: String, $query: String!) {{
  page: companies(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) {{
    {_PAGE_INFO}
    nodes {{
      id name externalId createdAt updatedAt
      mainContact {{ customer {{ defaultEmailAddress {{ emailAddress }} }} }}
      locations(first: 5) {{ {_LOCATIONS} }}
    }}
  }}
}}
"""

SCOPES = "query Scopes { currentAppInstallation { accessScopes { handle } } }"


def _rest(root: str, name: str, selection: str) -> str:
    fragment = _SHOP_MONEY if "...ShopMoney" in selection else ""
    return fragment + (
        "query Rest($id: ID!, $after: String) "
        f"{{ owner: {root}(id: $id) {{ rest: {name}(first: 100, after: $after) {{ {selection} }} }} }}"
    )


REST = {
    "shippingLines": _rest("order", "shippingLines", _SHIPPING_LINES),
    "refundLineItems": _rest("refund", "refundLineItems", _REFUND_LINES),
    "refundShippingLines": _rest("refund", "refundShippingLines", _TAX_AMOUNTS),
    "orderAdjustments": _rest("refund", "orderAdjustments", _TAX_AMOUNTS),
    "locations": _rest("company", "locations", _LOCATIONS),
}
"""The query that reads a nested list on to its end, by the list's name."""

ALL = (ORDERS, REFUNDED_ORDERS, REFUNDS_OF_ORDER, REFUNDS, CUSTOMERS, COMPANIES, SCOPES, *REST.values())
"""Every query that is ever sent."""

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
_LOCALIZED_FIELDS = _PAGE_INFO + " nodes { key value }"
_REFUND_LINES = _PAGE_INFO + " nodes { totalTaxSet { ...ShopMoney } }"
_TAX_AMOUNTS = _PAGE_INFO + " nodes { taxAmountSet { ...ShopMoney } }"
_STATUSES = _PAGE_INFO + " nodes { status }"
_LOCATIONS = (
    _PAGE_INFO + " nodes { externalId phone taxSettings { taxRegistrationId }"
    f" billingAddress {{ {_SITE} }} shippingAddress {{ {_SITE} }} }}"
)

_OWN_VARIABLES = (
    "$vatNamespace: String!, $vatKey: String!, $hasVatField: Boolean!,"
    " $accountNamespace: String!, $accountKey: String!, $hasAccountField: Boolean!"
)
_OWN_FIELDS = (
    "vatField: metafield(namespace: $vatNamespace, key: $vatKey) @include(if: $hasVatField) { value }"
    " accountField: metafield(namespace: $accountNamespace, key: $accountKey)"
    " @include(if: $hasAccountField) { value }"
)
"""The merchant's own fields, where the field map names them."""

ORDERS = (
    _SHOP_MONEY
    + f"""
query Orders(
  $first: Int!, $after: String, $query: String!, $isCounted: Boolean!,
  $hasCompanies: Boolean!, $hasLocalizedField: Boolean!, {_OWN_VARIABLES}
) {{
  total: ordersCount(query: $query, limit: null) @include(if: $isCounted) {{ count }}
  page: orders(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) {{
    {_PAGE_INFO}
    nodes {{
      id legacyResourceId name processedAt updatedAt cancelledAt test displayFinancialStatus
      edited taxesIncluded email phone poNumber tags {_OWN_FIELDS}
      totalPriceSet {{ ...ShopMoney }} totalTaxSet {{ ...ShopMoney }} totalRefundedSet {{ ...ShopMoney }}
      currentTotalPriceSet {{ ...ShopMoney }} currentTotalTaxSet {{ ...ShopMoney }}
      localizedFields(first: 3, purposes: [TAX]) @include(if: $hasLocalizedField) {{ {_LOCALIZED_FIELDS} }}
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
query RefundedOrders($first: Int!, $after: String, $query: String!, $isCounted: Boolean!) {{
  total: ordersCount(query: $query, limit: null) @include(if: $isCounted) {{ count }}
  page: orders(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) {{
    {_PAGE_INFO}
    nodes {{ id legacyResourceId updatedAt refunds(first: {REFUNDS_LISTED}) {{ id createdAt }} }}
  }}
}}
"""

REFUNDS_OF_ORDER = f"""
query RefundsOfOrder($id: ID!) {{
  order(id: $id) {{ id refunds(first: {REFUNDS_LISTED_AT_MOST}) {{ id createdAt }} }}
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
      transactions(first: 5) {{ {_STATUSES} }}
    }}
  }}
}}
"""
)

CUSTOMERS = f"""
query Customers(
  $first: Int!, $after: String, $query: String!, $isCounted: Boolean!,
  $hasCompanies: Boolean!, {_OWN_VARIABLES}
) {{
  total: customersCount(query: $query, limit: null) @include(if: $isCounted) {{ count }}
  page: customers(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) {{
    {_PAGE_INFO}
    nodes {{
      id legacyResourceId createdAt updatedAt firstName lastName
      taxSettings {{ taxId }} {_OWN_FIELDS}
      defaultEmailAddress {{ emailAddress }}
      defaultPhoneNumber {{ phoneNumber }}
      defaultAddress {{ {_PERSON} }}
      companyContactProfiles @include(if: $hasCompanies) {{ company {{ id name externalId }} }}
    }}
  }}
}}
"""

COMPANIES = f"""
query Companies($first: Int!, $after: String, $query: String!, {_OWN_VARIABLES}) {{
  page: companies(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) {{
    {_PAGE_INFO}
    nodes {{
      id name externalId createdAt updatedAt {_OWN_FIELDS}
      mainContact {{ customer {{ defaultEmailAddress {{ emailAddress }} }} }}
      locations(first: 5) {{ {_LOCATIONS} }}
    }}
  }}
}}
"""

INSTALLATION = (
    "query Installation { currentAppInstallation { accessScopes { handle } } shop { plan { shopifyPlus } } }"
)


_DEFINITION = "metafieldDefinitions(first: 1, namespace: $namespace, key: $key, ownerType:"
DEFINITIONS = (
    "query Definitions($namespace: String!, $key: String!, $hasCompanies: Boolean!) {"
    f" orders: {_DEFINITION} ORDER) {{ nodes {{ id }} }}"
    f" customers: {_DEFINITION} CUSTOMER) {{ nodes {{ id }} }}"
    f" companies: {_DEFINITION} COMPANY) @include(if: $hasCompanies) {{ nodes {{ id }} }} }}"
)
"""Asks which records have a field of the merchant's own."""


def _keys(root: str) -> str:
    return (
        f"query Keys($first: Int!, $query: String!) "
        f"{{ page: {root}(first: $first, query: $query, sortKey: ID) {{ {_PAGE_INFO} nodes {{ id }} }} }}"
    )


KEYS = {root: _keys(root) for root in ("orders", "customers", "companies")}
"""The query that reads ids alone, by the list's name."""


def _rest(root: str, name: str, selection: str) -> str:
    fragment = _SHOP_MONEY if "...ShopMoney" in selection else ""
    return fragment + (
        "query Rest($id: ID!, $after: String) "
        f"{{ owner: {root}(id: $id) {{ rest: {name}(first: 100, after: $after) {{ {selection} }} }} }}"
    )


REST = {
    "shippingLines": _rest("order", "shippingLines", _SHIPPING_LINES),
    "localizedFields": _rest("order", "localizedFields", _LOCALIZED_FIELDS),
    "refundLineItems": _rest("refund", "refundLineItems", _REFUND_LINES),
    "refundShippingLines": _rest("refund", "refundShippingLines", _TAX_AMOUNTS),
    "orderAdjustments": _rest("refund", "orderAdjustments", _TAX_AMOUNTS),
    "transactions": _rest("refund", "transactions", _STATUSES),
    "locations": _rest("company", "locations", _LOCATIONS),
}
"""The query that reads a nested list on to its end, by the list's name."""

ALL = (
    ORDERS,
    REFUNDED_ORDERS,
    REFUNDS_OF_ORDER,
    REFUNDS,
    CUSTOMERS,
    COMPANIES,
    INSTALLATION,
    DEFINITIONS,
    *KEYS.values(),
    *REST.values(),
)
"""Every query that is ever sent."""

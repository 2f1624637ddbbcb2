"""Sage Intacct: customers of all entities, and if wanted orders, invoices and credit memos.

By REST, or by the XML gateway where a company has no REST application; the records are the same.
https://developer.sage.com/intacct/docs/developer-portal. Calls are billed, so pages are large and
rounds an hour apart; the API is eventually consistent, hence the overlap of two hours.
"""

from collections.abc import AsyncIterator, Mapping
from datetime import timedelta

from shared.domain.records import CreditMemo, Invoice, MasterCustomer, Record, SalesOrder
from shared.domain.workspace import Connection
from shared.errors import ConfigurationError, SourceError
from shared.sources.http import Access
from shared.sources.pace import Limit
from shared.sources.sage_intacct_check import check
from shared.sources.sage_intacct_gateway import gateway_keys, gateway_pages
from shared.sources.sage_intacct_options import SageIntacctOptions
from shared.sources.sage_intacct_query import rest_keys, rest_pages
from shared.sources.sage_intacct_readings import CUSTOMER, reading_of, vat_field_of
from shared.sources.sage_intacct_session import Login, company_session
from shared.sources.sage_intacct_token import company_token
from shared.sources.source import KeyPage, Keys, Options, Page, Pages, Pull, Source, Stream

ADDRESS = "https://api.intacct.com/ia/api/v1"
GATEWAY = "https://api.intacct.com/ia/xml/xmlgw.phtml"
OVERLAP = timedelta(hours=2)
SWEEP_REACH = timedelta(days=62)
DAYS, SECONDS = 30, 30 * 86_400
"""Of the month that calls are counted by."""
PARALLEL = 2
_SECRETS = {
    "rest": ("client_id", "client_secret"),
    "xml": ("sender_id", "sender_password", "user_password"),
}


def _pages(stream: str) -> Pages:
    async def pages(pull: Pull) -> AsyncIterator[Page]:
        vat_field = await _vat_field(pull) if stream == "customers" else ""
        read = gateway_pages if pull.options.api == "xml" else rest_pages
        async for page in read(pull, reading_of(stream, pull.options, vat_field)):
            yield page

    return pages


def _keys(stream: str) -> Keys:
    async def keys(pull: Pull) -> AsyncIterator[KeyPage]:
        read = gateway_keys if pull.options.api == "xml" else rest_keys
        async for page in read(pull, reading_of(stream, pull.options)):
            yield page

    return keys


async def _vat_field(pull: Pull) -> str:
    """Give the field that carries the VAT number, "" for the tax id.

    Raises ConfigurationError for a custom field that customers lack, where the REST API can tell.
    """
    name = vat_field_of(pull.options, pull.field_map)
    if pull.options.api == "xml" or "::" not in name:
        return name
    model = await pull.client.get("/services/core/model", params={"name": CUSTOMER})
    try:
        known = model["ia::result"]["fields"]
    except (KeyError, TypeError):
        msg = f"{pull.client.name}: the answer is no object model"
        raise SourceError(msg) from None
    if name not in known:
        msg = f"{pull.client.name}: customers have no field {name}"
        raise ConfigurationError(msg, "field_map.vat_field")
    return name


def access(connection: Connection, options: Options, secrets: Mapping[str, str]) -> Access:
    """Reach a company by its token or its session, both bound by the web services user's permissions.

    Raises ConfigurationError for a secret that the chosen way in needs and does not have.
    """
    if not isinstance(options, SageIntacctOptions):
        raise TypeError
    for name in _SECRETS[options.api]:
        if not secrets.get(name):
            msg = f"{connection.name} needs the secret {name} for the api {options.api}"
            raise ConfigurationError(msg, f"secrets.{name}")
    # What the tier includes for a day may go at once, a backfill say; then a month's calls last a month.
    limit = Limit(options.calls_per_month / DAYS, options.calls_per_month / SECONDS, PARALLEL)
    if options.api == "xml":
        address = connection.base_url or GATEWAY
        login = Login(
            secrets["sender_id"],
            secrets["sender_password"],
            options.user,
            options.company,
            secrets["user_password"],
            options.entity,
        )
        return Access(address, auth=company_session(connection.name, address, login), limit=limit)
    base_url = connection.base_url or ADDRESS
    token = company_token(
        connection.name,
        connection.token_url or f"{base_url}/oauth2/token",
        secrets["client_id"],
        secrets["client_secret"],
        options.username,
    )
    entity = {"X-IA-API-Param-Entity": options.entity} if options.entity else {}
    return Access(base_url, auth=token, headers=entity, limit=limit)


def _has_orders(options: SageIntacctOptions) -> bool:
    return options.includes_orders


def _document(name: str, record_type: type[Record], column: str) -> Stream:
    return Stream(
        name,
        record_type,
        _pages(name),
        is_by_key=True,
        overlap=OVERLAP,
        is_offered=_has_orders,
        keys=_keys(name),
        sweep_column=column,
        sweep_reach=SWEEP_REACH,
    )


SOURCE = Source(
    kind="sage_intacct",
    title="Sage Intacct",
    streams=(
        Stream(
            "customers",
            MasterCustomer,
            _pages("customers"),
            is_by_key=True,
            overlap=OVERLAP,
            keys=_keys("customers"),
        ),
        _document("sales_orders", SalesOrder, "ordered_on"),
        _document("invoices", Invoice, "posted_on"),
        _document("credit_memos", CreditMemo, "posted_on"),
    ),
    access=access,
    options=SageIntacctOptions,
    round=timedelta(hours=1),
    check=check,
)

"""A simulated Business Central environment: API v2.0 and some custom API pages, read only.

Sales orders that are fully posted or cancelled are gone from salesOrders, as in the product.
"""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dev.vendors import entra
from dev.vendors.business_central_rows import companies_of, company_row
from dev.vendors.business_central_tables import CUSTOM, STANDARD, Table
from dev.vendors.facts import Account
from dev.vendors.odata import EntitySet, admit, answer, count, offered, refusal
from dev.vendors.vendor import endpoint

SECRETS = entra.SECRETS
LARGEST_PAGE = 20_000

_SCOPE = "https://api.businesscentral.dynamics.com/"
_COMPANIES = EntitySet(
    fields=("id", "systemVersion", "timestamp", "name", "displayName", "businessProfileId"),
    largest_page=LARGEST_PAGE,
)
_CORRELATION = "CorrelationId:  00000000-0000-4000-8000-000000000000."


def _admit(request: Request) -> None:
    """Let in who carries a token for Business Central."""
    if not entra.is_valid(request.headers.get("Authorization", ""), _SCOPE):
        why = f"The server has rejected the client credentials.  {_CORRELATION}"
        raise refusal(401, "Authentication_InvalidCredentials", why)


def _context(request: Request, name: str) -> str:
    return f"{request.url.replace(path=request.url.path.partition('/api/')[0], query='')}/$metadata#{name}"


@endpoint
async def companies(request: Request, account: Account) -> Response:
    """Answer the companies of the environment."""
    _admit(request)
    items = [company_row(name) for name in companies_of(account)]
    return answer(request, _COMPANIES, items, _context(request, "companies"))


def _table(
    request: Request, account: Account, tables: dict[str, Table]
) -> tuple[EntitySet, list[dict[str, Any]]]:
    """Give an entity set of the company that the path names, and its items."""
    _admit(request)
    name, company_id = request.path_params["entity_set"], request.path_params["company"]
    company = next((c for c in companies_of(account) if company_row(c)["id"] == company_id.lower()), None)
    if company is None:
        raise refusal(404, "Internal_CompanyNotFound", f"The company does not exist.  {_CORRELATION}")
    if name not in tables:
        why = f"Resource not found for the segment '{name}'.  {_CORRELATION}"
        raise refusal(404, "BadRequest_NotFound", why)
    admit(account, name, "BadRequest_NotFound")
    table = tables[name]
    entity_set = EntitySet(
        fields=table.fields.split(),
        computed=table.computed,
        navigation={name: inner.split() for name, inner in table.navigation.items()},
        largest_page=LARGEST_PAGE,
        error_code="BadRequest",
    )
    return offered(account, name, entity_set), table.rows(account, company)


async def _answer(request: Request, account: Account, tables: dict[str, Table]) -> Response:
    entity_set, items = _table(request, account, tables)
    path = request.path_params
    context = _context(request, f"companies({path['company']})/{path['entity_set']}")
    return answer(request, entity_set, items, context)


@endpoint
async def standard(request: Request, account: Account) -> Response:
    """Answer an entity set of API v2.0."""
    return await _answer(request, account, STANDARD)


@endpoint
async def counted(request: Request, account: Account) -> Response:
    """Answer how many items of an entity set a query finds."""
    return count(request, *_table(request, account, STANDARD))


@endpoint
async def inner(request: Request, account: Account) -> Response:
    """Answer a list of one item, a document's lines say."""
    entity_set, items = _table(request, account, STANDARD)
    name = request.path_params["inner"]
    item = next((each for each in items if each["id"] == request.path_params["id"].lower()), None)
    if item is None or name not in entity_set.navigation:
        raise refusal(404, "BadRequest_NotFound", f"Resource not found for the segment '{name}'.")
    lines = EntitySet(fields=entity_set.navigation[name], largest_page=LARGEST_PAGE)
    return answer(request, lines, item[name], _context(request, name))


@endpoint
async def custom(request: Request, account: Account) -> Response:
    """Answer an entity set of the merchant's own API."""
    return await _answer(request, account, CUSTOM)


_ROOT = "/business_central/{account}/api"
ROUTES = [
    Route(_ROOT + "/v2.0/companies", companies),
    Route(_ROOT + "/v2.0/companies({company})/{entity_set}/$count", counted),
    Route(_ROOT + "/v2.0/companies({company})/{entity_set}({id})/{inner}", inner),
    Route(_ROOT + "/v2.0/companies({company})/{entity_set}", standard),
    Route(_ROOT + "/tieout/connector/v1.0/companies({company})/{entity_set}", custom),
]

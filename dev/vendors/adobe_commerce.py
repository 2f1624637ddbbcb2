"""A simulated Adobe Commerce, both flavours: PaaS below `/rest/all/V1`, SaaS below `/V1`.

Abandoned carts are quotes there and no orders; test orders look like any other.
"""

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from dev.vendors import adobe_commerce_render as render
from dev.vendors.adobe_commerce_auth import SECRETS, admit_signed, admit_token, ims_token
from dev.vendors.adobe_commerce_search import Columns, page_of
from dev.vendors.facts import Account
from dev.vendors.vendor import endpoint

List = Callable[[Request, Account], Response]

_ORDER: Columns = {
    "entity_id": lambda row: row.id,
    "created_at": lambda row: row.placed_at,
    "updated_at": lambda row: row.updated_at,
}
_CUSTOMER: Columns = {"entity_id": lambda row: row.id, "updated_at": lambda row: row.updated_at}
_CREDIT_MEMO: Columns = {
    "entity_id": lambda row: row.id,
    "created_at": lambda row: row.refunded_at,
    "updated_at": lambda row: row.updated_at or row.refunded_at,
}
_TIMELESS: Columns = {"entity_id": lambda row: row.id}


def _orders(request: Request, account: Account) -> Response:
    companies = {company.id: company for company in account.companies}
    customers = {customer.id: customer for customer in account.customers}
    rows = [order for order in account.orders if order.state != "abandoned"]

    def shown(order: Any) -> dict[str, Any]:
        buyer = customers.get(order.customer_id)
        return render.order(order, companies.get(order.company_id), buyer, account.local_currency)

    return page_of(request, rows, _ORDER, shown, account.page_limit)


def _credit_memos(request: Request, account: Account) -> Response:
    return page_of(
        request,
        account.refunds,
        _CREDIT_MEMO,
        lambda refund: render.credit_memo(refund, account.local_currency),
        account.page_limit,
    )


def _customers(request: Request, account: Account) -> Response:
    return page_of(request, account.customers, _CUSTOMER, render.customer, account.page_limit)


def _companies(request: Request, account: Account) -> Response:
    if not account.has_b2b:
        return JSONResponse({"message": "Request does not match any route."}, 404)
    admins = {customer.company_id: customer.id for customer in reversed(account.customers)}
    return page_of(
        request,
        account.companies,
        _TIMELESS,
        lambda row: render.company(row, admins.get(row.id, 0)),
        account.page_limit,
    )


def _attribute(request: Request, account: Account) -> Response:
    code = request.path_params["code"]
    if any(code in customer.fields for customer in account.customers):
        return JSONResponse({"attribute_code": code, "frontend_input": "text", "user_defined": True})
    problem = {"message": "No such entity with %fieldName = %fieldValue", "parameters": {"fieldName": "code"}}
    return JSONResponse(problem, 404)


_LISTS: dict[str, List] = {
    "/orders": _orders,
    "/creditmemos": _credit_memos,
    "/customers/search": _customers,
    "/company/": _companies,
    "/attributeMetadata/customer/attribute/{code}": _attribute,
}


def _route(prefix: str, path: str, answer: List, admit: Callable[[Request], None]) -> BaseRoute:
    @endpoint
    async def serve(request: Request, account: Account) -> Response:
        admit(request)
        return answer(request, account)

    return Route(f"/adobe_commerce/{{account}}{prefix}{path}", serve)


ROUTES: list[BaseRoute] = [
    *(_route("/rest/all/V1", path, answer, admit_signed) for path, answer in _LISTS.items()),
    *(_route("/V1", path, answer, admit_token) for path, answer in _LISTS.items()),
    Route("/adobe_commerce/{account}/ims/token/v3", ims_token, methods=["POST"]),
]

__all__ = ["ROUTES", "SECRETS"]

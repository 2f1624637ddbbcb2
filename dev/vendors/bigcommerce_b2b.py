"""A simulated B2B Edition: companies, their users, addresses and orders."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dev.vendors.bigcommerce_requests import ACCOUNT_FIELD, COUNTRIES, SECRETS, VAT_FIELD, counted, number
from dev.vendors.facts import Account, ShopCompany, ShopCustomer, ShopOrder
from dev.vendors.vendor import Refused, endpoint

_STATUSES = {"pending": "0", "active": "1", "retired": "3"}
_FIRST_USER, _FIRST_ADDRESS, _FIRST_ORDER = 7_000_000, 8_000_000, 9_000_000
_LARGEST_PAGE, _LARGEST_ORDER_PAGE = 249, 200


def _admit(request: Request) -> None:
    is_known = request.headers.get("X-Auth-Token") == SECRETS["access_token"]
    if not is_known or not request.headers.get("X-Store-Hash"):
        raise Refused(JSONResponse({"code": 401, "data": {}, "meta": {"message": "Unauthorized"}}, 401))


def _page(
    request: Request,
    rows: Sequence[Any],
    render: Callable[[Any], dict[str, Any]],
    largest: int = _LARGEST_PAGE,
) -> Response:
    limit, offset = number(request, "limit", 10), number(request, "offset", 0)
    if limit > largest:
        answer = {"code": 413, "data": {"errMsg": "limit is too large"}, "meta": {"message": "FAILED"}}
        return JSONResponse(answer, 413)
    pagination = {"limit": limit, "offset": offset, "totalCount": len(rows)}
    data = [render(row) for row in rows[offset : offset + limit]]
    meta = {"message": "SUCCESS", "pagination": pagination}
    return JSONResponse({"code": 200, "data": data, "meta": meta})


def _by_change(
    request: Request, rows: Iterable[Any], when: Callable[[Any], datetime], *, includes_bounds: bool = True
) -> list[Any]:
    """Keep a window in seconds since the epoch; the last changed first unless asked otherwise."""
    room = 0 if includes_bounds else 1
    low, high = number(request, "minModified", 0) + room, number(request, "maxModified", 1 << 40) - room
    kept = [row for row in rows if low <= int(when(row).timestamp()) <= high]
    is_descending = request.query_params.get("orderBy", "DESC") != "ASC"
    return sorted(kept, key=lambda row: (when(row), row.id), reverse=is_descending)


def _company(company: ShopCompany, *, with_extra_fields: bool) -> dict[str, Any]:
    values = {VAT_FIELD: company.vat, ACCOUNT_FIELD: company.account_reference, **company.fields}
    extra = [{"fieldName": name, "fieldValue": value} for name, value in values.items() if value]
    return {
        "companyId": company.id,
        "companyName": company.name,
        "companyEmail": company.address.email,
        "companyPhone": company.address.phone,
        "companyStatus": _STATUSES[company.state],
        "bcGroupId": company.id,
        "bcGroupName": company.name,
        "catalogId": "",
        "parentCompany": {},
        **({"extraFields": extra} if with_extra_fields else {}),
        "uuid": company.account_reference,
        "createdAt": str(int(company.created_at.timestamp())),
        "updatedAt": str(int(company.updated_at.timestamp())),
    }


@endpoint
@counted
async def _companies(request: Request, account: Account) -> Response:
    _admit(request)
    rows = _by_change(request, account.companies, lambda company: company.updated_at)
    is_whole = request.query_params.get("isIncludeExtraFields") == "1"
    return _page(request, rows, lambda company: _company(company, with_extra_fields=is_whole))


def _user(customer: ShopCustomer) -> dict[str, Any]:
    return {
        "id": _FIRST_USER + customer.id,
        "customerId": customer.id,
        "companyId": customer.company_id,
        "email": customer.person.email,
        "firstName": customer.person.first_name,
        "lastName": customer.person.last_name,
        "phoneNumber": customer.person.phone,
        "role": 0,
        "uuid": "",
        "createdAt": int(customer.created_at.timestamp()),
        "updatedAt": int(customer.updated_at.timestamp()),
    }


@endpoint
@counted
async def _users(request: Request, account: Account) -> Response:
    """Both bounds are exclusive here: "later than" and "earlier than"."""
    _admit(request)
    rows = [customer for customer in account.customers if customer.company_id]
    kept = _by_change(request, rows, lambda customer: customer.updated_at, includes_bounds=False)
    company_id = number(request, "companyId", 0)
    chosen = [row for row in kept if not company_id or row.company_id == company_id]
    return _page(request, sorted(chosen, key=lambda customer: customer.id), _user)


def _address(company: ShopCompany) -> dict[str, Any]:
    place = company.address
    return {
        "addressId": _FIRST_ADDRESS + company.id,
        "companyId": company.id,
        "firstName": place.first_name,
        "lastName": place.last_name,
        "addressLine1": place.street,
        "addressLine2": "",
        "city": place.city,
        "stateName": place.state,
        "zipCode": place.postcode,
        "countryName": COUNTRIES.get(place.country, place.country),
        "countryCode": place.country,
        "phoneNumber": place.phone,
        "isBilling": True,
        "isShipping": True,
        "isDefaultBilling": True,
        "isDefaultShipping": True,
    }


@endpoint
@counted
async def _addresses(request: Request, account: Account) -> Response:
    _admit(request)
    company_id = number(request, "companyId", 0)
    rows = [company for company in account.companies if not company_id or company.id == company_id]
    return _page(request, rows, _address)


def _order(order: ShopOrder) -> dict[str, Any]:
    return {
        "id": _FIRST_ORDER + order.id,
        "bcOrderId": order.id,
        "companyId": order.company_id or "",
        "poNumber": order.purchase_order,
        "totalIncTax": f"{order.net + order.tax:.4f}",
        "currencyCode": order.currency,
        "isArchived": False,
        "createdAt": str(int(order.placed_at.timestamp())),
        "updatedAt": str(int(order.updated_at.timestamp())),
    }


@endpoint
@counted
async def _orders(request: Request, account: Account) -> Response:
    _admit(request)
    rows = _by_change(request, account.orders, lambda order: order.updated_at)
    return _page(request, rows, _order, _LARGEST_ORDER_PAGE)


@endpoint
@counted
async def _one_order(request: Request, account: Account) -> Response:
    """Tell more of one order, found by the store's own id: whether it pays an invoice."""
    _admit(request)
    wanted = request.path_params["order"]
    order = next((each for each in account.orders if each.id == wanted), None)
    if order is None:
        missing = {"code": 404, "data": {"errMsg": "Order not found"}, "meta": {"message": "NOT FOUND"}}
        return JSONResponse(missing, 404)
    flag = {
        "isInvoiceOrder": int(order.is_invoice_payment),
        "invoiceId": order.id if order.is_invoice_payment else None,
    }
    return JSONResponse({"code": 200, "data": {**_order(order), **flag}, "meta": {"message": "SUCCESS"}})


B2B_ROUTES = [
    Route("/bigcommerce/{account}/b2b/companies", _companies),
    Route("/bigcommerce/{account}/b2b/users", _users),
    Route("/bigcommerce/{account}/b2b/addresses", _addresses),
    Route("/bigcommerce/{account}/b2b/orders", _orders),
    Route("/bigcommerce/{account}/b2b/orders/{order:int}", _one_order),
]

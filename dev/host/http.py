"""HTTP triggers: which function a request reaches, with which key, and what its answer looks like.

GrpcMessageConversionExtensions.cs and AuthenticationLevelHandler.cs in https://github.com/Azure/azure-functions-host
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import azure.functions as func
from starlette.requests import Request
from starlette.responses import Response

from dev.host.errors import StartupError
from dev.host.functions import Function
from dev.host.invocation import Invoke
from dev.host.keys import FUNCTION, Keys, given_key
from dev.host.routes import Route, compiled, decoded

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
RESERVED = {"admin", "runtime"}
BODILESS = {204, 304}
OWN_HEADERS = {"content-length", "transfer-encoding"}


@dataclass(frozen=True)
class Endpoint:
    """A function behind its route."""

    function: Function
    route: Route
    methods: frozenset[str]
    level: str


def _endpoint(function: Function, prefix: str) -> Endpoint:
    trigger = function.trigger
    template = "/".join(part.strip("/") for part in (prefix, trigger.get("route", function.name)) if part)
    if template.split("/")[0].lower() in RESERVED:
        raise StartupError(f"function {function.name!r}: the route {template!r} is the host's own")
    methods = frozenset(method.upper() for method in trigger.get("methods") or METHODS)
    return Endpoint(function, compiled(template), methods, str(trigger.get("authLevel") or FUNCTION).upper())


def endpoints(functions: Iterable[Function], prefix: str) -> tuple[Endpoint, ...]:
    """Give the endpoints in the order in which they are tried; raises StartupError."""
    found = (_endpoint(function, prefix) for function in functions if function.kind == "httpTrigger")
    return tuple(sorted(found, key=lambda endpoint: endpoint.route.precedence))


def _joined(items: Iterable[tuple[str, str]], separator: str) -> dict[str, str]:
    values: dict[str, str] = {}
    names: dict[str, str] = {}
    for name, value in items:
        first = names.setdefault(name.lower(), name)
        values[first] = values[first] + separator + value if first in values else value
    return values


def _request(request: Request, route_params: Mapping[str, str], body: bytes) -> func.HttpRequest:
    params = _joined(request.query_params.multi_items(), ",")
    return func.HttpRequest(
        request.method,
        str(request.url),
        headers=_joined(((name.lower(), value) for name, value in request.headers.items()), ", "),
        params={name: value for name, value in params.items() if value},
        route_params=route_params,
        body=body,
    )


def _response(result: str | func.HttpResponse) -> Response:
    if isinstance(result, str):
        return Response(result, media_type="text/plain")
    body = b"" if result.status_code in BODILESS else result.get_body()
    response = Response(body, status_code=result.status_code)
    for name, value in result.headers.items():
        if name.lower() not in OWN_HEADERS:
            response.headers.append(name, value)
    if "content-type" not in response.headers and body:
        response.headers["content-type"] = _content_type(result)
    return response


def _content_type(result: func.HttpResponse) -> str:
    is_text = result.mimetype.startswith("text/")
    return f"{result.mimetype}; charset={result.charset}" if is_text else str(result.mimetype)


@dataclass(frozen=True)
class Http:
    """Answers requests with the functions behind them."""

    endpoints: tuple[Endpoint, ...]
    keys: Keys
    invoke: Invoke

    async def answer(self, request: Request) -> Response:
        """Answer one request: 404 where no function takes it, 401 without its key, 500 where it fails."""
        path = decoded(request.scope["raw_path"])
        for endpoint in self.endpoints:
            parameters = endpoint.route.match(path) if request.method in endpoint.methods else None
            if parameters is not None:
                return await self._call(endpoint, request, parameters)
        return Response(status_code=404)

    async def _call(self, endpoint: Endpoint, request: Request, parameters: Mapping[str, str]) -> Response:
        key = given_key(request.headers, request.query_params)
        if not self.keys.permit(key, endpoint.level, endpoint.function.name):
            return Response(status_code=401)
        given = _request(request, parameters, await request.body())
        try:
            return _response(await self.invoke(endpoint.function, given))
        except Exception:  # noqa: BLE001 - the boundary of one request; invoke has logged it
            return Response(status_code=500)

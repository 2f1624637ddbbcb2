"""HTTP triggers are reached as on Azure, and never with less than Azure asks for."""

from pathlib import Path
from typing import Any

import azure.functions as func
import httpx
import pytest

from tests.host.apps import KEYS, app_with, hosted

ANONYMOUS, FUNCTION, ADMIN = func.AuthLevel.ANONYMOUS, func.AuthLevel.FUNCTION, func.AuthLevel.ADMIN
Seen = list[func.HttpRequest]
WRONG_KEYS = ["", "wrong", "None", "guarded-keyX", "guarded-ke", "GUARDED-KEY", "other-key", "*"]


def guarded_app(seen: Seen) -> func.FunctionApp:
    """Give an app with one function behind each level; the calls that get through land in `seen`."""

    def register(app: func.FunctionApp) -> None:
        @app.route("open", auth_level=ANONYMOUS, methods=["GET"])
        def anyone(req: func.HttpRequest) -> str:
            seen.append(req)
            return "open"

        @app.route("guarded/{number:int?}", auth_level=FUNCTION)
        async def guarded(req: func.HttpRequest) -> func.HttpResponse:
            seen.append(req)
            return func.HttpResponse(
                b"{}", mimetype="application/json", headers={"X-Made": "by us"}, status_code=201
            )

        @app.route("closed", auth_level=ADMIN)
        def closed(req: func.HttpRequest) -> str:
            seen.append(req)
            return "closed"

        @app.route("failing", auth_level=ANONYMOUS)
        def failing(req: func.HttpRequest) -> str:
            raise LookupError(req.method)

        @app.route("nothing", auth_level=ANONYMOUS)
        def nothing(req: func.HttpRequest) -> func.HttpResponse:
            return seen.append(req)  # type: ignore[func-returns-value, return-value]

    return app_with(register)


@pytest.mark.parametrize("path", ["/guarded", "/guarded/7", "/closed", "/admin/host/status"])
@pytest.mark.parametrize("key", WRONG_KEYS)
@pytest.mark.parametrize("place", ["header", "query", "neither"])
async def test_no_call_gets_through_without_its_key(tmp_path: Path, path: str, key: str, place: str):
    """The host is never laxer than Azure's: without a fitting key there is an empty 401 and no call."""
    seen: Seen = []
    headers = {"x-functions-key": key} if place == "header" else {}
    params = {"code": key} if place == "query" else {}
    async with hosted(guarded_app(seen), tmp_path) as client:
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"):
            answer = await client.request(method, path, headers=headers, params=params)
            assert (answer.status_code, answer.content) == (401, b"")
    assert not seen


KEYED = [
    ("/guarded", KEYS.functions["guarded"], 201),
    ("/guarded", KEYS.host, 201),
    ("/guarded", KEYS.master, 201),
    ("/closed", KEYS.functions["guarded"], 401),
    ("/closed", KEYS.host, 401),
    ("/closed", KEYS.master, 200),
    ("/admin/host/status", KEYS.host, 401),
    ("/admin/host/status", KEYS.master, 200),
    ("/admin/nothing", KEYS.master, 404),
]


@pytest.mark.parametrize(("path", "key", "status"), KEYED)
async def test_each_key_opens_its_own_level(tmp_path: Path, path: str, key: str, status: int):
    """A function's key opens that function, the host key all functions, the master key everything."""
    async with hosted(guarded_app([]), tmp_path) as client:
        by_header = await client.get(path, headers={"x-functions-key": key})
        by_query = await client.get(path, params={"code": key})
        both = await client.get(path, params={"code": key}, headers={"x-functions-key": "wrong"})
    assert (status, status, 401) == (by_header.status_code, by_query.status_code, both.status_code)


async def get(tmp_path: Path, path: str, **more: Any) -> tuple[httpx.Response, Seen]:
    """Ask the app once, and give the answer with what the functions saw."""
    seen: Seen = []
    async with hosted(guarded_app(seen), tmp_path) as client:
        return await client.request(more.pop("method", "GET"), path, **more), seen


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/none"), ("POST", "/open"), ("GET", "/guarded/x"), ("GET", "/")]
)
async def test_what_no_function_takes_is_not_found(tmp_path: Path, method: str, path: str):
    """An unknown route, method or parameter is a 404, as the host has it; not a 405."""
    answer, seen = await get(tmp_path, path, method=method, headers={"x-functions-key": KEYS.master})
    assert (answer.status_code, seen) == (404, [])


@pytest.mark.parametrize("path", ["/failing", "/nothing"])
async def test_a_failure_is_an_empty_500(tmp_path: Path, path: str, caplog: pytest.LogCaptureFixture):
    """An exception, or an answer that Microsoft's worker refuses, shows only in the log."""
    answer, _ = await get(tmp_path, path)
    assert (answer.status_code, answer.content) == (500, b"")
    [failed] = [record for record in caplog.records if record.message == "failed"]
    assert failed.exc_info is not None


async def test_a_function_sees_what_azure_would_send(tmp_path: Path):
    """Headers are in lower case, empty query values are dropped, repeated ones joined, parameters told."""
    headers = [("X-Functions-Key", KEYS.host), ("X-Twice", "a"), ("x-twice", "b")]
    answer, [request] = await get(
        tmp_path, "/guarded/7?a=1&A=2&b=&c", method="POST", headers=headers, content=b'{"x": 1}'
    )
    assert (answer.status_code, answer.headers["x-made"]) == (201, "by us")
    assert answer.headers["content-type"] == "application/json"
    assert dict(request.params) == {"a": "1,2"}
    assert dict(request.route_params) == {"number": "7"}
    assert {name.lower() for name in request.headers} == set(request.headers)
    assert request.headers["X-Twice"] in {"a, b", "a,b"}
    assert request.get_json() == {"x": 1}
    assert request.url == "http://host/guarded/7?a=1&A=2&b=&c"


async def test_a_string_is_plain_text(tmp_path: Path):
    """A function that returns text answers 200 with it."""
    answer, _ = await get(tmp_path, "/open")
    assert (answer.status_code, answer.text) == (200, "open")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"

"""docs/flow.sh does with curl what a flow does."""

import asyncio
import shutil
from pathlib import Path
from urllib.parse import parse_qsl

import azure.functions as func
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shared.store.store import Store
from tests.functions.app import GAP, _found, add_workspace, function, order, publish
from tests.functions.conftest import KeyFor

SCRIPT = Path(__file__).parents[2] / "docs" / "flow.sh"


async def _serve(request: Request) -> Response:
    name, parts = _found(request.method, request.url.path)
    given = func.HttpRequest(
        request.method,
        str(request.url),
        headers=dict(request.headers),
        params=dict(parse_qsl(request.url.query)),
        route_params=parts,
        body=await request.body(),
    )
    answer = await function(name)(given)
    return Response(
        answer.get_body(), answer.status_code, headers=dict(answer.headers), media_type=answer.mimetype
    )


async def _started(server: uvicorn.Server) -> None:
    while not server.started:  # noqa: ASYNC110 - uvicorn says so in no other way
        await asyncio.sleep(0)


@pytest.mark.skipif(not shutil.which("curl"), reason="the script needs curl")
async def test_it_does_what_a_flow_does(store: Store, key_for: KeyFor) -> None:
    """Signed in by a key it lists, polls, exports, and registers and removes a hook."""
    await add_workspace(store)
    await publish(store, [order("SH-1", gap=1), order("SH-2", gap=2)])
    app = Starlette(routes=[Route("/{rest:path}", _serve, methods=["GET", "POST", "DELETE"])])
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical", lifespan="off"))
    serving = asyncio.create_task(server.serve())
    try:
        await _started(server)
        port = server.servers[0].sockets[0].getsockname()[1]
        environment = {"TIEOUT": f"http://127.0.0.1:{port}", "TIEOUT_KEY": await key_for("finance")}
        running = await asyncio.create_subprocess_exec(
            "bash",
            str(SCRIPT),
            env={"PATH": "/usr/local/bin:/usr/bin:/bin", **environment},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await running.communicate()
    finally:
        server.should_exit = True
        await serving
    assert 0 == running.returncode, said.decode()
    lines = said.decode().splitlines()
    assert "The workspace: acme" in lines
    assert f"The export of {GAP}: 3 lines, as of 2026-04-12T01:00:00Z" in lines
    assert "Polled again: 0 bytes of news" in lines
    assert "And removed." == lines[-1]
    assert [] == await store.hooks.of("acme")

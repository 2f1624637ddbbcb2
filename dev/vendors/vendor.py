"""What all simulated vendors share: where a request's account is found, and who may ask.

A vendor module offers `ROUTES: list[Route]`, each below `/{vendor kind}/{account}`, and
`SECRETS: dict[str, str]`, the invented secrets that it accepts. The server mounts them all and
keeps the accounts in `app.state.accounts` by their name.
"""

from collections.abc import Awaitable, Callable
from functools import partial, wraps

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from dev.vendors.facts import Account
from dev.vendors.faulty import answered

Endpoint = Callable[[Request, Account], Awaitable[Response]]


class Refused(Exception):
    """The request is not answered with data; carries the answer that goes out instead."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status_code)
        self.response = response


def endpoint(handle: Endpoint) -> Callable[[Request], Awaitable[Response]]:
    """Find the account that the path names, and hand it over with the request."""

    @wraps(handle)
    async def serve(request: Request) -> Response:
        account = request.app.state.accounts.get(request.path_params["account"])
        if account is None:
            return JSONResponse({"error": "no such account"}, status_code=404)
        if account.is_broken:
            return Response("<html>Bad gateway</html>", media_type="text/html")
        return await answered(request, account, partial(_handled, handle, request))

    return serve


async def _handled(handle: Endpoint, request: Request, account: Account) -> Response:
    try:
        return await handle(request, account)
    except Refused as refused:
        return refused.response

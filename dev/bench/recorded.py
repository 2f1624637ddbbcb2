"""A simulated vendor's answers, rendered once and then given as they are, so that we alone are measured."""

import httpx


class Recorded(httpx.AsyncBaseTransport):
    """Asks the vendor the first time, and itself from then on."""

    def __init__(self, vendor: httpx.AsyncBaseTransport) -> None:
        self._vendor = vendor
        self._known: dict[tuple[str, str, bytes], tuple[int, dict[str, str], bytes]] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request."""
        asked = request.method, str(request.url), await request.aread()
        if asked not in self._known:
            answer = await self._vendor.handle_async_request(request)
            content = await answer.aread()
            kept = {name: value for name, value in answer.headers.items() if name != "content-length"}
            self._known[asked] = answer.status_code, kept, content
        status, headers, content = self._known[asked]
        return httpx.Response(status, headers=headers, content=content)

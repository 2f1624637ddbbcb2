"""A session of the XML gateway: opened with the passwords once, then named in each request."""

from collections.abc import AsyncGenerator, Mapping
from functools import lru_cache
from typing import NamedTuple
from uuid import uuid4

import httpx

from shared.errors import SourceError
from shared.sources.sage_intacct_xml import LAPSED, error_codes, read_answer, result_of, tag, text

_HEADERS = {"Content-Type": "application/xml", "Accept": "application/xml"}
_FAILURE = b"failure"
_COMPANIES = 256


class Login(NamedTuple):
    """Who asks: the sender that Sage knows, and a web services user of the company."""

    sender: str
    sender_password: str
    user: str
    company: str
    user_password: str
    entity: str


class GatewaySession(httpx.Auth):
    """Puts a request's function into an envelope with the session; opens one that lapsed anew, once.

    The passwords go to the gateway's own address alone; all else goes to the address that it gives back.
    """

    def __init__(self, name: str, address: str, login: Login) -> None:
        self._name, self._address, self._login = name, httpx.URL(address), login
        self._session, self._endpoint = "", self._address

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Send a function within the session."""
        function = (await request.aread()).decode()
        for is_last in (False, True):
            if not self._session:
                answer = yield self._open(request.extensions)
                await answer.aread()
                if not answer.is_success:
                    return
                self._keep(answer)
            used = self._session
            response = yield self._sent(self._endpoint, text("sessionid", used), function, request.extensions)
            await response.aread()
            if is_last or not _is_lapsed(response, self._name):
                return
            if self._session == used:
                self._session = ""

    def _open(self, extensions: Mapping[str, object]) -> httpx.Request:
        login = self._login
        proof = tag(
            "login",
            text("userid", login.user),
            text("companyid", login.company),
            text("password", login.user_password),
            *([text("locationid", login.entity)] if login.entity else []),
        )
        return self._sent(self._address, proof, tag("getAPISession"), extensions)

    def _sent(
        self, address: httpx.URL, proof: str, function: str, extensions: Mapping[str, object]
    ) -> httpx.Request:
        number = uuid4().hex
        control = tag(
            "control",
            text("senderid", self._login.sender),
            text("password", self._login.sender_password),
            text("controlid", number),
            text("uniqueid", "false"),
            text("dtdversion", "3.0"),
            text("includewhitespace", "false"),
        )
        called = f'<function controlid="{number}">{function}</function>'
        operation = tag("operation", tag("authentication", proof), tag("content", called))
        body = '<?xml version="1.0" encoding="UTF-8"?>' + tag("request", control, operation)
        return httpx.Request(
            "POST", address, content=body.encode(), headers=_HEADERS, extensions=dict(extensions)
        )

    def _keep(self, answer: httpx.Response) -> None:
        api = result_of(read_answer(answer.content, self._name), self._name).find("api")
        session = "" if api is None else api.findtext("sessionid", "")
        endpoint = httpx.URL("" if api is None else api.findtext("endpoint", ""))
        is_safe = endpoint.scheme == "https" or endpoint.host == self._address.host
        if not session or not endpoint.host or not is_safe:
            msg = f"{self._name}: the gateway opened no session"
            raise SourceError(msg)
        self._session, self._endpoint = session, endpoint


def _is_lapsed(response: httpx.Response, name: str) -> bool:
    if not response.is_success or _FAILURE not in response.content:
        return False
    return bool(LAPSED & set(error_codes(read_answer(response.content, name))))


@lru_cache(maxsize=_COMPANIES)
def company_session(name: str, address: str, login: Login) -> GatewaySession:
    """Give a company's session, the same to all who ask in this process."""
    return GatewaySession(name, address, login)

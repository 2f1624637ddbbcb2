"""What every source keeps to about single records, ids and secrets: the same laws over all of them."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from dev.bench.setups import SETUPS, stream
from dev.vendors import adobe_commerce, bigcommerce, entra, sage_intacct, sage_network, shopify
from dev.vendors.scaled_time import run
from shared.errors import TieoutError
from tests.sources.suite import EMAIL, ROWS, SETTINGS
from tests.sources.suite_reader import ALL, Reader, fold, ids

SWEPT = [(kind, name) for kind, name in ALL if stream(kind, name).keys is not None]
TELLS = f"{EMAIL} of 1 Nowhere Street"
"""What a vendor's answer may quote of a customer."""
SECRETS = [
    secret
    for vendor in (adobe_commerce, bigcommerce, entra, sage_intacct, sage_network, shopify)
    for secret in vendor.SECRETS.values()
]

every_stream = pytest.mark.parametrize(("kind", "name"), ALL)


@dataclass
class Middle(httpx.AsyncBaseTransport):
    """Changes a vendor's answers on their way to us."""

    vendor: httpx.AsyncBaseTransport
    change: Callable[[httpx.Request, httpx.Response], httpx.Response]

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Pass a request on, and what comes back of its answer."""
        answer = await self.vendor.handle_async_request(request)
        await answer.aread()
        return self.change(request, answer)


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """Give all objects of a JSON document, the outermost first."""
    if isinstance(value, dict):
        yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from objects(part)


class Spoiler:
    """Spoils a field of the first item that holds it, behind so many that are passed over."""

    def __init__(self, name: str, passed_over: int = 0) -> None:
        self.name, self.is_done, self.left = name, False, passed_over

    def __call__(self, _: httpx.Request, answer: httpx.Response) -> httpx.Response:
        """Change the first answer with such an item."""
        if self.is_done or "json" not in answer.headers.get("Content-Type", ""):
            return answer
        document = answer.json()
        for item in objects(document):
            if self.name not in item:
                continue
            self.left -= 1
            if self.left < 0:
                item[self.name], self.is_done = {"told": TELLS}, True
                return httpx.Response(answer.status_code, json=document)
        return answer


@every_stream
def test_a_bad_record_does_not_cost_the_others(kind: str, name: str) -> None:
    """One item that cannot be read is quarantined by id and fields, and the rest is kept."""
    whole = fold(run(Reader(kind=kind, name=name).read()))
    setting = SETTINGS[kind]
    spoiler = Spoiler(setting.bad[name], setting.passed_over.get(name, 0))
    pages = run(Reader(kind=kind, name=name, middle=lambda vendor: Middle(vendor, spoiler)).read())
    [bad] = [bad for page in pages for bad in page.bad]
    assert len(ids(pages)) == ROWS - 1
    assert fold(pages).items() <= whole.items()
    assert bad.stream == name
    assert bad.record_id
    assert EMAIL not in str(bad)


@pytest.mark.parametrize(("kind", "name"), SWEPT)
def test_a_sweep_gives_the_ids_of_a_full_read(kind: str, name: str) -> None:
    """The ids that a sweep lists are those of the records, all of them, in pages of any size."""
    whole = set(fold(run(Reader(kind=kind, name=name).read())))
    for size in (2, 50):
        swept = run(Reader(kind=kind, name=name, page_size=size).sweep())
        assert sorted(whole) == sorted(each for page in swept for each in page.ids)


def refusing(status: int) -> Callable[[httpx.Request, httpx.Response], httpx.Response]:
    """Give a vendor that refuses what is asked, in words that quote a customer and our token."""

    def change(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
        if request.url.path.endswith(("token", "token/v3")):
            return answer
        quoted = [TELLS, *request.headers.values(), str(request.url)]
        told = {"code": "refused", "message": " ".join(quoted), "details": quoted}
        return httpx.Response(status, json={"error": told, "errors": [told], "message": told["message"]})

    return change


TROUBLE: dict[str, Callable[[Reader], None]] = {
    **{
        f"status {status}": lambda reader, status=status: setattr(  # type: ignore[misc]
            reader, "middle", lambda vendor: Middle(vendor, refusing(status))
        )
        for status in (200, 302, 400, 403, 503)
    },
    **{
        fault: lambda reader, fault=fault: setattr(  # type: ignore[misc]
            reader.account.faults, "plan", dict.fromkeys(range(1, 99), fault)
        )
        for fault in ("throttle", "timeout", "html", "malformed", "expired_token")
    },
    "wrong secrets": lambda reader: setattr(
        reader, "secrets", {name: f"wrong-{value}" for name, value in SETUPS[reader.kind].secrets.items()}
    ),
    "stuck": lambda reader: setattr(reader.account.faults, "is_stuck", True),
}


@every_stream
def test_no_secret_and_nobody_in_errors_and_logs(
    kind: str, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever a vendor answers, neither secrets nor tokens, queries, bodies or customers are repeated."""
    caplog.set_level(logging.INFO)
    said = []
    for trouble, begin in TROUBLE.items():
        reader = Reader(kind=kind, name=name)
        begin(reader)
        try:
            run(reader.read())
        except TieoutError as error:
            said.append(str(error))
        else:
            said += [str(bad) for page in reader.pages for bad in page.bad]
            assert trouble == "status 200", "the trouble was not met"
    said += [f"{record.getMessage()} {record.exc_text}" for record in caplog.records]
    tokens = [entra.token(SETUPS[kind].scope), *SECRETS, *(f"wrong-{secret}" for secret in SECRETS)]
    for told in said:
        assert not [secret for secret in (*tokens, EMAIL, "Nowhere Street", "?", "&") if secret in told]

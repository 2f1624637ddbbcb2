"""What fuzzing found in vendors' answers once: what broke something, or was wrongly taken, stays refused."""

from collections.abc import Callable

import httpx
import pytest

from dev.fuzz.tapes import GATEWAY, Player, Recorded, read, tape_of
from dev.vendors.scaled_time import now, run
from shared.domain.records import Record
from shared.errors import RetryLater, SourceError
from shared.sources.dataverse import signal
from shared.sources.http import parse_json
from shared.sources.pace import Limit, Pace, Signal
from shared.sources.retry_after import LONGEST_WAIT, retry_after
from shared.sources.source import Page

Change = Callable[[bytes], bytes]


def _read(kind: str, name: str, change: Change, headers: dict[str, str] | None = None) -> list[Page]:
    """Read a stream whose every answer is changed."""

    def play(_: int, answer: Recorded) -> httpx.Response:
        more = {"content-type": answer.kind, **(headers or {})}
        return httpx.Response(answer.status, headers=more, content=change(answer.body))

    return read(kind, name, Player(tape_of(kind, name), play))


def _records(pages: list[Page]) -> list[Record]:
    return [record for page in pages for record in page.records]


NO_DATES: list[tuple[str, str, bytes, bytes, str]] = [
    ("business_central", "invoices", b'"postingDate": "2026', b'"postingDate": "soon', "postingDate"),
    (
        "business_central",
        "sales_orders",
        b'"orderDate": "2026-11-02',
        b'"orderDate": "2026-13-02',
        "orderDate",
    ),
    (
        "business_central",
        "exchange_rates",
        b'"startingDate": "2026',
        b'"startingDate": "W026',
        "startingDate",
    ),
    ("sage_intacct", "invoices", b'"invoiceDate":"2026-11', b'"invoiceDate":"0000-00', "invoiceDate"),
    (GATEWAY, "sales_orders", b"<WHENCREATED>11/", b"<WHENCREATED>GB/", "txnDate"),
]


@pytest.mark.parametrize(("kind", "name", "right", "wrong", "field"), NO_DATES)
def test_a_text_that_is_no_date_is_not_taken_for_one(
    kind: str, name: str, right: bytes, wrong: bytes, field: str
) -> None:
    """A document whose date is none is quarantined by name; which day it counts for would be made up."""
    every = len(_records(_read(kind, name, bytes)))
    pages = _read(kind, name, lambda body: body.replace(right, wrong))
    bad = [each for page in pages for each in page.bad]
    assert bad
    assert {(field,)} == {each.fields for each in bad}
    assert every == len(_records(pages)) + len(bad)


def test_a_blank_id_is_none() -> None:
    """A record whose id is blank cannot be told from another, and is quarantined."""
    pages = _read(
        "sage_network", "sync_log", lambda body: body.replace(b'"syncRequestId":"2"', b'"syncRequestId":" "')
    )
    assert ["its id is blank"] == [each.why for page in pages for each in page.bad]


def test_a_company_whose_id_is_none_costs_no_other() -> None:
    """Its addresses are not asked for by an id that no address can carry; it alone is quarantined."""
    pages = _read(
        "bigcommerce",
        "companies",
        lambda body: body.replace(b'"companyId":3,"companyN', b'"companyId":"\\ud83d","companyN'),
    )
    assert {"1", "2", "4"} == {each.id for each in _records(pages)}
    assert len([bad for page in pages for bad in page.bad]) == 1


@pytest.mark.parametrize(
    "link",
    ["https://elsewhere.example/x", "\\u0000", "\\ud83d", "https://["],
    ids=["host", "NUL", "half", "bracket"],
)
@pytest.mark.parametrize("name", ["@odata.nextLink", "@odata.deltaLink"])
def test_a_link_that_cannot_be_followed_ends_the_read(name: str, link: str) -> None:
    """A link to no address, or to another host, is the vendor's fault now, and is not kept for later."""
    with pytest.raises(SourceError, match="link"):
        _read(
            "dataverse",
            "accounts",
            lambda body: body.replace(b"@odata.", b"x", 2)[:-1] + f',"{name}":"{link}"}}'.encode(),
        )


@pytest.mark.parametrize("number", ["9" * 5_000, "²"])
def test_a_record_number_that_is_none_is_refused(number: str) -> None:
    """What looks like digits and cannot be read as a number is no place to go on from."""
    with pytest.raises(SourceError, match="counted that did not come"):
        _read(GATEWAY, "customers", lambda body: _renumbered(body, number.encode()))


def _renumbered(body: bytes, number: bytes) -> bytes:
    if b"<CUSTOMER>" not in body:
        return body
    for digits in {part.partition(b"<")[0] for part in body.split(b"<RECORDNO>")[1:]}:
        body = body.replace(b"<RECORDNO>" + digits, b"<RECORDNO>" + number)
    return body


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"a":' * 100_000], ids=["lists", "objects"])
def test_an_answer_that_is_too_deep_is_the_vendors_fault(body: bytes) -> None:
    """An answer that no parser can follow is a SourceError like any other that is no JSON."""
    with pytest.raises(SourceError, match="no JSON"):
        parse_json(httpx.Response(200, content=body), "shop")


@pytest.mark.parametrize("lasts", ['"soon"', "[]", "null", "-1", '"\\u00b2"'])
def test_a_token_lives_on_whatever_its_life_is_said_to_be(lasts: str) -> None:
    """A token whose life cannot be read is used, and asked for anew when it is refused."""
    change = lambda body: body.replace(b'"expires_in":', f'"expires_in":{lasts},"x":'.encode())  # noqa: E731 - a case
    assert len(_records(_read("sage_intacct", "customers", change))) == len(
        _records(_read("sage_intacct", "customers", bytes))
    )


@pytest.mark.parametrize("token", ["\\ud83d", "\\u00e9", "a\\nb"])
def test_a_token_that_no_header_can_carry_is_none(token: str) -> None:
    """A token is visible ASCII: any other is the vendor's fault, told as such."""
    change: Change = lambda body: body.replace(b'"access_token":"', f'"access_token":"{token}'.encode())  # noqa: E731 - a case
    with pytest.raises(SourceError, match="access_token"):
        _read("sage_intacct", "customers", change)


@pytest.mark.parametrize("value", ["9" * 400, "1000000000", "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_no_answer_makes_us_wait_for_years(value: str) -> None:
    """A day is the longest wait that is believed: a longer one could not even be put into a queue."""
    assert retry_after(httpx.Response(429, headers={"Retry-After": value})) == LONGEST_WAIT


@pytest.mark.parametrize("figure", [1e30, float("inf"), float("nan")])
def test_a_count_that_nobody_can_mean_changes_no_pace(figure: float) -> None:
    """With sums beyond sense a wait would never come to its end: they are not taken over."""

    async def main() -> float:
        pace = Pace(Limit(capacity=10, per_second=1), clock=now)
        for figures in (
            Signal(-5, capacity=figure, per_second=100),
            Signal(figure),
            Signal(0, resets_in=figure),
        ):
            pace.learn(figures)
        async with pace.turn(1):
            return now()

    assert run(main()) == 0


def test_a_wait_for_the_limit_has_an_end() -> None:
    """Who is told that a limit is used up for a year tries again tomorrow."""

    async def main() -> float:
        pace = Pace(Limit(capacity=10, per_second=1), clock=now)
        pace.learn(Signal(0, resets_in=366 * 86_400))
        with pytest.raises(RetryLater) as later:
            async with pace.turn(1, patience=60):
                pass
        return later.value.seconds

    assert run(main()) == LONGEST_WAIT


def test_a_header_in_odd_digits_says_nothing() -> None:
    """A count in digits that are none is passed over, and costs no answer."""
    answer = httpx.Response(200, headers=[(b"x-ms-ratelimit-burst-remaining-xrm-requests", b"\xb2")])
    assert signal(answer) is None

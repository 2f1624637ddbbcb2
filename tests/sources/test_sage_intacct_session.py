"""The XML gateway's sessions, and the failures that it tells with status 200."""

import httpx
import pytest

from dev.vendors import sage_intacct as vendor
from dev.vendors.facts import Account
from shared.errors import ConfigurationError, RetryLater, SourceError
from shared.sources.source import Page
from tests.sources.sage_intacct_company import STREAMS, all_of, by_xml, customer


def company() -> Account:
    """Give a company with a customer."""
    return Account(ledger_customers=[customer()])


@pytest.mark.parametrize("name", ["sender_id", "sender_password", "user_password"])
async def test_a_wrong_secret_is_a_setting_to_mend(name: str) -> None:
    """A refused sender or user stops the pull, with the names of the secrets and none of their values."""
    secrets = {**vendor.SECRETS, name: "wrong-one"}
    with pytest.raises(ConfigurationError, match="XL03000006") as raised:
        await by_xml(company(), secrets=secrets)
    assert "wrong-one" not in str(raised.value)


@pytest.mark.parametrize("name", ["sender_id", "sender_password", "user_password"])
async def test_a_missing_secret_is_named(name: str) -> None:
    """The gateway's secrets are asked for where the option chooses it."""
    secrets = {key: value for key, value in vendor.SECRETS.items() if key != name}
    with pytest.raises(ConfigurationError, match=name) as raised:
        await by_xml(company(), secrets=secrets)
    assert raised.value.path == f"secrets.{name}"


async def test_an_object_that_is_not_permitted_is_a_setting_to_mend() -> None:
    """A missing permission stops the stream, and says to give it."""
    account = company()
    account.denied = frozenset({"ARINVOICE"})
    with pytest.raises(ConfigurationError, match="permission"):
        await by_xml(account, "invoices")


SUCCESS = "<control><status>success</status></control>"


def refusal(code: str, level: str) -> str:
    """Give a failure of this code at this level."""
    error = f"<errormessage><error><errorno>{code}</errorno></error></errormessage>"
    if level == "control":
        return f"<response><control><status>failure</status></control>{error}</response>"
    failed = "<status>failure</status>"
    inner = f"<authentication>{failed}</authentication>{error}"
    if level == "result":
        inner = f"<authentication><status>success</status></authentication><result>{failed}{error}</result>"
    return f"<response>{SUCCESS}<operation>{inner}</operation></response>"


@pytest.mark.parametrize("level", ["control", "authentication", "result"])
@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("GW-0011", ConfigurationError),
        ("XL03000006", ConfigurationError),
        ("PL04000005", ConfigurationError),
        ("GW-0010", RetryLater),
        ("DL02000001", SourceError),
    ],
)
async def test_a_failure_with_status_200_is_a_failure(level: str, code: str, error: type[Exception]) -> None:
    """Failures come with HTTP 200 at one of three levels, and are told apart by what to do next."""

    def handle(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, text=refusal(code, level))

    with pytest.raises(error, match=code):
        await by_xml(handle)


@pytest.mark.parametrize(
    "body",
    [
        "<html>Cloudflare</html>",
        "nothing",
        "",
        "[]",
        "<response/>",
        "<response><operation/></response>",
        '<!DOCTYPE r [<!ENTITY a "b">]><response>&a;</response>',
        "<response><operation><result><status>failure</status></result></operation></response>",
    ],
)
async def test_nonsense_is_no_finding(body: str) -> None:
    """A proxy's page, JSON, an empty envelope or one that defines entities is no answer."""
    with pytest.raises(SourceError):
        await by_xml(lambda _: httpx.Response(200, text=body))


class Gateway:
    """A gateway that moves its sessions to another host, and forgets one when told to."""

    def __init__(self, endpoint: str = "https://second.intacct.example/gw", rows: str = "") -> None:
        self.seen: list[tuple[str, bool]] = []
        self.session = 1
        self._endpoint, self._rows = endpoint, rows

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer, and keep the host that was asked and whether a user's password went there."""
        body = request.content.decode()
        self.seen.append((request.url.host, "<login>" in body))
        if "getAPISession" in body:
            self.session += 1
            api = f"<sessionid>s{self.session}</sessionid><endpoint>{self._endpoint}</endpoint>"
            return self._answer(f"<data><api>{api}</api></data>")
        if f"<sessionid>s{self.session}</sessionid>" not in body:
            return httpx.Response(200, text=refusal("XL03000006", "authentication"))
        if "readUserFormatting" in body:
            written = "<locale>en_US</locale><clock>24</clock><dateformat>/mdY</dateformat>"
            return self._answer(f"<data>{written}<gmtoffset>-0800</gmtoffset></data>")
        return self._answer(self._rows or '<data count="0" numremaining="0"/>')

    def _answer(self, data: str) -> httpx.Response:
        result = f"<result><status>success</status>{data}</result>"
        return httpx.Response(200, text=f"<response>{SUCCESS}<operation>{result}</operation></response>")


async def test_a_session_is_opened_once_and_used_where_it_says() -> None:
    """Passwords of the user go to the gateway's own address, all else to the address that it gives."""
    gateway = Gateway()
    for stream in STREAMS:
        await by_xml(gateway, stream, name="one-session")
    hosts = [host for host, _ in gateway.seen]
    assert [host for host, is_login in gateway.seen if is_login] == ["vendor"]
    assert set(hosts[1:]) == {"second.intacct.example"}


async def test_a_session_that_lapsed_is_opened_anew() -> None:
    """A session that the gateway forgot is opened once more, without a word to the caller."""
    gateway = Gateway()
    await by_xml(gateway, name="lapsed-session")
    gateway.session += 10
    assert await by_xml(gateway, name="lapsed-session") == [Page(())]
    assert sum(is_login for _, is_login in gateway.seen) == 2


@pytest.mark.parametrize("endpoint", ["http://elsewhere.example/gw", "", "nowhere"])
async def test_a_session_goes_to_no_unsafe_address(endpoint: str) -> None:
    """An address that is not https, or none, is refused before anything is sent there."""
    gateway = Gateway(endpoint)
    with pytest.raises(SourceError, match="no session"):
        await by_xml(gateway, name=f"unsafe-{len(endpoint)}")
    assert [host for host, _ in gateway.seen] == ["vendor"]


@pytest.mark.parametrize(
    "rows",
    [
        "<data/>",
        '<data count="2" numremaining="0"><CUSTOMER><RECORDNO>1</RECORDNO></CUSTOMER></data>',
        '<data count="0" numremaining="3"/>',
        '<data count="1" numremaining="3"><CUSTOMER><NAME>A</NAME></CUSTOMER></data>',
        '<data count="1" numremaining="1"><CUSTOMER><RECORDNO>1</RECORDNO></CUSTOMER></data>',
    ],
    ids=["no counts", "too few", "none of three", "no numbers", "comes again"],
)
async def test_rows_that_do_not_add_up_are_refused(rows: str) -> None:
    """Rows that are counted and do not come, or that come again, are not passed over."""
    with pytest.raises(SourceError):
        await by_xml(Gateway(rows=rows), name=f"rows-{len(rows)}")


async def test_one_bad_row_costs_no_other() -> None:
    """A row that cannot be read is named with its fields, never their values."""
    good = "<CUSTOMER><RECORDNO>7</RECORDNO><CUSTOMERID>C-7</CUSTOMERID></CUSTOMER>"
    bad = "<CUSTOMER><RECORDNO>8</RECORDNO><WHENMODIFIED>4 May, a secret</WHENMODIFIED></CUSTOMER>"
    gateway = Gateway(rows=f'<data count="2" numremaining="0">{good}{bad}</data>')
    [page] = await by_xml(gateway, name="bad-row")
    assert [record.number for record in all_of([page])] == ["C-7"]
    assert [(each.record_id, each.fields) for each in page.bad] == [("8", ("audit.modifiedDateTime", "id"))]
    assert "secret" not in str(page.bad)

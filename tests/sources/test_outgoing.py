"""The gate that requests leave by: only to public hosts, and to the very number that was judged."""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import ConfigurationError, RetryLater
from shared.sources.addresses import is_below, is_public, is_safe, refusal
from shared.sources.http import Access, VendorClient
from shared.sources.outgoing import Outgoing

PUBLIC, OTHER = "93.184.215.14", "2606:4700::1111"

WRONG = [
    "http://hooks.example.com/",
    "ftp://hooks.example.com/",
    "file:///etc/passwd",
    "//hooks.example.com/",
    "https:hooks.example.com",
    "https:///hooks.example.com",
    "https://",
    "",
    "no address",
    # who is spoken to is not who is named
    "https://user:word@hooks.example.com/",
    "https://@hooks.example.com/",
    "https://hooks.example.com@127.0.0.1/",
    "https://hooks.example.com\\@127.0.0.1/",
    "https://hooks.example.com\t.evil.example/",
    "https://hooks.example.com\r\nHost: evil.example",
    "https://hooks.example.com%2eevil.example/",
    "https://hooks.example.com%00.evil.example/",
    # odd ports
    "https://hooks.example.com:22/",
    "https://hooks.example.com:8443/",
    "https://hooks.example.com:0/",
    # numbers, however they are written
    "https://127.0.0.1/",
    "https://93.184.215.14/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.0.0.1/",
    "https://0177.0.0.1/",
    "https://127.1/",
    "https://0/",
    "https://127.0.0.1./",
    "https://1.2.3.4.5/",
    "https://169.254.169.254/metadata/instance",
    "https://168.63.129.16/machine",
    "https://100.100.100.200/latest",
    "https://[::1]/",
    "https://[::]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[::127.0.0.1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[fd00:ec2::254]/",
    "https://[fe80::1%25eth0]/",
    "https://[fec0::1]/",
    "https://[2002:7f00:1::]/",
    "https://[v1.a]/",
    # digits, dots and letters that only look like those of ASCII
    "https://\uff11\uff12\uff17.0.0.1/",
    "https://\u2460\u2461\u2466.0.0.1/",
    "https://127\u30020\u30020\u30021/",
    "https://ex\u00e4mple.com/",
    "https://\uff45xample.com/",
    # names of this network
    "https://localhost/",
    "https://LOCALHOST/",
    "https://api.localhost/",
    "https://printer.local/",
    "https://metadata.google.internal/",
    "https://intranet/",
    "https://hooks.example.com./",
    "https://-hooks.example.com/",
    "https://hooks_.example.com/",
    "https://" + "a" * 64 + ".example.com/",
    "https://" + "a.b" * 90 + ".example.com/",
    "https://hooks.example.com/" + "a" * 2_000,
]
RIGHT = [
    "https://hooks.example.com",
    "https://hooks.example.com:443/a/b?c=d%2F#e",
    "https://HOOKS.example.com/",
    "https://xn--exmple-cua.com/",
    "https://1-2.example.co.uk/",
    "https://0x7f.example.com/",
]
CLOSED = [
    "0.0.0.1", "0.1.2.3", "10.1.2.3", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.255",
    "168.63.129.16", "169.254.169.254", "169.254.129.3", "172.16.0.1", "172.31.255.255", "192.0.0.192",
    "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1",
    "240.0.0.1", "255.255.255.255", "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:93.184.215.14",
    "64:ff9b::7f00:1", "64:ff9b::5db8:d70e", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1",
    "2002:7f00:1::", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0",
    "fec0::1", "ff02::1", "2606:4700::1111%eth0", "localhost", "127.1", "2130706433", "",
]  # fmt: skip


class _Answering(httpx.AsyncBaseTransport):
    """Takes note of what reaches the wire."""

    def __init__(self, *, silent: frozenset[str] = frozenset(), status: int = 200) -> None:
        self.asked: list[httpx.Request] = []
        self.bodies: list[bytes] = []
        self._silent, self._status = silent, status

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.host in self._silent:
            raise httpx.ConnectError("nobody there")
        self.asked.append(request)
        assert isinstance(request.stream, httpx.AsyncByteStream)
        self.bodies.append(b"".join([part async for part in request.stream]))
        return httpx.Response(self._status, headers={"Location": "https://127.0.0.1/"}, json={})


class _Names:
    """A name service whose answers change from one look-up to the next."""

    def __init__(self, *answers: list[str]) -> None:
        self._answers: Iterator[list[str]] = iter(answers)
        self.asked = 0

    async def __call__(self, _host: str, _port: int) -> list[str]:
        self.asked += 1
        return next(self._answers)


@pytest.mark.parametrize("address", WRONG)
def test_an_address_that_could_lead_inside_is_refused(address: str) -> None:
    """Whatever way an address is written, it is https at a public name, or refused without being repeated."""
    why = refusal(address)
    assert why
    assert not is_safe(address)
    assert len(address) < 10 or address not in why


@pytest.mark.parametrize("address", RIGHT)
def test_a_plain_public_address_is_taken(address: str) -> None:
    """Names with digits, capitals and encoded letters are names."""
    assert not refusal(address)


@pytest.mark.parametrize(
    ("address", "is_taken"),
    [
        ("https://logic.azure.com/", True),
        ("https://prod.westeurope.logic.azure.com/", True),
        ("https://evillogic.azure.com/", False),
        ("https://logic.azure.com.evil.example/", False),
        ("https://azure.com/", False),
    ],
)
def test_an_allowed_host_allows_whole_labels(address: str, is_taken: bool) -> None:  # noqa: FBT001 - a table's column
    """A host below an allowed one is allowed; one that only ends with its letters is not."""
    assert is_taken is not bool(refusal(address, hosts=("logic.azure.com",)))


@pytest.mark.parametrize("address", ["http://127.0.0.1:7071/x", "http://localhost:1", "http://[::1]:2/"])
def test_a_persons_own_machine_calls_itself(address: str) -> None:
    """Loopback over plain http is for development, which must be said; it opens nothing else."""
    assert refusal(address)
    assert not refusal(address, is_local=True)
    assert refusal("http://10.0.0.1/", is_local=True)
    assert refusal("http://user@127.0.0.1/", is_local=True)


@pytest.mark.parametrize("number", CLOSED)
def test_numbers_inside_are_not_public(number: str) -> None:
    """What is private, shared, local or kept by a cloud is not public, nor in any disguise of IPv6."""
    assert not is_public(number)


@pytest.mark.parametrize("number", [PUBLIC, OTHER, "8.8.8.8", "172.32.0.1", "100.128.0.1", "20.190.128.1"])
def test_numbers_outside_are_public(number: str) -> None:
    """Neighbours of closed networks are open."""
    assert is_public(number)


@given(st.ip_addresses())
def test_nothing_is_public_that_python_calls_private(number: IPv4Address | IPv6Address) -> None:
    """Our list is at least as strict as the standard library's."""
    assert not is_public(str(number)) or (number.is_global and not number.is_multicast)


@given(st.ip_addresses(v=4))
def test_no_disguise_of_ipv4_is_public(number: IPv4Address) -> None:
    """An IPv4 address within an IPv6 one never counts as public, whichever it is."""
    low = int(number)
    for high in (0, 0xFFFF << 32, 0x64_FF9B << 96, 0xFD00_0EC2 << 96):
        assert not is_public(str(IPv6Address(high | low)))
    assert not is_public(str(IPv6Address(0x2002 << 112 | low << 80)))


@given(st.text("ab.-", max_size=12), st.text("ab.-", min_size=1, max_size=12))
def test_below_is_a_matter_of_labels(host: str, name: str) -> None:
    """A host is below a name exactly where its last labels are the name's."""
    labels, wanted = host.split("."), name.split(".")
    assert is_below(host, [name]) == (labels[-len(wanted) :] == wanted)


async def test_a_name_that_changes_its_mind_gains_nothing() -> None:
    """DNS rebinding: the one look-up that is judged is the one that is connected to."""
    names, wire = _Names([PUBLIC], ["127.0.0.1"]), _Answering()
    gate = Outgoing(resolve=names, connect=lambda: wire)
    async with httpx.AsyncClient(transport=gate) as http:
        answer = await http.post("https://hooks.example.com/a?b=c", content=b"hello")
        with pytest.raises(ConfigurationError, match="not public"):
            await http.post("https://hooks.example.com/a?b=c", content=b"hello")
    (request,) = wire.asked
    assert 2 == names.asked
    assert PUBLIC == request.url.host
    assert "hooks.example.com" == request.headers["Host"]
    assert "hooks.example.com" == request.extensions["sni_hostname"]
    assert request.extensions["timeout"]
    assert b"hello" == wire.bodies[0]
    assert "https://hooks.example.com/a?b=c" == str(answer.request.url)


@pytest.mark.parametrize("number", CLOSED)
async def test_one_foot_inside_is_inside(number: str) -> None:
    """A name that leads outside and inside is not called at all."""
    wire = _Answering()
    gate = Outgoing(resolve=_Names([PUBLIC, number]), connect=lambda: wire)
    async with httpx.AsyncClient(transport=gate) as http:
        with pytest.raises(ConfigurationError, match="not public"):
            await http.get("https://hooks.example.com/")
    assert not wire.asked


@pytest.mark.parametrize("address", ["https://127.0.0.1/", "https://2130706433/"])
async def test_the_gate_itself_calls_names_only(address: str) -> None:
    """Also where nobody looked at the address before, a link that a vendor gave say."""
    wire = _Answering()
    async with httpx.AsyncClient(transport=Outgoing(connect=lambda: wire)) as http:
        with pytest.raises(ConfigurationError, match="public host"):
            await http.get(address)
    assert not wire.asked


async def test_the_next_number_is_tried() -> None:
    """A name with several numbers is called at the next where the first does not answer."""
    wire = _Answering(silent=frozenset({OTHER}))
    gate = Outgoing(resolve=_Names([OTHER, PUBLIC]), connect=lambda: wire)
    async with httpx.AsyncClient(transport=gate) as http:
        await http.post("https://hooks.example.com/", content=b"hello")
    assert [PUBLIC] == [each.url.host for each in wire.asked]
    assert [b"hello"] == wire.bodies


async def test_names_share_no_connection() -> None:
    """Two names at one number have a connection each: a certificate is one name's."""
    made: list[_Answering] = []

    def connect() -> _Answering:
        made.append(_Answering())
        return made[-1]

    async with httpx.AsyncClient(
        transport=Outgoing(resolve=_Names([PUBLIC], [PUBLIC], [PUBLIC]), connect=connect)
    ) as http:
        for name in ("one", "two", "one"):
            await http.get(f"https://{name}.example.com/")
    assert [2, 1] == [len(each.asked) for each in made]


@pytest.mark.parametrize("found", [[], None])
async def test_a_name_that_leads_nowhere_is_tried_again(found: list[str] | None) -> None:
    """A name service that is out is the network's trouble, and no setting's."""

    async def resolve(_host: str, _port: int) -> list[str]:
        if found is None:
            raise OSError
        return found

    async def no_sleep(_: float) -> None:
        """Let the time pass at once."""

    access = Access("https://shop.example.com")
    async with VendorClient(
        access, name="shop", transport=Outgoing(resolve=resolve), sleep=no_sleep
    ) as client:
        with pytest.raises(RetryLater):
            await client.get("/")


async def test_no_redirect_is_followed() -> None:
    """A public host cannot send us on to one of ours."""
    wire = _Answering(status=302)
    gate = Outgoing(resolve=_Names([PUBLIC]), connect=lambda: wire)
    async with VendorClient(Access("https://shop.example.com"), name="shop", transport=gate) as client:
        answer = await client.send("GET", "/", tolerated={302})
    assert 302 == answer.status_code
    assert 1 == len(wire.asked)

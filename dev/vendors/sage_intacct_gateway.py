"""A simulated Sage Intacct's XML gateway: sessions, queries, look-ups and how a user writes dates.

https://developer.intacct.com/web-services/. Failures come with status 200, at one of three levels.
"""

from xml.etree.ElementTree import Element, SubElement, tostring

from defusedxml.ElementTree import fromstring
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dev.vendors.facts import Account
from dev.vendors.sage_intacct_tables import TABLES, cells_of, user_formatting
from dev.vendors.sage_intacct_xml_filters import passes, sorting
from dev.vendors.vendor import Refused, endpoint

SECRETS = {
    "sender_id": "invented-sender",
    "sender_password": "invented-sender-password",
    "user_password": "invented-user-password",
}
MOST_ROWS = 2000
_SESSION = "invented-gateway-session"
_USER_NUMBER = "42"


def _answer(*, control: str = "success", authentication: str = "success") -> tuple[Element, Element]:
    """Give an answer and the place where its result goes."""
    root = Element("response")
    head = SubElement(root, "control")
    SubElement(head, "status").text = control
    SubElement(head, "dtdversion").text = "3.0"
    operation = SubElement(root, "operation")
    proof = SubElement(operation, "authentication")
    SubElement(proof, "status").text = authentication
    SubElement(proof, "userid").text = "tieout"
    return root, operation


def _failure(code: str, level: str, status: int = 200) -> Refused:
    """Give a failure at the level of control, authentication or result."""
    levels = {level: "failure"} if level != "result" else {}
    root, operation = _answer(**levels)
    where = root if level == "control" else operation
    if level == "result":
        where = SubElement(operation, "result")
        SubElement(where, "status").text = "failure"
    error = SubElement(SubElement(where, "errormessage"), "error")
    SubElement(error, "errorno").text = code
    SubElement(error, "description2").text = "An invented text that may quote what was sent"
    return Refused(_response(root, status))


def _response(root: Element, status: int = 200) -> Response:
    return Response(tostring(root), status, media_type="application/xml")


@endpoint
async def gateway(request: Request, account: Account) -> Response:
    """Answer one function."""
    asked: Element = fromstring(await request.body())
    is_sender = all(
        asked.findtext(f"control/{field}") == SECRETS[name]
        for field, name in (("senderid", "sender_id"), ("password", "sender_password"))
    )
    if not is_sender:
        raise _failure("XL03000006", "control")
    proof = asked.find("operation/authentication")
    function = asked.find("operation/content/function")
    if proof is None or function is None or len(function) != 1:
        raise _failure("XL03000003", "control")
    called = function[0]
    entity = _entity(proof, called.tag)
    root, operation = _answer()
    result = SubElement(operation, "result")
    SubElement(result, "status").text = "success"
    SubElement(result, "function").text = called.tag
    data = SubElement(result, "data")
    if called.tag == "getAPISession":
        api = SubElement(data, "api")
        SubElement(api, "sessionid").text = f"{_SESSION}|{entity}"
        SubElement(api, "endpoint").text = f"{request.url}"
    elif called.tag == "query":
        _query(called, account, data, entity)
    elif called.tag == "lookup":
        _lookup(called, account, data)
    elif called.tag == "readByName":
        SubElement(SubElement(data, "USERINFO"), "RECORDNO").text = _USER_NUMBER
    elif called.tag == "readUserFormatting" and called.findtext("key") == _USER_NUMBER:
        shown = SubElement(data, "userformatting")
        for name, value in user_formatting(account).items():
            SubElement(shown, name).text = value
    else:
        raise _failure("BL01001973", "result")
    return _response(root)


def _entity(proof: Element, function: str) -> str:
    """Give the entity of a session, or of a login; only a session is opened with passwords."""
    login = proof.find("login")
    if login is not None and function == "getAPISession":
        if login.findtext("password") != SECRETS["user_password"]:
            raise _failure("XL03000006", "authentication")
        return login.findtext("locationid", "")
    session, _, entity = proof.findtext("sessionid", "").partition("|")
    if session != _SESSION:
        raise _failure("XL03000006", "authentication")
    return entity


def _object(called: Element, account: Account) -> str:
    name = called.findtext("object", "")
    if name not in TABLES:
        raise _failure("DL02000001", "result")
    if name in account.denied:
        raise _failure("PL04000005", "result")
    if name == "SODOCUMENT" and called.findtext("docparid") != "Sales Order":
        raise _failure("DL02000001", "result")
    return name


def _query(called: Element, account: Account, data: Element, entity: str) -> None:
    name = _object(called, account)
    fields = [field.text or "" for field in called.iterfind("select/field")]
    size, offset = int(called.findtext("pagesize", "100")), int(called.findtext("offset", "0"))
    if not fields or set(fields) - set(TABLES[name]) or not 1 <= size <= MOST_ROWS:
        raise _failure("DL02000001", "result")
    is_private_wanted = called.findtext("options/showprivate") == "true"
    found = [
        row
        for row in cells_of(account, name)
        if passes(row, called.find("filter")) and _is_seen(row, entity, is_private_wanted=is_private_wanted)
    ]
    order = called.findtext("orderby/order/field")
    if order:
        found.sort(key=sorting(order))
    page = found[offset : offset + size]
    data.attrib |= {
        "listtype": name.lower(),
        "totalcount": str(len(found)),
        "offset": str(offset),
        "count": str(len(page)),
        "numremaining": str(max(0, len(found) - offset - len(page))),
    }
    for row in page:
        shown = SubElement(data, name)
        for field in fields:
            SubElement(shown, field).text = row[field]


def _is_seen(row: dict[str, str], entity: str, *, is_private_wanted: bool) -> bool:
    owner = row.get("MEGAENTITYID", "")
    return not owner or (owner == entity if entity else is_private_wanted)


def _lookup(called: Element, account: Account, data: Element) -> None:
    name = _object(called, account)
    fields = SubElement(SubElement(data, "Type", {"Name": name}), "Fields")
    for known in TABLES[name]:
        SubElement(SubElement(fields, "Field"), "ID").text = known


ROUTES = [Route("/sage_intacct/{account}/xml/xmlgw.phtml", gateway, methods=["POST"])]

"""The XML gateway's envelopes: what is sent, and what an answer says went wrong.

A failure comes with HTTP 200 and stands at the control, the authentication or the result level.
https://developer.intacct.com/web-services/
"""

from html import escape
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from shared.errors import ConfigurationError, RetryLater, SourceError

DENIED = "PL04000005"
LAPSED = frozenset({"XL03000006"})
"""The credentials or the session do not hold."""
_REFUSED = frozenset({*LAPSED, "GW-0011"})
_THROTTLED = "GW-0010"
_PAUSE = 60.0


class Denied(ConfigurationError):
    """The web services user may not read an object."""


def tag(name: str, *parts: str) -> str:
    """Give an element with these elements in it."""
    return f"<{name}>{''.join(parts)}</{name}>"


def text(name: str, value: str) -> str:
    """Give an element with this text in it."""
    return tag(name, escape(value))


def read_answer(content: bytes, name: str) -> Element:
    """Give an answer's root; raises SourceError for what is no answer of the gateway, a proxy's page say."""
    try:
        root: Element = fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError):
        root = Element("none")
    if root.tag != "response":
        msg = f"{name}: the answer is none of Sage Intacct's gateway"
        raise SourceError(msg)
    return root


def error_codes(root: Element) -> tuple[str, ...]:
    """Give the codes of an answer's errors, at whatever level they stand."""
    codes = tuple(code.text or "" for code in root.iter("errorno"))
    is_failure = any(status.text not in {"success", None} for status in root.iter("status"))
    return codes or (("without a code",) if is_failure else ())


def result_of(root: Element, name: str) -> Element:
    """Give the data of an answer's result.

    Raises ConfigurationError where credentials or permissions do not do, RetryLater where the gateway is
    busy, SourceError for any other failure; the message has codes alone, as texts may quote what was sent.
    """
    codes = error_codes(root)
    told = f"{name}: Sage Intacct's gateway answered {', '.join(codes)}"
    if _THROTTLED in codes:
        raise RetryLater(told, _PAUSE)
    if _REFUSED & set(codes):
        msg = f"{told}: check sender_id, sender_password, user_password and the option username"
        raise ConfigurationError(msg)
    if DENIED in codes:
        raise Denied(f"{told}: give the web services user permission to read this object")
    if codes:
        raise SourceError(told)
    data = root.find("operation/result/data")
    if data is None:
        raise SourceError(f"{name}: the gateway's answer has no data")
    return data

"""The dashboard's cookie: one token, of a session, or where the platform signs people in, of forms alone.

https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis#section-4.1.3.2
"""

import re

import azure.functions as func

from functions.answers import is_https

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_NAME = "tieout"


def token_of(request: func.HttpRequest) -> str:
    """Give the token of a request's cookie; "" where there is none, or none of its form."""
    wanted = _name(request)
    for each in request.headers.get("cookie", "").split(";"):
        name, _, value = each.strip().partition("=")
        if name == wanted:
            return value if _TOKEN.fullmatch(value) else ""
    return ""


def kept(request: func.HttpRequest, token: str) -> str:
    """Give the header that has the browser keep a token until it is closed, or signed out."""
    return f"{_name(request)}={token}; {_attributes(request)}"


def dropped(request: func.HttpRequest) -> str:
    """Give the header that has the browser forget its token."""
    return f"{_name(request)}=; Max-Age=0; {_attributes(request)}"


def _name(request: func.HttpRequest) -> str:
    """Give its name: over HTTPS one that no other host, and nothing sent without TLS, can set."""
    return f"__Host-{_NAME}" if is_https(request) else _NAME


def _attributes(request: func.HttpRequest) -> str:
    return f"Path=/; HttpOnly; SameSite=Strict{'; Secure' if is_https(request) else ''}"

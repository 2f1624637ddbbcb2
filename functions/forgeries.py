"""Changes that another site has a browser ask for: refused.

A browser sends cookies, and the platform's sign-in, with whatever asks it to; so a change that is let in by
one of these needs two more signs that a page of ours asks for it. A key or a token in a header needs none:
no browser adds it by itself.
https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
"""

import hmac
from urllib.parse import parse_qs, urlsplit

import azure.functions as func

from functions import problems
from functions.cookies import token_of
from shared.access.sessions import form_token

HEADER = "x-csrf-token"
FIELD = "csrf_token"
FORM = "application/x-www-form-urlencoded"
_READS = frozenset({"GET", "HEAD"})


def refuse(request: func.HttpRequest) -> None:
    """Raise Problem for a change that is not asked for by a page of this host and of this session."""
    if request.method in _READS:
        return
    token = token_of(request)
    given = request.headers.get(HEADER, "") or _field(request)
    is_ours = bool(token) and hmac.compare_digest(given.encode(), form_token(token).encode())
    if not is_ours or not is_from_here(request):
        raise problems.forged()


def is_from_here(request: func.HttpRequest) -> bool:
    """Say whether a page of this host asks: the browser's own word for it, or that of an older one."""
    site = request.headers.get("sec-fetch-site", "")
    if site:
        return bool(site == "same-origin")
    origin = urlsplit(request.headers.get("origin", ""))
    return bool(origin.netloc) and origin.netloc == urlsplit(request.url).netloc


def _field(request: func.HttpRequest) -> str:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        return ""
    return parse_qs(request.get_body().decode("latin-1")).get(FIELD, [""])[0]

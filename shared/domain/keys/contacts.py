"""Email addresses, and the mailboxes behind them."""

import re
from collections.abc import Collection
from functools import lru_cache

import idna

from shared.domain.keys.plain import PLACEHOLDERS, folded

_PLACEHOLDER_MAILBOXES = frozenset(
    {"noreply", "donotreply", "dontreply", "noemail", "nomail", "nobody", "invalid", "test", "testing"}
) | {each.lower() for each in PLACEHOLDERS - {""}}
_PLACEHOLDER_HOSTS = (".invalid", ".localhost", "@noemail.com", "@no-email.com", "@test.com")
_SEPARATORS = re.compile(r"[^\w]|_")
_HOST = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])")
_GOOGLE = frozenset({"gmail.com", "googlemail.com"})


def email(text: str | None) -> str:
    """Trim, fold case, and write the domain in ASCII; a plus tag stays (SAGE-ABS-06).

    Domains follow IDNA 2008 (RFC 5891, UTS 46), as mail servers do: `straße` is not `strasse`.
    """
    address = folded(text, str.lower).strip()
    local, at, domain = address.rpartition("@")
    if not at or not local or len(address.split()) > 1:
        return ""
    host = _host(domain)
    if not host or _SEPARATORS.sub("", local) in _PLACEHOLDER_MAILBOXES:
        return ""
    key = f"{local}@{host}"
    return "" if key.endswith(_PLACEHOLDER_HOSTS) else key


def mailbox(address: str, rules: Collection[str]) -> str:
    """Give the mailbox behind a normalised email as providers see it, by the rules that are asked for.

    `plus_tags`: what follows a plus is dropped. `gmail_dots`: Gmail's dots and its second name are.
    """
    local, at, domain = address.rpartition("@")
    if "plus_tags" in rules:
        local = local.partition("+")[0] or local
    if "gmail_dots" in rules and domain in _GOOGLE:
        local, domain = local.replace(".", "") or local, "gmail.com"
    return f"{local}{at}{domain}"


@lru_cache(maxsize=4_096)
def _host(domain: str) -> str:
    host = domain
    if not domain.isascii():
        try:
            host = idna.encode(domain, uts46=True).decode("ascii")
        except (idna.IDNAError, UnicodeError):
            return ""
    return host if _HOST.fullmatch(host) else ""

"""The ways through a workspace's pages: those that there are, and that the visitor may go."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from functions.dashboard.visit import Visit
from functions.routes import ROUTES


@dataclass(frozen=True, slots=True)
class Way:
    """One entry of the navigation."""

    title: str
    address: str
    here: str
    """What the link says to those who hear it: `page` on its page, `true` on one below it, "" elsewhere."""


_WAYS = (
    ("Overview", ""),
    ("Alerts", "/alerts"),
    ("Sources", "/sources"),
    ("Audit", "/audit"),
    ("Settings", "/settings"),
)


def navigation(visit: Visit) -> list[Way]:
    """Give the entries for a visitor; none outside of a workspace."""
    if visit.stored is None:
        return []
    here = urlsplit(visit.request.url).path
    return [
        Way(title, f"{visit.base}{end}", _place(here, visit.base, end))
        for title, end in _WAYS
        if _opens(visit, f"dashboard/{{workspace}}{end}")
    ]


def _place(here: str, base: str, end: str) -> str:
    if here == f"{base}{end}":
        return "page"
    return "true" if end and here.startswith(f"{base}{end}/") else ""


def _opens(visit: Visit, path: str) -> bool:
    found = [each for each in ROUTES.values() if each.method == "GET" and each.path == path]
    return any(each.roles is None or visit.caller.has(*each.roles) for each in found)

"""Somebody's request for a page, or for a change that a page's form makes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from urllib.parse import parse_qsl, quote

from functions import problems
from functions.dashboard.reader import Reader
from functions.forgeries import FORM
from functions.http import Call
from shared import settings
from shared.access import Caller
from shared.access.principal import HEADER
from shared.access.sessions import form_token

MOST_FIELDS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit(Call):
    """A call for a page: with the visitor's session, and the formats of the language that they read."""

    everywhere: Caller
    """Who asks, with all that they may in all workspaces: `caller` is cut down to the address's."""
    token: str
    """The cookie's, or a new one where the browser brings none."""

    @property
    def form_token(self) -> str:
        """What each form carries: `<input type="hidden" name="csrf_token">`."""
        return form_token(self.token)

    @property
    def now(self) -> datetime:
        """The instant of this visit, by the workspace's clock where it has one of its own."""
        now = self.services.clock()
        return self.stored[0].now(now) if self.stored else now

    @property
    def is_platform(self) -> bool:
        """Say whether the platform has signed the visitor in, and so signs them out."""
        return settings.platform_signs_in() and HEADER in self.request.headers

    @property
    def base(self) -> str:
        """The address of the workspace's pages: `/dashboard/acme`."""
        return f"/dashboard/{quote(self.part('workspace'))}"

    @property
    def reader(self) -> Reader:
        """Formats of the visitor's language, in the workspace's time zone."""
        zone = self.stored[0].time_zone if self.stored else "UTC"
        return _reader(self.request.headers.get("accept-language", "")[:200], zone)

    def form(self) -> Mapping[str, str]:
        """Give the fields of the form that was sent; of a name that comes twice, all with commas between.

        Raises Problem for a form with too many.
        """
        found: dict[str, str] = {}
        body = self.body(kinds=(FORM,)).decode("utf-8", "replace")
        try:
            fields = parse_qsl(body, keep_blank_values=True, max_num_fields=MOST_FIELDS)
        except ValueError:
            raise problems.too_large(f"A form has at most {MOST_FIELDS} fields.") from None
        for name, value in fields:
            found[name] = f"{found[name]},{value}" if name in found else value
        return found


@lru_cache(maxsize=256)
def _reader(accepted: str, zone: str) -> Reader:
    return Reader.of(accepted, zone)

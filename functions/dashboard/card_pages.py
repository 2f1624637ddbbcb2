"""The pages of a list of rows: where this one stands, and the ones before and behind it."""

from dataclasses import dataclass
from typing import Any

from functions import page_tokens
from functions.page_tokens import Place


@dataclass(frozen=True, slots=True)
class Pages:
    """Where a page stands among the others; a token is None where there is no such page."""

    first: int
    last: int
    total: int
    before: str | None
    """The token of the page before; "" is the first page, which needs none."""
    behind: str | None
    end: str | None

    @property
    def are_many(self) -> bool:
        """Say whether there is any other page."""
        return self.before is not None or self.behind is not None


def pages_of(body: dict[str, Any], token: str, size: int) -> Pages:
    """Give where a page of rows stands; raises Problem for a token that is none.

    A token tells only of the page behind it: the others of the same list differ by where they begin.
    """
    total, behind = body["total"], body["next_page_token"]
    offset = page_tokens.decoded(token, Place).offset if token else 0
    end = (total - 1) // size * size if total else 0
    known = token or behind
    before = None if not offset else "" if offset <= size else _at(token, offset - size)
    return Pages(
        first=offset + 1 if body["rows"] else 0,
        last=offset + len(body["rows"]),
        total=total,
        before=before,
        behind=behind,
        end=_at(known, end) if behind and known else None,
    )


def _at(token: str, offset: int) -> str:
    place = page_tokens.decoded(token, Place)
    return page_tokens.written(place.model_copy(update={"offset": offset}))

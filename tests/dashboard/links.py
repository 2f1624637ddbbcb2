"""The links of a page."""

from html.parser import HTMLParser

from tests.dashboard.visitor import Seen


class Links(HTMLParser):
    """The addresses of links by their words."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self._href, self._words = "", ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a link."""
        if tag == "a":
            self._href, self._words = dict(attrs).get("href") or "", ""

    def handle_data(self, data: str) -> None:
        """Take the words of a link."""
        self._words += data

    def handle_endtag(self, tag: str) -> None:
        """End a link."""
        if tag == "a" and self._href:
            self.found[" ".join(self._words.split())] = self._href
            self._href = ""


def links(seen: Seen) -> dict[str, str]:
    """Give a page's links by their words."""
    return Links(seen.text).found

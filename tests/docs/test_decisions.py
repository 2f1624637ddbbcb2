"""docs/adr/README.md lists each decision with its title and whether it stands."""

import re

from tests.docs.pages import DOCS

FOLDER = DOCS / "adr"
LISTED = re.findall(
    r"^\| \[(\d+)\]\((\S+)\) \| (.+?) \| (.+?) \|$", (FOLDER / "README.md").read_text("utf-8"), re.MULTILINE
)


def test_each_decision_is_listed_as_it_is() -> None:
    """Number, file, title and state are those of the page; no page is left out, and numbers go on by one."""
    found = []
    for page in sorted(FOLDER.glob("[0-9]*.md")):
        title, state = page.read_text("utf-8").split("\n\n")[:2]
        number, name = title.removeprefix("# ").split(". ", 1)
        found.append((number, page.name, name, state.split(",")[0].lower()))
    assert found == LISTED
    assert [int(each[0]) for each in LISTED] == list(range(1, len(LISTED) + 1))

"""docs/getting-started.md: its connections are real ones, and the check prints what the page says."""

import pytest

from shared.domain.workspace import Connection
from shared.pipeline.jobs import options_of
from shared.sources import SOURCES, push, source_of
from tests.docs.connecting import FAULTY, RUNNING, checked, connections, unset
from tests.docs.pages import BLOCKS

PAGE = [block for block in BLOCKS if block.page == "docs/getting-started.md"]
SHOWN = {block.text for block in PAGE if block.kind == "text"}


def test_there_is_a_connection_of_each_kind() -> None:
    """Each kind of source has one, both ways into Adobe Commerce and Sage Intacct among them."""
    shown = connections().values()
    assert {each["kind"] for each in shown} == {source.kind for source in SOURCES}
    ways = {
        each["options"].get("flavour") or each["options"].get("api", "rest")
        for each in shown
        if "options" in each
    }
    assert {"paas", "saas", "rest", "xml"} <= ways


@pytest.mark.parametrize("name", connections())
def test_each_connection_is_valid(name: str) -> None:
    """A connection and its options are what their models ask for, and it names the secrets of its kind."""
    connection = Connection.model_validate(connections()[name])
    source = source_of(connection.kind)
    assert source is not None
    options_of(source, connection)
    assert set(source.secrets) <= set(connection.secrets)


def test_the_check_of_all_prints_what_the_page_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing is missing, each connection of the page is ok."""
    printed = checked(list(connections()), RUNNING, monkeypatch)
    assert printed in SHOWN


@pytest.mark.parametrize("name", FAULTY)
def test_what_is_missing_is_printed_as_the_page_shows(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The line that the page shows for a connection is the one that the check prints."""
    assert checked([name], FAULTY, monkeypatch) in SHOWN


def test_a_secret_that_is_not_set_is_printed_as_the_page_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    """A secret that the environment lacks is named with its place."""
    monkeypatch.delenv("SHOPIFY_ID", raising=False)
    monkeypatch.delenv("SHOPIFY_SECRET", raising=False)
    assert unset() in SHOWN


FILES = [(each.kind.removeprefix("csv "), each.text) for each in BLOCKS if each.kind.startswith("csv ")]


@pytest.mark.parametrize(("kind", "text"), FILES)
def test_a_file_that_a_page_shows_is_taken(kind: str, text: str) -> None:
    """Each row of a file in the documentation is a record of the kind that stands behind its fence."""
    source = source_of(kind)
    assert source is not None
    assert source.form is not None
    sent = push.read(source.form, text.encode(), "csv")
    assert sent.records
    assert sent.wrong == ()

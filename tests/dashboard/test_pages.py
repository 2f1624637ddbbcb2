"""What all pages keep: walls, escaping, no text that runs, and a page for whatever goes wrong."""

import re

import pytest

from functions.dashboard import overview
from functions.routes import ROUTES
from shared.access import ROLES
from shared.cards import CARDS
from shared.store.store import Store
from tests.dashboard.conftest import Enter
from tests.dashboard.visitor import Browser
from tests.functions.app import GAP, add_workspace, publish

PAGES = [each for each in ROUTES.values() if each.is_page and each.method == "GET" and not each.is_open]
EVIL = """<script>alert(1)</script>"'><img src=x onerror=alert(1)>"""


def _address(path: str) -> str:
    return "/" + path.format(workspace="acme", card=GAP, connection="shop", alert="x", key="x", which=GAP)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
async def test_a_page_sends_strangers_to_sign_in(store: Store, page: object) -> None:
    """No page shows anything to a browser without a session."""
    await add_workspace(store)
    answer = await Browser().get(_address(page.path))  # type: ignore[attr-defined]
    assert (303, "") == (answer.status, answer.text)
    assert answer.place.startswith("/dashboard/sign-in?next=")


async def test_another_workspace_is_as_unknown_as_none(store: Store, enter: Enter) -> None:
    """The page for another's workspace is the page for one that nobody has."""
    await add_workspace(store)
    await add_workspace(store, "other")
    browser = await enter(*ROLES, workspace="other")
    seen = [await browser.get(f"/dashboard/{name}") for name in ("acme", "nobodys")]
    assert [404, 404] == [each.status for each in seen]
    words = [re.sub("Request [0-9a-f]+", "", each.words) for each in seen]
    assert words[0] == words[1]


@pytest.mark.parametrize("role", ROLES)
async def test_the_overview_shows_the_cards_of_the_role(store: Store, enter: Enter, role: str) -> None:
    """GEN-04: whoever signs in sees the cards of their role, and no word of another."""
    await add_workspace(store)
    for card in CARDS:
        await publish(store, [], card.id, title=card.title)
    page = await (await enter(role)).get("/dashboard/acme")
    for card in CARDS:
        assert (role in card.roles) == (f">{card.title}</a>" in page.text)
        assert (role in card.roles) == (card.id in page.text)
    assert ("administers" in page.words) == (role == "admin")


async def test_names_are_text(store: Store, enter: Enter) -> None:
    """What people and vendors call things is shown as they wrote it, and never runs."""
    entities = [{"id": "uk", "name": EVIL}, {"id": "us", "name": "Acme US"}]
    await add_workspace(store, name=EVIL, entities=entities)
    part = {"dimension": "entity", "code": "uk", "label": EVIL, "gap_amount": "1.00"}
    await publish(store, [], title=EVIL, status="held", waiting_for=[EVIL], breakdown=[part])
    for address in ("/dashboard/acme", "/dashboard/acme?entity=uk", "/dashboard"):
        page = await (await enter("owner")).get(address)
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text
        assert address == "/dashboard" or "<script>alert(1)</script>" in page.words


async def test_a_wrong_address_is_not_repeated_as_html(store: Store, enter: Enter) -> None:
    """What an address brings along comes back as text, with the parameter that is wrong by name."""
    await add_workspace(store)
    page = await (await enter("owner")).get("/dashboard/acme?role=%3Cscript%3Ealert(1)&%3Cb%3E=1")
    assert (400, "text/html") == (page.status, page.type)
    assert "role" in page.words
    assert "<script>alert" not in page.text
    assert "<b>" not in page.text


async def test_a_page_runs_nothing_of_its_own_text(store: Store, enter: Enter) -> None:
    """Its policy lets it load what this app serves alone, and it needs no more than that."""
    await add_workspace(store)
    browser = await enter("owner")
    for address in ("/dashboard/acme", "/dashboard/sign-in", "/dashboard/none"):
        page = await browser.get(address)
        policy = page.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert not re.search("unsafe|http|data:|\\*", policy)
        assert not re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son[a-z]+=|javascript:", page.text)
        assert all(each.startswith("/") for each in re.findall(r'(?:href|src|action)="([^"#]+)"', page.text))
        assert 1 == len(re.findall("<h1", page.text))


async def test_an_address_restores_the_view(store: Store, enter: Enter) -> None:
    """A link with filters shows what its sender saw: the choice stands in the form, and cuts the tiles."""
    entities = [{"id": "uk", "name": "Acme UK"}, {"id": "us", "name": "Acme US"}]
    await add_workspace(store, entities=entities)
    part = {"dimension": "entity", "code": "us", "label": "Acme US", "gap_amount": "1234.00"}
    await publish(store, [], breakdown=[part], title="The gap")
    browser = await enter("owner", "operations")
    page = await browser.get("/dashboard/acme?entity=us&role=finance")
    assert '<option value="us" selected>' in page.text
    assert '<option value="finance" selected>' in page.text
    assert "1,234.00 in Acme US" in page.words
    assert "Of US$680,000.00 in all entities" in page.words
    assert "The gap" not in (await browser.get("/dashboard/acme?role=operations")).text


async def test_one_workspace_is_the_first_page(store: Store, enter: Enter) -> None:
    """Who may enter one goes straight there; who may enter several chooses, and can change."""
    await add_workspace(store)
    await add_workspace(store, "other", name="Other Ltd")
    one = await (await enter("finance")).get("/dashboard")
    assert (303, "/dashboard/acme") == (one.status, one.place)
    operator = await enter()
    home = await operator.get("/dashboard")
    assert "Acme Gifts" in home.words
    assert "Other Ltd" in home.words
    assert 'href="/dashboard/other"' in (await operator.get("/dashboard/acme")).text
    assert "Other Ltd" not in (await (await enter("finance")).get("/dashboard/acme")).text


async def test_without_a_workspace_the_next_step_is_told(store: Store, enter: Enter) -> None:
    """An empty installation says how to make the first workspace."""
    assert store.workspaces is not None
    assert "There is no workspace yet" in (await (await enter()).get("/dashboard")).words


async def test_what_breaks_is_a_page_with_its_request_id(
    store: Store, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault of ours is told calmly, with what finds it in the log and nothing of what it was."""
    await add_workspace(store)
    browser = await enter("owner")

    def fail(*_: object) -> None:
        raise ZeroDivisionError("a secret detail")

    monkeypatch.setattr(overview, "chain", fail)
    page = await browser.get("/dashboard/acme", x_request_id="my-request")
    assert (500, "text/html") == (page.status, page.type)
    assert "my-request" in page.words
    assert "secret detail" not in page.text


async def test_pages_are_kept_by_no_cache_of_others(store: Store, enter: Enter) -> None:
    """A page is its reader's alone."""
    await add_workspace(store)
    page = await (await enter("owner")).get("/dashboard/acme")
    assert "private, no-cache" == page.headers["Cache-Control"]
    assert "Cookie" in page.headers["Vary"]
    assert "DENY" == page.headers["X-Frame-Options"]

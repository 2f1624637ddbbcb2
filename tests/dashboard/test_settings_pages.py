"""The pages of settings: a form is its document, what it would change is shown, and it overwrites nobody."""

import html
import re
from collections.abc import Mapping
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.dashboard import settings_cards, settings_field_map, settings_recipients
from functions.dashboard.fields import Table, Typed
from functions.dashboard.settings_form import Section
from shared.cards import CARDS
from shared.domain.workspace import Workspace
from shared.store.store import Store
from tests.dashboard.conftest import Enter
from tests.dashboard.visitor import Browser, Seen
from tests.functions.app import ABSENT, GAP, OPERATOR_KEY, Document, add_workspace, call, document

SETTINGS = "/dashboard/acme/settings"
CARD = f"{SETTINGS}/cards/{ABSENT}"
RULE = {
    "entity": "uk",
    "connection": "shop",
    "store": "",
    "currency": "GBP",
    "ship_to_country": "",
    "tag": "",
}


def _sections(workspace: Workspace) -> list[Section]:
    return [
        *(settings_cards.section_of(card) for card in CARDS),
        settings_field_map.section_of(workspace),
        settings_recipients.section(),
    ]


def _form(section: Section, typed: Mapping[str, Typed]) -> dict[str, str]:
    """Give a form as a browser sends it: a field each, a cell each, and of each list one text."""
    found: dict[str, str] = {}
    for each in section.fields:
        if isinstance(each, Table):
            for at, row in enumerate(typed[each.path]):
                found |= {f"{each.path}.{at}.{name}": value for name, value in row.items()}
        else:
            found[each.path] = typed[each.path]
    return found


thresholds = st.none() | st.decimals(min_value=0, max_value=10**6, places=2).map(str)
cards = st.fixed_dictionaries(
    {
        "enabled": st.booleans(),
        "threshold": thresholds,
        "b2b_threshold": thresholds,
        "window_days": st.none() | st.integers(1, 90),
    }
)
documents = st.builds(
    lambda of_card, emails, holding, rules: Workspace.model_validate(
        document(
            cards={ABSENT: of_card},
            recipients={"finance": {"email": emails}},
            field_map={"holding_customers": holding, "entity_routing": rules},
        )
    ).model_dump(mode="json"),
    cards,
    st.lists(st.sampled_from(["a@x.example", "b@x.example"]), unique=True),
    st.lists(st.sampled_from(["WEB-SALES", "POS 1"]), unique=True),
    st.lists(st.just(RULE | {"entity": "uk"}), max_size=3),
)


@settings(max_examples=20)
@given(documents)
def test_a_form_that_nobody_touched_changes_nothing(stored: Document) -> None:
    """What a form shows is what is stored: sent back as it is, it changes no setting and no document."""
    for section in _sections(Workspace.model_validate(stored)):
        shown = section.stored(stored)
        typed = section.typed(_form(section, shown))
        assert [] == section.changes(shown, typed)
        same = Workspace.model_validate(section.changed(stored, typed))
        assert Workspace.model_validate(stored) == same


@settings(max_examples=20)
@given(documents, thresholds)
def test_only_what_was_typed_changes(stored: Document, threshold: str | None) -> None:
    """A new threshold is in the document, and nothing else of it is another."""
    section = settings_cards.section_of(next(card for card in CARDS if card.id == ABSENT))
    typed = section.stored(stored) | {f"cards.{ABSENT}.threshold": threshold or ""}
    changed = section.changed(stored, typed)
    assert threshold == changed["cards"][ABSENT]["threshold"] or Decimal(threshold or 0) == Decimal(
        changed["cards"][ABSENT]["threshold"] or 0
    )
    changed["cards"][ABSENT]["threshold"] = stored["cards"][ABSENT]["threshold"]
    assert stored == changed


class _Form(HTMLParser):
    """Reads what a browser would send of the settings' form, nobody having touched it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self._select, self._area = "", ""
        self.feed(page.partition('class="settings"')[2])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take a field's value as it stands."""
        found = {name: value or "" for name, value in attrs}
        name, value = found.get("name", ""), found.get("value", "")
        if tag == "input" and (found.get("type") != "checkbox" or "checked" in found):
            self._add(name, value)
        elif tag == "textarea":
            self._area = name
            self._add(name, "")
        elif tag == "select":
            self._select = name
        elif tag == "option" and "selected" in found:
            self._add(self._select, value)

    def handle_endtag(self, tag: str) -> None:
        """Leave a field."""
        self._area = "" if tag == "textarea" else self._area

    def handle_data(self, data: str) -> None:
        """Take the text of a field of several lines."""
        if self._area:
            self.fields[self._area] += data

    def _add(self, name: str, value: str) -> None:
        self.fields[name] = f"{self.fields[name]},{value}" if name in self.fields else value


async def _send(browser: Browser, address: str, **changes: str) -> Seen:
    """Send a page's form as it stands, with these changes."""
    return await browser.post(address, _Form((await browser.get(address)).text).fields | changes)


async def _stored() -> Any:
    return (await call("GET", "/workspaces/acme", OPERATOR_KEY)).json


async def test_a_change_is_shown_and_then_saved(store: Store, enter: Enter) -> None:
    """GEN-03: before a threshold is saved its page says from what to what; saving is told and logged."""
    await add_workspace(store)
    admin, field = await enter("admin", "owner"), f"cards.{ABSENT}.threshold"
    shown = await _send(admin, CARD, **{field: "25", "do": "preview"})
    assert 200 == shown.status
    assert "Nothing is saved yet." in shown.words
    assert "Threshold the card's own, 10 customers 25 customers" in shown.words
    assert ABSENT not in (await _stored())["cards"]
    saved = await _send(admin, CARD, **{field: "25", "do": "save"})
    assert (303, f"{CARD}?done=save") == (saved.status, saved.place)
    assert 25 == float((await _stored())["cards"][ABSENT]["threshold"])
    assert "Saved. The cards are being recalculated" in (await admin.get(saved.place)).words
    assert ("evaluate", "acme") in [(queue, each["workspace"]) for queue, each in store.queues]  # type: ignore[attr-defined]
    assert "threshold" in (await admin.get("/dashboard/acme/audit")).words


async def test_nobody_saves_over_another(store: Store, enter: Enter) -> None:
    """A form of an older document saves nothing, and shows both beside each other."""
    await add_workspace(store)
    admin, field = await enter("admin"), f"cards.{ABSENT}.threshold"
    old = re.findall(r'name="tag" value="([^"]*)"', (await admin.get(CARD)).text)[0]
    await _send(admin, CARD, **{field: "25", "do": "save"})
    late = await _send(admin, CARD, **{field: "30", "do": "save", "tag": html.unescape(old)})
    assert "Somebody saved these settings meanwhile" in late.words
    assert "25 customers 30 customers" in late.words
    assert 25 == float((await _stored())["cards"][ABSENT]["threshold"])


FAULTS = [
    (CARD, f"cards.{ABSENT}.threshold", "many", "write a number"),
    (CARD, f"cards.{ABSENT}.threshold", "-1", "must be at least"),
    (CARD, f"cards.{ABSENT}.window_days", "3.5", "write a whole number"),
    (f"{SETTINGS}/recipients", "recipients.finance.email", "nobody", "this is no email address"),
    (f"{SETTINGS}/recipients", "recipients.finance.email", "ar@acme.example", "needs a mailbox that sends"),
    (f"{SETTINGS}/recipients", "recipients.finance.teams", "https://x.example", "write env:NAME"),
    (f"{SETTINGS}/recipients", "notifications.quiet_hours.begins", "25:99", "time"),
]


@pytest.mark.parametrize("case", FAULTS, ids=lambda case: f"{case[1]}={case[2]}")
async def test_a_fault_stands_beside_its_field(store: Store, enter: Enter, case: tuple[str, ...]) -> None:
    """What cannot be saved comes back as it was typed, with what is wrong in plain words beside it."""
    await add_workspace(store)
    address, field, value, words = case
    seen = await _send(await enter("admin"), address, **{field: value, "do": "save"})
    assert 422 == seen.status
    assert "This cannot be saved yet" in seen.words
    name = f"f-{field}".replace(".", "-")
    faults = re.findall(rf'id="{name}-fault">([^<]+)<', seen.text)
    assert faults, re.findall(r"field-fault[^<]+<", seen.text)
    assert words in html.unescape(faults[0])
    assert value in html.unescape(seen.text)


async def test_a_change_of_recipients_says_who_would_be_told(store: Store, enter: Enter) -> None:
    """GEN-12: before it is saved, each recipient stands with what they are told of now and then."""
    secrets = {name: f"env:ACME_MAIL_{name.upper()}" for name in ("client_id", "client_secret")}
    mail = {"sender": "tieout@acme.example", "tenant_id": "acme", "secrets": secrets}
    await add_workspace(store, notifications={"mail": mail})
    address = f"{SETTINGS}/recipients"
    shown = await _send(
        await enter("admin"), address, **{"recipients.marketing.email": "m@acme.example", "do": "preview"}
    )
    assert "Who would be told of something else" in shown.words
    assert "m@acme.example Email nothing Ecom Customers Absent from Sage Customer Master" in shown.words


async def test_nothing_typed_is_nothing_saved(store: Store, enter: Enter) -> None:
    """A form without a change says so, and writes no entry of the log."""
    await add_workspace(store)
    for address in (CARD, f"{SETTINGS}/field-map", f"{SETTINGS}/recipients"):
        answer = await _send(await enter("admin"), address, do="save")
        assert (303, f"{address}?done=nothing") == (answer.status, answer.place)


async def test_who_may_not_save_may_look(store: Store, enter: Enter) -> None:
    """GEN-04: the owner sees the settings and what a change would do; saving takes the role admin."""
    await add_workspace(store)
    browser, field = await enter("owner"), f"cards.{GAP}.threshold"
    address = f"{SETTINGS}/cards/{GAP}"
    shown = await _send(browser, address, **{field: "7", "do": "preview"})
    assert "Saving takes the role admin." in shown.words
    assert "Save these changes" not in shown.words
    refused = await _send(browser, address, **{field: "7", "do": "save"})
    assert 403 == refused.status
    assert GAP not in (await _stored())["cards"]


async def test_a_change_needs_the_forms_token(store: Store, enter: Enter) -> None:
    """Without the session's token nothing is shown and nothing saved."""
    await add_workspace(store)
    answer = await _send(
        await enter("admin"), CARD, csrf_token="x", **{f"cards.{ABSENT}.threshold": "1", "do": "save"}
    )
    assert (403, {}) == (answer.status, (await _stored())["cards"])


async def test_a_card_that_is_not_there_has_no_settings(store: Store, enter: Enter) -> None:
    """Another name than a card's is not found."""
    await add_workspace(store)
    assert 404 == (await (await enter("admin")).get(f"{SETTINGS}/cards/another")).status


async def test_the_page_of_settings_says_what_stands(store: Store, enter: Enter) -> None:
    """Each card with its threshold and unit, who is told, and the ways to change it."""
    await add_workspace(store, recipients={"finance": {"email": ["ar@acme.example"]}})
    words = (await (await enter("admin")).get(SETTINGS)).words
    assert "Ecom Customers Absent from Sage On 10 customers the card's own" in words
    assert "5 % the card's own 30 days" in words
    assert "ar@acme.example" in words
    assert "Keys of this workspace" in words
    assert "Nobody is told of anything yet." not in words

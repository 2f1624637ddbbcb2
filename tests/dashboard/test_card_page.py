"""The page of a card: its states, its cuts, its rows and their evidence, and addresses that restore it."""

from decimal import Decimal
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from shared.cards import CARDS
from shared.store.store import Store
from tests.dashboard.conftest import Enter
from tests.dashboard.links import links
from tests.dashboard.visitor import Browser, Seen
from tests.functions.app import GAP, add_workspace, order, publish

PAGE = f"/dashboard/acme/cards/{GAP}"
ORDERS = [
    order("BC-1", gap=84_200, age_days=14, reason="released_not_invoiced", queue="ar_clerk", company="US"),
    order("SH-#2", gap=284, age_days=2, reason="unmapped_customer", queue="bc_consultant", name="Ännchen"),
    order("BC-3", gap=-50, age_days=5, reason="voided", queue="ar_clerk", name="<script>alert(1)</script>"),
]
BREAKDOWN = [
    {"dimension": dimension, "code": code, "label": label, "note": "", "exposure": [], "rows": rows}
    | {"gap_amount": gap}
    for dimension, code, label, rows, gap in (
        ("reason", "released_not_invoiced", "Released-Not-Invoiced", 1, "84200.00"),
        ("reason", "unmapped_customer", "Unmapped Customer", 1, "284.00"),
        ("reason", "voided", "Voided", 1, "-50.00"),
        ("age", "0-3", "0-3 days", 1, "284.00"),
        ("age", "4-7", "4-7 days", 1, "-50.00"),
        ("age", "12+", "12+ days", 1, "84200.00"),
        ("week", "2026-03-30", "Week of 30 Mar 2026", 3, "84434.00"),
    )
]


def query(address: str) -> dict[str, list[str]]:
    """Give what an address asks for."""
    return parse_qs(urlsplit(address).query)


def listed(seen: Seen) -> list[str]:
    """Give the ids of the rows that a page lists."""
    return [unescape(each.partition('"')[0]) for each in seen.text.split('data-row="')[1:]]


async def _entered(store: Store, enter: Enter, **changes: Any) -> Browser:
    await add_workspace(store)
    await publish(store, ORDERS, **{"value": "84434.00", "breakdown": BREAKDOWN, **changes})
    return await enter("owner")


@pytest.mark.parametrize("card", [each.id for each in CARDS])
async def test_a_card_that_was_never_evaluated_says_so(store: Store, enter: Enter, card: str) -> None:
    """Before the first reading a card says what it waits for, and where to see how far that is."""
    await add_workspace(store)
    seen = await (await enter("owner")).get(f"/dashboard/acme/cards/{card}")
    assert 200 == seen.status
    assert "Not evaluated yet" in seen.words
    assert "/dashboard/acme/sources" == links(seen)["See how far the sources are"]


STATES: list[tuple[dict[str, Any], list[str]]] = [
    (
        {"status": "held", "waiting_for": ["orders of shop is as of 2026-04-12T07:00:00Z"]},
        ["Held: this card waits for data", "Orders of shop is as of 12 Apr 2026, 08:00", "What you see is"],
    ),
    ({"status": "held", "value": None, "value_as_of": None}, ["It has no value yet", "No value"]),
    (
        {"status": "not_configured", "value": None, "waiting_for": ["a connection to Business Central"]},
        ["Not configured: this card has nothing to compare", "A connection to Business Central"],
    ),
    ({"status": "ok"}, ["Reason", "Rows 3"]),
]


@pytest.mark.parametrize(("changes", "told"), STATES)
async def test_each_state_says_what_is_next(
    store: Store, enter: Enter, changes: dict[str, Any], told: list[str]
) -> None:
    """A held card keeps its value with its date and says what it waits for, in the workspace's own time."""
    seen = await (await _entered(store, enter, **changes)).get(PAGE)
    assert [] == [each for each in told if each not in seen.words]


async def test_nothing_missing_is_told_apart_from_nothing_that_fits(store: Store, enter: Enter) -> None:
    """An empty list says whether the filters leave rows out, or there are none."""
    browser = await _entered(store, enter)
    assert "No row fits" in (await browser.get(f"{PAGE}?q=nobody")).words
    await publish(store, [], number=2, value="0.00")
    assert "Nothing is missing" in (await browser.get(PAGE)).words
    kept = {"status": "held", "value_as_of": "2026-04-08T08:00:00Z", "waiting_for": ["ledger invoices"]}
    await publish(store, [], number=3, value="0.00", **kept)
    words = (await browser.get(PAGE)).words
    assert "Nothing was missing then That is of 8 Apr 2026, 09:00" in words
    assert "Everything of the window made it across" not in words


async def test_a_bar_filters_by_its_reason_and_lets_go(store: Store, enter: Enter) -> None:
    """A reason's bar lists its rows; the one that is chosen leads back to all."""
    browser = await _entered(store, enter)
    address = links(await browser.get(PAGE))["Unmapped Customer"]
    seen = await browser.get(address)
    assert ["SH-#2"] == listed(seen)
    assert "reason" not in query(links(seen)["Unmapped Customer"])


@pytest.mark.parametrize(
    ("band", "expected"), [("0-3 days", ["SH-#2"]), ("4-7 days", ["BC-3"]), ("12+ days", ["BC-1"])]
)
async def test_an_age_band_lists_its_rows(store: Store, enter: Enter, band: str, expected: list[str]) -> None:
    """Each band leads to exactly the rows of its ages; the oldest is marked for escalation (REVGAP-36)."""
    browser = await _entered(store, enter)
    first = await browser.get(PAGE)
    assert expected == listed(await browser.get(links(first)[band]))
    assert "12+ days Escalate" in first.words


async def test_the_exact_amounts_are_behind_what_is_shown(store: Store, enter: Enter) -> None:
    """The bars' exact amounts add up to the headline, whatever the reader's language writes."""
    browser = await _entered(store, enter)
    text = (await browser.get(PAGE, accept_language="de")).text
    table = text.split('id="cut-reason"')[1].partition("</table>")[0]
    amounts = [Decimal(each.partition('"')[0]) for each in table.split('<data value="')[1:]]
    assert Decimal("84434.00") == sum(amounts)
    assert "84.434,00" in text


async def test_the_file_has_the_rows_that_are_listed(store: Store, enter: Enter) -> None:
    """The CSV's address asks the very same, and what it gives are the listed rows, in their order."""
    browser = await _entered(store, enter)
    seen = await browser.get(f"{PAGE}?queue=ar_clerk&sort=gap&columns=order,gap&unassigned=true")
    address = next(each for words, each in links(seen).items() if words.startswith("Download CSV"))
    file = (await browser.get(address)).text
    assert listed(seen) == [line.partition(",")[0] for line in file.splitlines()[1:]]
    assert ["BC-3", "BC-1"] == listed(seen)


async def test_a_link_restores_all_of_it(store: Store, enter: Enter) -> None:
    """Every control of the page shows what the address asks for, and other links keep it."""
    browser = await _entered(store, enter)
    asked = "q=BC&reason=voided&state=open&min_age_days=1&sort=-age_days&columns=order,gap&row=BC-3"
    seen = await browser.get(f"{PAGE}?{asked}")
    for told in (
        'value="BC"',
        '<option value="voided" selected>',
        '<option value="open" selected>',
        'name="min_age_days" value="1"',
        'id="detail-BC-3"',
    ):
        assert told in seen.text, told
    assert ["BC-3"] == listed(seen)
    kept = query(links(seen)["Close BC-3"])
    assert {"q", "reason", "state", "min_age_days", "sort", "columns"} == set(kept)


async def test_what_was_typed_elsewhere_is_only_text(store: Store, enter: Enter) -> None:
    """A name that looks like an element is shown as it is."""
    seen = await (await _entered(store, enter)).get(f"{PAGE}?row=BC-3")
    assert "<script>alert" not in seen.text
    assert "<script>alert(1)</script>" in unescape(seen.text)


async def test_pages_hold_each_row_once(store: Store, enter: Enter) -> None:
    """Next leads through all rows, each once; Previous leads back; Last is where Next ends."""
    await add_workspace(store)
    names = [f"O-{number:03}" for number in range(120)]
    await publish(store, [order(name, gap=1_000 - at) for at, name in enumerate(names)])
    browser = await enter("owner")
    seen = first = await browser.get(PAGE)
    found = [listed(seen)]
    while "Next" in links(seen):
        seen = await browser.get(links(seen)["Next"])
        found.append(listed(seen))
    assert names == [each for page in found for each in page]
    assert [50, 50, 20] == [len(page) for page in found]
    assert found[1] == listed(await browser.get(links(seen)["Previous"]))
    assert found[-1] == listed(await browser.get(links(first)["Last"]))


async def test_a_page_that_is_gone_begins_again(store: Store, enter: Enter) -> None:
    """A token that leads nowhere any more gives the first page, and says why."""
    browser = await _entered(store, enter)
    seen = await browser.get(f"{PAGE}?page_token=nonsense")
    assert ["BC-1", "SH-#2", "BC-3"] == listed(seen)
    assert "The list begins again" in seen.words


async def test_a_row_that_is_not_there_is_said_to_be_gone(store: Store, enter: Enter) -> None:
    """A link to a row that was settled since says so; nothing breaks."""
    seen = await (await _entered(store, enter)).get(f"{PAGE}?row=gone")
    assert 200 == seen.status
    assert "There is no such row" in seen.words


async def test_a_page_asks_for_one_page_of_rows(store: Store, enter: Enter) -> None:
    """However many rows a card has, its page holds fifty of them, and weighs no more than with sixty."""
    await add_workspace(store)
    sizes = []
    for number, count in ((1, 60), (2, 3_000)):
        await publish(store, [order(f"O-{each:05}", gap=9_999) for each in range(count)], number=number)
        browser = await enter("owner")
        seen = await browser.get(PAGE)
        assert 50 == len(listed(seen))
        sizes.append(len(seen.text))
    assert sizes[1] < sizes[0] + 1_000

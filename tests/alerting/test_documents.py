"""What messages say of the demonstration worlds: card, subset and email, held against files kept beside.

To take over a change, delete the file under `snapshots` and run the test: it writes what it found, and
fails, so that somebody reads it.
"""

import asyncio
import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dev.worlds import WORLDS
from shared.alerting.adaptive_card import post_of
from shared.alerting.decide import decide
from shared.alerting.digest import CardSummary, document
from shared.alerting.document import operational_document, threshold_document, trial_document
from shared.alerting.email import email_of
from shared.alerting.observe import Judged, loud_rows, observations
from shared.cards import CARDS
from shared.domain.alerts import MISSING_DATA, AlertKey, Message, Observation, Policy
from shared.domain.workspace import Workspace
from tests.end_to_end.rehearsal import staged
from tests.pipeline.memory import memory_store

FOLDER = Path(__file__).with_name("snapshots")
NOW = "2026-04-14T17:00:00Z"
DASHBOARD = "https://tieout.example.com/dashboard"
SAGE = "ecom_customers_absent_from_sage"
GAP = "revenue_gap_detailed_breakdown"
KEYS = [*(AlertKey(card.id) for card in CARDS), AlertKey(SAGE, "b2b")]
_AT = re.compile(r"[0-9]{8}T[0-9]{6}Z")


@pytest.fixture(scope="module")
def worlds() -> dict[str, tuple[Workspace, Judged]]:
    """Give every card's judged reading of its world, by card."""

    async def all_worlds() -> dict[str, tuple[Workspace, Judged]]:
        found = {}
        for build in WORLDS:
            async with staged(build(), memory_store()) as stage:
                await stage.round()
                for card in CARDS:
                    reading = (await stage.readings()).get(card.id)
                    if reading is not None:
                        rows = [row for row in reading.pop("rows") if not row["is_settled"]]
                        judged = Judged(card, stage.workspace.card(card.id), reading, rows, frozenset())
                        found[card.id] = stage.workspace, judged
        return found

    return asyncio.run(all_worlds())


def _opened(judged: Judged, about: AlertKey) -> Message:
    seen = observations([judged], {}, (), NOW)[about]
    return decide(None, about, seen, Policy(), NOW)[1][0]


def _document(
    worlds: dict[str, tuple[Workspace, Judged]], about: AlertKey, *, show_names: bool = True
) -> dict[str, Any]:
    workspace, judged = worlds[about.card]
    return threshold_document(
        _opened(judged, about),
        judged.card,
        judged.reading,
        loud_rows(judged, about.subset),
        zone=workspace.zone,
        show_names=show_names,
        dashboard_url=DASHBOARD,
    )


def _keeps_all(name: str, shown: dict[str, Any]) -> None:
    """Hold a message as card, page and text against the files of that name, evaluations' names left out."""
    email = email_of(shown, "finance")
    texts = {
        "json": json.dumps(post_of(shown), indent=1, ensure_ascii=False) + "\n",
        "html": email.html + "\n",
        "txt": f"Subject: {email.subject}\n\n{email.text}",
    }
    files = {FOLDER / f"{name}.{kind}": _AT.sub("EVALUATION", text) for kind, text in texts.items()}
    missing = [file for file in files if not file.exists()]
    for file in missing:
        file.write_text(files[file], encoding="utf-8")
    assert missing == [], "these were missing and are written: read them"
    assert {file.name: file.read_text(encoding="utf-8") for file in files} == {
        file.name: text for file, text in files.items()
    }


@pytest.mark.parametrize("about", KEYS, ids=lambda about: f"{about.card}-{about.subset}".rstrip("-"))
def test_a_threshold_message(worlds: dict[str, tuple[Workspace, Judged]], about: AlertKey) -> None:
    """Each card's message, and the B2B part's, is as it was (SAGE-ABS-05)."""
    _keeps_all(f"{about.card}-{about.subset}".rstrip("-"), _document(worlds, about))


@pytest.mark.parametrize("about", KEYS, ids=lambda about: f"{about.card}-{about.subset}".rstrip("-"))
def test_what_a_threshold_message_says(worlds: dict[str, tuple[Workspace, Judged]], about: AlertKey) -> None:
    """It tells value and threshold, and of each row why in words, what it is worth, and what to do."""
    shown = _document(worlds, about)
    facts = dict(shown["facts"])
    assert {"Now", "Alert at", "Severity", "Open since", "As of"} <= facts.keys()
    rows = worlds[about.card][1].rows
    codes = {row.get(name) for row in rows for name in ("cohort", "cause", "reason")} - {None, ""}
    assert 0 < len(shown["rows"]) <= 5
    for row in shown["rows"]:
        assert row["name"]
        assert row["about"]
        assert row["why"]
        assert row["action"]
        assert row["age"]
        assert row["why"] not in codes
    if about.card == SAGE:
        count = 7 if about.subset else 34
        assert count == shown["row_count"] == sum(int(part["value"]) for part in shown["parts"])


@pytest.mark.parametrize("about", KEYS, ids=lambda about: f"{about.card}-{about.subset}".rstrip("-"))
def test_names_can_be_kept_inside(worlds: dict[str, tuple[Workspace, Judged]], about: AlertKey) -> None:
    """With names off no channel shows any name or email of any row of the reading (decision 14)."""
    workspace, judged = worlds[about.card]
    shown = _document(worlds, about, show_names=False)
    email = email_of(shown, "finance")
    said = "\n".join((json.dumps(post_of(shown), ensure_ascii=False), email.html, email.text, str(shown)))
    personal = {row[name] for row in judged.rows for name in ("name", "email") if row.get(name)}
    assert [] == [each for each in personal if each in said]
    assert "@" not in said.replace("@media", "")
    assert workspace.id in said


def test_whom_the_ledger_hides_stays_hidden(worlds: dict[str, tuple[Workspace, Judged]]) -> None:
    """A customer whom the ledger blocks for privacy stands masked in a message too (REVGAP-32)."""
    workspace, judged = worlds[GAP]
    hidden = [row for row in judged.rows if row["is_privacy_blocked"]]
    assert hidden
    message = _opened(judged, AlertKey(GAP))
    options: dict[str, Any] = {"zone": workspace.zone, "show_names": True, "dashboard_url": ""}
    shown = threshold_document(message, judged.card, judged.reading, hidden, **options)
    assert {"[Privacy Blocked]"} == {row["name"] for row in shown["rows"]}


def test_missing_data_and_its_end(worlds: dict[str, tuple[Workspace, Judged]]) -> None:
    """A dead source is named with why and the cards that wait for it, and so is its return."""
    workspace, _ = worlds[SAGE]
    about = AlertKey(MISSING_DATA, "intacct")
    why = ("the last pull of customers of intacct failed: intacct answered 502, 5 times",)
    seen = Observation(as_of=NOW, is_breach=True, value=Decimal(1), waits_for=why)
    alert, opened = decide(None, about, seen, Policy(), NOW)
    later = "2026-04-14T19:15:00Z"
    _, recovered = decide(alert, about, Observation(as_of=later), Policy(resolves_after=1), later)
    cards = {"intacct": ["Ecom Customers Absent from Sage"]}
    for name, messages in (("missing-data", opened), ("recovered", recovered)):
        shown = operational_document(
            messages, workspace.id, cards, zone=workspace.zone, dashboard_url=DASHBOARD
        )
        _keeps_all(name, shown)


def test_a_digest(worlds: dict[str, tuple[Workspace, Judged]]) -> None:
    """A digest has a line for each card, with its counts and its trend."""
    trend = [None, *(Decimal(value) for value in (4, 9, 2, 7, 12, 12, 8, 15, 22, 30, 34))]
    lines = [
        CardSummary(
            title=judged.card.title,
            reading=judged.reading,
            trend=trend,
            open=len(judged.rows) + 3,
            new=5,
            resolved=12,
            older=3,
            href=f"{DASHBOARD}/{judged.card.id}",
        )
        for _, judged in worlds.values()
    ]
    due = datetime(2026, 4, 14, 8, tzinfo=UTC)
    _keeps_all("digest", document("gifts-sage", lines, due, DASHBOARD))


def test_a_trial(worlds: dict[str, tuple[Workspace, Judged]]) -> None:
    """A message that tries out a channel says so."""
    workspace, _ = worlds[SAGE]
    _keeps_all("test", trial_document(workspace.id, NOW, workspace.zone, DASHBOARD))

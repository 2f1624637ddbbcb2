"""A figure that a page tells is the one that the code goes by."""

import re
from datetime import timedelta

import pytest

from functions import exception_requests, flows
from shared import settings
from shared.alerting import adaptive_card, email
from shared.domain.gap import summary, unmapped
from shared.domain.hooks import MOST_HOOKS
from shared.domain.notifications import AlertSettings, Recipients
from shared.domain.severity import AMOUNTS, DAYS
from shared.domain.workspace import CardSettings, FieldMap, Retention, Workspace
from shared.pipeline import deliver, digests, sweep, upkeep
from shared.sources import push
from shared.store import receipts
from tests.docs.pages import DOCS

WORDS = {4: "four", 5: "five", 6: "six", 8: "eight", 10: "ten", 12: "twelve"}


def page(name: str) -> str:
    """Give a page's text on one line."""
    return " ".join((DOCS / f"{name}.md").read_text(encoding="utf-8").split())


def default(model: type, name: str) -> str:
    """Give a setting's default as people write it."""
    value = model.model_fields[name].default  # type: ignore[attr-defined]
    return "never" if value is None else str(value)


def most(name: str) -> str:
    """Give how many recipients of a channel a role may have, in a word."""
    (bound,) = (each for each in Recipients.model_fields[name].metadata if hasattr(each, "max_length"))
    return WORDS[bound.max_length]


KEPT, DELIVERIES = Retention(), upkeep.DELIVERIES.days
TOLD = [
    (
        "alerts",
        f"at most {most('email')} email addresses, {most('teams')} Teams channels and {most('hooks')} hooks",
    ),
    ("alerts", f"cards are cut to {adaptive_card.MOST_BYTES:,} bytes"),
    ("alerts", f"CSV up to {email.LARGEST_ATTACHMENT / 1e6:g} MB"),
    ("alerts", f"tried up to {WORDS[deliver.MOST_ATTEMPTS]} times"),
    ("alerts", f"kept with every attempt for {DELIVERIES} days"),
    ("alerts", f"up to {WORDS[digests.TOO_LATE // timedelta(hours=1)]} hours late"),
    ("exceptions", "| age, from | " + " | ".join(f"{days} days" for days in DAYS) + " |"),
    ("exceptions", " | ".join(f"{amount:,}" for amount in AMOUNTS)),
    ("exceptions", f"takes up to {exception_requests.MOST_AT_ONCE:,} ids"),
    ("power-automate", f"A workspace has at most {MOST_HOOKS} of them"),
    ("power-automate", f"What was told is kept for {DELIVERIES} days"),
    ("http", f"the oldest first and at most {flows.MOST_AT_ONCE}"),
    ("http", f"A workspace has at most {MOST_HOOKS}, at https addresses"),
    ("http", f"{settings.requests_per_minute({})} if nothing else is said"),
    ("http", f"{settings.recomputations_per_minute({})} if nothing else is said"),
    ("http", f"{settings.refusals_per_minute({})} if nothing else is said"),
    ("http", f"at most {push.MOST_BYTES // 1_000_000} MB and {push.MOST_ROWS:,} rows a call"),
    ("http", f"`older_days` of the card's settings, {default(CardSettings, 'older_days')} if nothing else"),
    ("dashboard", f"how long one may be signed in; {settings.session_length({}) // timedelta(hours=1)} if"),
    ("dashboard", f"and without a request; {settings.session_idle({}) // timedelta(minutes=1)} if nothing"),
    ("sources", f"At most {push.MOST_BYTES // 1_000_000} MB and {push.MOST_ROWS:,} rows a call"),
    ("sources", f"| `retention.records` days ({KEPT.records}) |"),
    ("sources", f"| `retention.readings` days ({KEPT.readings}); what stands stays |"),
    ("sources", f"| deliveries and events | {DELIVERIES} days |"),
    ("sources", f"`Idempotency-Key` stands for | {receipts.KEPT.days} days |"),
    ("sources", f"more than a fifth of the records and more than {WORDS[sweep.HANDFUL]} is not believed"),
    (
        "sources",
        f"(`largest_plausible_loss` of the workspace, {default(Workspace, 'largest_plausible_loss')} if",
    ),
    ("security", f"`retention.records` ({KEPT.records} days)"),
    ("security", f"`retention.readings` ({KEPT.readings} days)"),
    ("security", f"deliveries and events {DELIVERIES} days"),
    ("security", f"{receipts.KEPT.days} days; the last of each stream stays"),
    ("field-map", f"| `shared_key_limit` | {default(FieldMap, 'shared_key_limit')} |"),
    ("field-map", f"| `commerce_id_field` | `{default(FieldMap, 'commerce_id_field')}` |"),
    ("revenue-gap", f"`red_flags` counts rows of {WORDS[summary.RED_FLAG_DAYS]} days and more"),
]


@pytest.mark.parametrize(("name", "said"), TOLD, ids=[f"{name}: {said[:40]}" for name, said in TOLD])
def test_a_figure_is_the_codes(name: str, said: str) -> None:
    """The page says it with the figure that stands in the code."""
    assert said in page(name)


def test_the_settings_of_alerts_are_all_told_with_their_defaults() -> None:
    """The table of docs/alerts.md is the model's: each setting, and what it is without it."""
    rows = dict(re.findall(r"\| (`\w+`(?:, `\w+`)*) \| ([\w, ]+?) \| ", page("alerts")))
    told = {
        name.strip("`"): value
        for names, values in rows.items()
        for name, value in zip(names.split(", "), values.split(", "), strict=True)
    }
    assert told == {name: default(AlertSettings, name) for name in AlertSettings.model_fields}


def test_the_hours_of_reasons_are_told() -> None:
    """A missing sales order is the customer's fault after an hour, the mapping's after a day."""
    assert (unmapped.GRACE_HOURS, unmapped.SYNC_HOURS) == (1, 24)
    text = page("revenue-gap")
    assert "the customer is unknown after an hour, or known and the order still missing after a day" in text

"""What fuzzing found at our own edges once: each input that broke something stays refused."""

import gzip
import json
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import azure.functions as func
import pytest
from pydantic import ValidationError

from dev.backup.file import NoBackupError, entities
from functions import messages
from functions.dashboard import alerts, audit, card_views
from functions.dashboard.visit import MOST_FIELDS, Visit
from functions.problems import Problem
from functions.row_queries import RowPageQuery, row_query_of
from shared import settings
from shared.cards import CARDS
from shared.domain.workspace import Workspace
from shared.errors import ConfigurationError
from shared.ncrontab import ScheduleError, parse
from shared.sources import marketplace
from shared.sources.addresses import refusal
from shared.sources.push import read as read_file
from shared.store.segments import FOLDED_RECORDS
from tests.builders import workspace


@pytest.mark.parametrize("address", ["https://[", "https://[::1", "https://a]b.logic.azure.com/"])
def test_a_broken_address_is_refused(address: str) -> None:
    """Brackets that do not close are no address; who registers one for a flow is told so."""
    assert refusal(address) == "must be an https address"


@pytest.mark.parametrize("text", ["0 0 0 * * */" + "9" * 5_000, "0 0 0 * " + "1" * 5_000 + " *"])
def test_a_schedule_of_endless_digits_is_refused(text: str) -> None:
    """A number that Python itself refuses to read is no part of a schedule."""
    with pytest.raises(ScheduleError):
        parse(text)


@pytest.mark.parametrize("hours", ["99999999999", "9" * 5_000])
def test_a_number_beyond_the_calendar_is_refused(hours: str) -> None:
    """A session that would last longer than there are years is a setting that is wrong."""
    with pytest.raises(ConfigurationError):
        settings.session_length({"TIEOUT_SESSION_HOURS": hours})
    assert settings.session_length({"TIEOUT_SESSION_HOURS": "12"}) == timedelta(hours=12)


@pytest.mark.parametrize("twice", ['"order_id":"M-2"', '"Order ID":"M-2"'])
def test_a_row_that_says_two_things_is_refused(twice: str) -> None:
    """A row of NDJSON that names a column twice is wrong, as a CSV with such a header is."""
    form: Any = marketplace.SOURCE.form
    row = f'{{"order_id":"M-1",{twice},"placed_at":"2026-11-01","currency":"GBP","gross":"1","tax":"0"}}'
    sent = read_file(form, row.encode(), "ndjson")
    assert ((), ["columns that come twice: order_id"]) == (sent.ids, [each.why for each in sent.wrong])


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("grace_minutes",), 10**12),
        (("retention", "records"), 10**9),
        (("retention", "readings"), 10**30),
        (("stale_after_missed_rounds",), 10**12),
        (("as_of",), "0001-01-01T00:00:00+14:00"),
        (("as_of",), "9999-12-31T23:59:59-12:00"),
    ],
)
def test_a_document_stays_within_the_calendar(path: tuple[str, ...], value: object) -> None:
    """A stretch or an instant beyond the calendar would end every evaluation: it is refused by its name."""
    document: Any = value
    for name in reversed(path):
        document = {name: document}
    with pytest.raises(ValidationError) as refused:
        Workspace.model_validate(workspace().model_dump() | document)
    assert [path] == [each["loc"] for each in refused.value.errors()]


FARTHEST = ["0001-01-01T00:00:00", "9999-12-31T23:59:59"]


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York"])
@pytest.mark.parametrize("moment", FARTHEST)
def test_the_ends_of_the_calendar_break_no_page(moment: str, zone: str) -> None:
    """An instant that UTC cannot say is refused, or left for the API to refuse, wherever a form takes one."""
    visit: Any = SimpleNamespace(workspace=workspace(time_zone=zone))
    asked = card_views._instant(moment, visit)
    for read_so in (
        lambda: alerts._until(visit, "", moment),
        lambda: audit._midnight(visit, "until", moment[:10], 0),
        lambda: _query(asked),
    ):
        with suppress(Problem):
            read_so()
    assert isinstance(_view(asked, zone).local_as_of, str)


def _query(moment: str) -> RowPageQuery:
    request = func.HttpRequest(method="GET", url="https://x/", params={"as_of": moment}, body=b"")
    return row_query_of(request, RowPageQuery, CARDS[0])


def _view(moment: str, zone: str) -> card_views.View:
    return card_views.View("", "", {"as_of": moment}, ZoneInfo(zone))


@pytest.mark.parametrize("moment", [f"{FARTHEST[0]}+14:00", f"{FARTHEST[1]}-12:00"])
def test_rows_of_no_instant_are_refused(moment: str) -> None:
    """An `as_of` that is no instant of UTC is a wrong parameter, and not our failure."""
    with pytest.raises(Problem) as refused:
        _query(moment)
    assert refused.value.status == 400


def test_a_form_of_too_many_fields_is_refused() -> None:
    """A form with more fields than any page has is too large, and not our failure."""
    headers = {"content-type": "application/x-www-form-urlencoded"}
    body = b"&".join(b"a=1" for _ in range(MOST_FIELDS + 1))
    request = func.HttpRequest(method="POST", url="https://x/", headers=headers, body=body)
    nobody: Any = None
    visit = Visit(request=request, services=nobody, caller=nobody, everywhere=nobody, token="")
    with pytest.raises(Problem) as refused:
        visit.form()
    assert refused.value.status == 413


def test_the_rest_of_a_fold_is_taken() -> None:
    """A fold that one message could not end goes on: the name of what it writes is no other's."""
    base = f"00000002~20260414~{FOLDED_RECORDS}"
    rest = {"workspace": "acme", "connection": "ledger", "stream": "customers", "base": base, "chunks": 1}
    message = func.QueueMessage(id="1", body=json.dumps(rest).encode())
    assert base == messages.read(message, messages.FoldMessage).base


@pytest.mark.parametrize(
    "line",
    [
        "[]",
        '{"table": "sheets", "entity": {"PartitionKey": ["plain", "a"], "RowKey": ["plain", "b"]}}',
        '{"table": "audit", "entity": {"PartitionKey": ["plain", "a"]}}',
        '{"table": "audit", "entity": 5}',
        '{"table": "audit", "entity": {"PartitionKey": ["plain", "a"], "RowKey": ["plain", []]}}',
        '{"entities": 0}\n{"tieout_backup": 1}',
        "[" * 100_000,
    ],
)
def test_what_no_backup_holds_is_refused(line: str, tmp_path: Path) -> None:
    """A line that no backup has makes the file none, before anything of it is written."""
    file = tmp_path / "backup.gz"
    text = f'{{"tieout_backup": 1}}\n{line}\n{{"entities": 1}}\n'
    file.write_bytes(gzip.compress(text.encode()))
    with pytest.raises(NoBackupError):
        list(entities(file))


def test_a_damaged_backup_is_refused(tmp_path: Path) -> None:
    """A byte that has changed since is told as such, wherever it stands."""
    file = tmp_path / "backup.gz"
    whole = gzip.compress(b'{"tieout_backup": 1}\n{"entities": 0}\n', mtime=0)
    for at in range(len(whole)):
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        with suppress(NoBackupError):
            assert [] == list(entities(file))

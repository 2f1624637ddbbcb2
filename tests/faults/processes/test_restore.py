"""The drill: the account is lost, people's work comes back from the backup, the records from the vendors."""

from collections import Counter
from pathlib import Path

import pytest
from azure.data.tables import TableServiceClient
from typer.testing import CliRunner

from dev.__main__ import app
from dev.backup.backup import back_up
from dev.backup.file import NoBackupError
from dev.backup.restore import restore
from dev.backup.tables import LEFT_OUT, tables_of
from dev.load.merchant import Merchant
from dev.worlds.gifts_sage import gifts_sage
from shared.store.account import StorageAccount
from shared.store.inspection import TABLES
from tests.faults.processes.conftest import Planting
from tests.faults.processes.ordeal import CARD, outcome, work_the_list


def _lose(account: StorageAccount, *tables: str) -> None:
    """Delete these tables' contents, or those of all tables, as a wrong command does."""
    with TableServiceClient.from_connection_string(account.connection_string) as service:
        for table in [each.name for each in service.list_tables()]:
            if table in tables or not tables:
                service.delete_table(table)
                service.create_table(table)


def test_what_was_lost_comes_back(planting: Planting, tmp_path: Path) -> None:
    """The exceptions are lost under the running app, then all tables; restore and pull bring all back.

    Readings, rows, exceptions with comments and assignees, audit and alerts are equal, and nobody is told
    twice. The first time an evaluation has made the exceptions anew before the restore. A second restore of
    the same file changes nothing.
    """
    world = gifts_sage()
    plant = planting([world])
    plant.start()
    with plant.client() as client:
        merchant = Merchant(plant, world, client)
        account = StorageAccount(connection_string=plant.storage.connection_string)
        file = tmp_path / "backup.gz"

        def is_read() -> bool:
            return bool(merchant.get(f"/cards/{CARD}")["status"] == "alert")

        merchant.enter()
        merchant.ask_pulls()
        merchant.rest(is_read)
        ids = sorted(each["id"] for each in merchant.get("/exceptions")["exceptions"])
        work_the_list(merchant, ids[:4])
        before, told = outcome(merchant), len(plant.inbox())
        back_up(account, file)
        _lose(account, "exceptions")
        client.post(f"{merchant.path}/evaluate").raise_for_status()
        merchant.rest(lambda: merchant.get("/exceptions")["total"] > 0)
        assert 4 == restore(account, file).replaced["exceptions"]
        client.post(f"{merchant.path}/evaluate").raise_for_status()
        merchant.rest(is_read)
        found = [outcome(merchant)]
        _lose(account)
        restore(account, file)
        assert 0 == restore(account, file).made.total()
        merchant.ask_pulls()
        merchant.rest(is_read)
        found.append(outcome(merchant))
    for after in found:
        for part in ("reading", "rows", "exceptions", "alerts", "records"):
            assert before[part] == after[part], part
        assert not before["audit"] - after["audit"]
    assert told == len(plant.inbox())


def test_no_table_is_forgotten() -> None:
    """Each table of the store is in a backup, or said to be left out: a new one has to be decided on."""
    assert sorted(TABLES) == sorted((*tables_of(is_everything=True), *LEFT_OUT))


def test_half_a_backup_is_refused(emulated: StorageAccount, tmp_path: Path) -> None:
    """A file that is cut short, or is none of ours, is refused before anything is written."""
    whole, cut = tmp_path / "whole.gz", tmp_path / "cut.gz"
    assert Counter() == back_up(emulated, whole)
    cut.write_bytes(whole.read_bytes()[:-12])
    for path, why in ((cut, "cut|read"), (Path(__file__), "read")):
        with pytest.raises(NoBackupError, match=why):
            restore(emulated, path)


def test_the_commands_say_what_they_did(
    azurite: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`./run backup` and `./run restore` work on the account of the settings and refuse other files.

    A restore names the account and asks. A backup replaces no other one unasked, and only its owner may
    read it; one that fails leaves no file.
    """
    file, run = tmp_path / "backup.gz", CliRunner().invoke
    monkeypatch.delenv("AzureWebJobsStorage", raising=False)
    assert 1 == run(app, ["backup", str(file)]).exit_code
    nobody = "AccountName=a;AccountKey=aGVsbG8=;TableEndpoint=http://127.0.0.1:1/a"
    for wrong, told in (("rubbish", "is no connection string"), (nobody, "cannot be reached")):
        monkeypatch.setenv("AzureWebJobsStorage", wrong)
        result = run(app, ["backup", str(file)])
        assert (1, True, []) == (result.exit_code, told in result.stderr, [*tmp_path.iterdir()])
    monkeypatch.setenv("AzureWebJobsStorage", azurite)
    assert f"Written to {file}" in run(app, ["backup", str(file)]).output
    assert 0o600 == file.stat().st_mode & 0o777
    assert "is there already" in run(app, ["backup", str(file)]).stderr
    assert 0 == run(app, ["backup", str(file), "--force"]).exit_code
    asked = run(app, ["restore", str(file)], input="n\n")
    assert (1, True, False) == (asked.exit_code, "devstoreaccount1" in asked.output, "Left" in asked.output)
    assert "Left as it was" in run(app, ["restore", str(file)], input="y\n").output
    file.write_text("{}", encoding="utf-8")
    refused = run(app, ["restore", str(file), "--yes"])
    assert (1, True) == (refused.exit_code, "cannot be read" in refused.output)

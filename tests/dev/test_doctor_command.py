"""`./run doctor`: from inside, from outside, and as JSON; it ends with 1 where anything is wrong."""

import json
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from dev.__main__ import app as commands
from tests.dev.app_at_hand import AtHand
from tests.functions.app import OPERATOR_KEY, add_workspace

RUN = CliRunner()


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing of this machine's own settings be looked at."""
    for name in ("AzureWebJobsStorage", "AzureWebJobsStorage__accountName", "TIEOUT_APP", "TIEOUT_KEY_VAULT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("NO_COLOR", "1")


def run(*arguments: str) -> Result:
    """Run the command as `./run` does."""
    return RUN.invoke(commands, ["doctor", *arguments])


def test_a_running_app_is_asked(app: AtHand) -> None:
    """The app says what is wrong with it, each with its remedy; no key is printed."""
    app.do(add_workspace(app.store))
    result = run("--app", "http://app")
    assert result.exit_code == 1
    assert ["GET /doctor"] == app.asked
    assert "AzureWebJobsStorage" in result.output
    assert OPERATOR_KEY not in result.output


def test_an_account_is_looked_at_from_here(azurite: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the storage's connection string alone the same is found as the app would find here."""
    monkeypatch.setenv("AzureWebJobsStorage", azurite)
    monkeypatch.setenv("TIEOUT_ADMIN_KEY", "short")
    found = json.loads(run("--json").stdout)
    assert {"TIEOUT_ADMIN_KEY"} <= {each["about"] for each in found["findings"]}
    assert "deliveries" in found["areas"]
    monkeypatch.setenv("TIEOUT_ADMIN_KEY", OPERATOR_KEY * 2)
    well = run()
    assert (well.exit_code, "Nothing is wrong" in well.output) == (0, True), well.output


def test_without_a_place_it_says_what_to_set() -> None:
    """Where no setting names an account that is the finding, and what lies behind is not looked at."""
    found = json.loads(run("--json").stdout)
    assert ["AzureWebJobsStorage"] == [
        each["about"] for each in found["findings"] if each["area"] == "storage"
    ]
    assert "streams" not in found["areas"]


def test_an_account_by_name_is_reached_by_ones_own_sign_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """The account's own addresses are asked, with no key; who may not is told which roles it takes."""
    asked = []

    async def refused(account: Any) -> None:
        from azure.core.exceptions import HttpResponseError  # noqa: PLC0415 - raised where the look fails

        asked.append(account)
        error = HttpResponseError("AuthorizationPermissionMismatch")
        error.status_code = 403
        raise error

    monkeypatch.setattr("shared.pipeline.doctor.examination.inspect", refused)
    result = run("--account", "acmetieout")
    assert ["https://acmetieout.table.core.windows.net"] == [each.table_endpoint for each in asked]
    assert (result.exit_code, "Storage Table Data Contributor" in " ".join(result.output.split())) == (
        1,
        True,
    )

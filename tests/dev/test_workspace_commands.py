"""`./run workspace`: a document is asked for, checked, applied and exported; nothing is half done."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from dev.__main__ import app as commands
from dev.commands import serve, workspace
from shared.domain.workspace import Workspace
from tests.dev.app_at_hand import AtHand
from tests.functions.app import add_workspace, document

RUN = CliRunner()


def run(*arguments: str, **more: Any) -> Result:
    """Run a command as `./run` does."""
    return RUN.invoke(commands, ["workspace", *arguments], **more)


def _file(folder: Path, content: Any, name: str = "acme.json") -> str:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content, indent=2), "utf-8")
    return str(path)


ANSWERS = [
    "Acme Gifts",  # the name
    "",  # the id that it suggests
    "Mars/One",  # no time zone: asked again
    "Europe/London",
    "pounds",  # no currency: asked again
    "GBP",
    "y",  # a legal entity
    "uk",
    "Acme UK",
    "ACME-UK, ACME",
    "n",
    "",  # the entity that orders post to
    "y",  # a connection
    "shopfy",  # no kind: asked again
    "shopify",
    "web-shop",
    "Not A Shop!",  # an option that does not do
    "acme",
    "y",  # other options
    "",  # the API's version
    "no",  # has_companies
    "",
    "fifty",  # no number
    "50",
    "shpat_0123456789abcdef",  # the secret itself
    "env:ACME_SHOP_TOKEN",
    "y",  # another
    "sage_intacct",
    "",
    "tieout@acme",
    "n",
    "client_id=env:INTACCT_ID",
    "env:INTACCT_SECRET",
    "n",
    "y",  # the field map
    "vat_number",
    "",
    "",
    "",
    "WEB-SALES",
    "y",  # people
    "n",
    "y",  # finance
    "env:TEAMS_FINANCE",
    "y",  # by email
    "graph",
    "tieout@acme.example",
    "99999999-8888-4777-8666-555555555555",
    "env:MAIL_ID",
    "env:MAIL_SECRET",
    "ar@acme.example, nobody",
    "ar@acme.example",
    "n",
    "n",
    "n",
]


def test_a_workspace_is_asked_for_step_by_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that does not do is asked for again at once; what comes out is a document that can run."""
    monkeypatch.chdir(tmp_path)
    result = run("new", "--no-test", input="\n".join(ANSWERS) + "\n")
    assert result.exit_code == 0, result.output
    made = json.loads((tmp_path / "acme-gifts.json").read_text())
    found = Workspace.model_validate(made)
    assert (found.id, found.time_zone, found.reporting_currency) == ("acme-gifts", "Europe/London", "GBP")
    assert found.entities[0].company_codes == ("ACME-UK", "ACME")
    shop, ledger = found.connections
    assert shop.options == {"shop": "acme", "has_companies": False, "page_size": 50}
    assert shop.secrets == {"access_token": "env:ACME_SHOP_TOKEN"}
    assert ledger.secrets == {"client_id": "env:INTACCT_ID", "client_secret": "env:INTACCT_SECRET"}
    assert found.field_map.vat_field == "vat_number"
    assert found.field_map.holding_customers == ("WEB-SALES",)
    assert found.recipients["finance"].email == ("ar@acme.example",)
    assert found.recipients["finance"].teams == ("env:TEAMS_FINANCE",)
    assert result.output.count("shpat_0123456789abcdef") <= 1  # as it was typed, and no more
    assert "not an IANA time zone" in result.output
    assert "not a kind of source" in result.output


@pytest.mark.parametrize(
    ("answers", "options"),
    [
        (
            ["n", "env:A", "env:B", "env:C", "env:D", "shop.acme.example"],
            {"host": "shop.acme.example"},
        ),
        (
            [
                "y",
                "saas",
                "na1.api.commerce.adobe.com",
                "",
                "",
                "",
                "",
                "env:A",
                "env:B",
                "AbC",
                "F@AdobeOrg",
            ],
            {
                "flavour": "saas",
                "host": "na1.api.commerce.adobe.com",
                "tenant": "AbC",
                "ims_org": "F@AdobeOrg",
            },
        ),
    ],
    ids=["paas", "saas"],
)
def test_what_an_answer_makes_necessary_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answers: list[str], options: dict[str, str]
) -> None:
    """An option that only one flavour needs is asked for, too: what is written can run."""
    monkeypatch.chdir(tmp_path)
    begin = ["Acme", "", "", "", "n", "y", "adobe_commerce", ""]
    result = run("new", "--no-test", input="\n".join([*begin, *answers, "n", "n", "n"]) + "\n")
    assert result.exit_code == 0, result.output
    made = json.loads((tmp_path / "acme.json").read_text())
    assert options == made["connections"][0]["options"]
    assert run("check", "acme.json", "--no-test").exit_code == 0


def test_answers_are_not_lost_for_a_file_that_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another name is asked for, and what was there stays; a folder that is missing is told at once."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "acme-gifts.json").write_text("mine", "utf-8")
    result = run("new", "--no-test", input="\n".join([*ANSWERS, "acme-gifts.json", "other.json"]) + "\n")
    assert result.exit_code == 0, result.output
    assert json.loads((tmp_path / "other.json").read_text())["id"] == "acme-gifts"
    assert "mine" == (tmp_path / "acme-gifts.json").read_text("utf-8")
    early = run("new", "--to", "nowhere/acme.json", input="\n")
    assert (early.exit_code, "Name of the merchant" in early.output) == (1, False)


def test_who_breaks_off_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the answers end before the last question there is no file, whole or half."""
    monkeypatch.chdir(tmp_path)
    for length in (1, 7, 20, 30):
        result = run("new", "--no-test", input="\n".join(ANSWERS[:length]))
        assert (result.exit_code, "Aborted" in result.output) == (1, True), result.output
        assert [] == [*tmp_path.iterdir()]


def test_a_draft_is_taken_without_a_question(tmp_path: Path) -> None:
    """From a file nothing is asked; an id that it lacks follows from the name, and no file is replaced."""
    draft = document()
    del draft["id"]
    given, to = _file(tmp_path, draft, "draft.json"), tmp_path / "out.json"
    result = run("new", "--from", given, "--to", str(to), "--no-test")
    assert (result.exit_code, json.loads(to.read_text())["id"]) == (0, "acme-gifts"), result.output
    again = run("new", "--from", given, "--to", str(to), "--no-test")
    assert (again.exit_code, "is there already" in again.stderr) == (1, True)
    assert run("new", "--from", given, "--to", str(to), "--no-test", "--force").exit_code == 0


def test_a_new_workspace_whose_connections_fail_is_written_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Work of half an hour is not lost for a secret that is not there yet; the command ends with 1."""
    monkeypatch.delenv("ACME_SHOP_TOKEN", raising=False)
    to = tmp_path / "out.json"
    result = run("new", "--from", _file(tmp_path, document()), "--to", str(to))
    assert (result.exit_code, to.exists(), "env:ACME_SHOP_TOKEN" in result.output) == (1, True, True)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ('{\n  "id": }', "line 2, column 9"),
        ("[1]", "it is no object"),
        (json.dumps(document(time_zone="Mars/One"), indent=2), "line 4, time_zone: not an IANA time zone"),
        (json.dumps(document(cards={"no_card": {}}), indent=2), "cards.no_card: there is no card"),
        (
            json.dumps(document(connections=[{"name": "a", "kind": "x"}]), indent=2),
            "connections.0.kind: not a kind",
        ),
        ("\udcff", "no text in UTF-8"),
    ],
    ids=["no JSON", "a list", "a value", "a card", "a kind", "no text"],
)
def test_a_bad_file_is_told_by_its_line(tmp_path: Path, content: str, told: str) -> None:
    """Each fault has its line and its path; there is no trace of the code."""
    path = tmp_path / "bad.json"
    path.write_bytes(content.encode("utf-8", "surrogateescape"))
    result = run("check", str(path), "--no-test")
    assert (result.exit_code, told in result.stderr) == (1, True), result.output
    assert "Traceback" not in result.output


def test_a_faulty_document_is_not_served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its faults are told by their lines before anything is started."""

    def start(*_: Any) -> None:
        raise AssertionError

    monkeypatch.setattr(serve, "listening", start)
    result = RUN.invoke(commands, ["serve", _file(tmp_path, document(time_zone="Mars/One"))])
    assert (result.exit_code, "line 4, time_zone" in result.stderr) == (1, True), result.output


def test_a_good_file_can_run(tmp_path: Path) -> None:
    """What has no fault is said to have none."""
    result = run("check", _file(tmp_path, document()), "--no-test")
    # The sentence breaks where the path of the file is long.
    assert (result.exit_code, "can run" in " ".join(result.output.split())) == (0, True)


def test_a_document_is_applied_after_a_look(app: AtHand, tmp_path: Path) -> None:
    """What changes is shown part by part, nothing is saved before a yes, the same again changes nothing."""
    app.do(add_workspace(app.store))
    file = _file(tmp_path, document(name="Acme Presents"))
    refused = run("apply", file, input="n\n")
    assert (refused.exit_code, "Acme Presents" in refused.output) == (1, True), refused.output
    assert not any(each.startswith("PUT") for each in app.asked)
    assert any(each == "POST /workspaces/acme/check" for each in app.asked)
    done = run("apply", file, input="y\n")
    assert (done.exit_code, "acme is saved" in done.output) == (0, True), done.output
    assert app.do(app.store.workspaces.get("acme"))[0].name == "Acme Presents"
    again = run("apply", file, "--yes")
    assert (again.exit_code, "already" in again.output) == (0, True)


def test_a_new_workspace_is_applied(app: AtHand, tmp_path: Path) -> None:
    """What is not there yet is said to be new, and made."""
    result = run("apply", _file(tmp_path, document()), "--yes", "--no-test")
    assert (result.exit_code, "acme is new" in result.output) == (0, True), result.output
    assert app.do(app.store.workspaces.get("acme"))


def test_what_somebody_changed_meanwhile_is_not_lost(
    app: AtHand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look and the yes another saves: the command says so, and the other's change stands."""
    app.do(add_workspace(app.store))

    def meanwhile(*_: Any, **__: Any) -> bool:
        app.do(add_workspace(app.store, name="Another was quicker"))
        return True

    monkeypatch.setattr(workspace.typer, "confirm", meanwhile)
    result = run("apply", _file(tmp_path, document(name="Acme Presents")), "--no-test")
    assert (result.exit_code, "run the command again" in result.stderr) == (1, True), result.output
    assert app.do(app.store.workspaces.get("acme"))[0].name == "Another was quicker"


def test_what_is_exported_can_be_applied(app: AtHand, tmp_path: Path) -> None:
    """An export is a document that says the same: applied again it changes nothing."""
    app.do(add_workspace(app.store, grace_minutes=20))
    to = tmp_path / "out.json"
    assert run("export", "acme", "--to", str(to)).exit_code == 0
    again = run("apply", str(to), "--yes")
    assert (again.exit_code, "already" in again.output) == (0, True), again.output
    assert json.loads(run("export", "acme").stdout) == json.loads(to.read_text())
    assert run("export", "acme", "--to", str(to)).exit_code == 1

"""`./run cards`, `rows`, `evaluate`, `replay` and `keys`: what they print of a real app, and how they end."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner, Result

from dev.__main__ import app as commands
from dev.commands import cards
from dev.partner import place
from dev.partner.card_tables import sparkline
from tests.dev.app_at_hand import AtHand
from tests.functions.app import ABSENT, GAP, OPERATOR_KEY, add_workspace, customer, order, publish

RUN = CliRunner()


def run(*arguments: str, **more: Any) -> Result:
    """Run a command as `./run` does."""
    return RUN.invoke(commands, [*arguments], **more)


def _cells(output: str) -> list[list[str]]:
    """Give the cells of a table, a list for each line."""
    return [
        [cell.strip() for cell in line.strip("│┃").replace("┃", "│").split("│")]
        for line in output.splitlines()
        if line.startswith(("│", "┃"))
    ]


@pytest.fixture
def merchant(app: AtHand) -> AtHand:
    """Give an app with a merchant, two cards of which have readings."""
    app.do(add_workspace(app.store))
    rows = [order(f"SH-#{number}", gap=number, reason="voided") for number in (1, 2)]
    change = {"value": "650000.00", "change": "30000.00", "as_of": None, "evaluation": None, "driver": None}
    app.do(publish(app.store, rows, GAP, comparison=change | {"why_none": ""}))
    held = {"status": "held", "waiting_for": ["orders of [shop] was last read 12 Apr"], "comparison": None}
    app.do(publish(app.store, [customer("Ann")], ABSENT, unit="customers", currency=None, value=12, **held))
    return app


@pytest.mark.usefixtures("merchant")
def test_cards_have_a_line_each_with_what_people_look_for() -> None:
    """Status, value, threshold, change and why one is held; names that look like markup stay as they are."""
    result = run("cards", "--workspace", "acme")
    assert result.exit_code == 0, result.output
    heading, *lines = _cells(result.output)
    assert heading == [
        "Workspace",
        "Card",
        "Status",
        "Value",
        "Alert past",
        "Change",
        "Trend",
        "As of",
        "Waits for",
    ]
    said = " ".join(" ".join(line) for line in lines)
    assert "680,000.00 USD" in said
    assert "+30,000.00" in said
    assert "5 %" in said
    assert "not_evaluated" in said
    assert "orders of [shop]" in " ".join(line[-1] for line in lines)
    assert "\x1b[" not in result.output


@pytest.mark.usefixtures("merchant")
@pytest.mark.parametrize("width", ["44", "60", "80", "100"])
def test_no_figure_is_cut_off_in_a_narrow_terminal(monkeypatch: pytest.MonkeyPatch, width: str) -> None:
    """However narrow, each value stands there whole, and each card with its name."""
    monkeypatch.setenv("COLUMNS", width)
    result = run("cards", "--workspace", "acme")
    assert result.exit_code == 0, result.output
    for each in ("680,000.00 USD", "+30,000.00", "5 %"):
        assert each in result.output, result.output
    assert all(len(line) <= int(width) for line in result.output.splitlines())


def test_a_trend_is_drawn_between_its_least_and_its_most() -> None:
    """A week without a value is a dot and no zero; what never moves is a flat line."""
    values = [None, Decimal(0), Decimal(7), None, Decimal("3.5")]
    assert sparkline(values) == "·▁█·▄"
    assert sparkline([Decimal(5), Decimal(5)]) == "▁▁"
    assert sparkline([None, None]) == ""
    assert sparkline([]) == ""


def test_rows_are_written_whole_to_a_file_or_to_the_screen(merchant: AtHand, tmp_path: Path) -> None:
    """The bytes are those of the app; filters go with the request, and order ids with # stay as they are."""
    to = tmp_path / "rows.csv"
    result = run("rows", GAP, "--workspace", "acme", "--filter", "reason=voided", "--to", str(to))
    assert result.exit_code == 0, result.output
    shown = run("rows", GAP, "--workspace", "acme", "--filter", "reason=voided")
    assert shown.stdout_bytes == to.read_bytes()
    assert b"SH-#1" in to.read_bytes()
    assert "rows.csv?reason=voided" in merchant.asked[-1]


@pytest.mark.usefixtures("merchant")
@pytest.mark.parametrize(
    ("given", "told"),
    [("reason", "NAME=VALUE"), ("colour=red", "NAME is one of reason"), ("reason=nonsense", "not one of")],
)
def test_a_filter_that_is_none_is_refused(tmp_path: Path, given: str, told: str) -> None:
    """What is no filter here is told here, what is no value there; a file that was there is as it was."""
    kept = tmp_path / "rows.csv"
    kept.write_text("kept")
    result = run("rows", GAP, "--workspace", "acme", "--filter", given, "--to", str(kept))
    assert (result.exit_code, told in result.stderr) == (1, True), result.output
    assert (kept.read_text(), [*tmp_path.iterdir()]) == ("kept", [kept])


def test_an_answer_that_breaks_off_leaves_no_half_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A connection that is lost in the middle of the rows leaves nothing, and one sentence."""

    def broken() -> Any:
        yield b"a,b\n"
        raise httpx.ReadError("lost")

    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=broken()))
    monkeypatch.setattr(place, "client", lambda *_: httpx.Client(base_url="http://app", transport=transport))
    result = run("rows", GAP, "--workspace", "acme", "--key", "k", "--to", str(tmp_path / "rows.csv"))
    assert (result.exit_code, "cannot be reached" in result.stderr) == (1, True), result.output
    assert [] == [*tmp_path.iterdir()]


def test_an_evaluation_is_waited_for(merchant: AtHand, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked for once, and the cards are shown when each has been judged since."""
    looks = iter(({"a": ""}, {"a": ""}, {"a": "2026-04-14T17:00:00Z"}))
    monkeypatch.setattr(cards, "LOOK_EVERY_SECONDS", 0)
    monkeypatch.setattr(cards, "_evaluated", lambda *_: next(looks))
    result = run("evaluate", "--workspace", "acme")
    assert result.exit_code == 0, result.output
    assert [("evaluate", "acme")] == [(queue, each["workspace"]) for queue, each in merchant.queues.sent]
    assert "680,000.00 USD" in result.output


@pytest.mark.usefixtures("merchant")
def test_an_evaluation_that_never_comes_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who waits is told what to look at, and not kept for ever."""
    monkeypatch.setattr(cards, "PATIENCE_SECONDS", 0)
    result = run("evaluate", "--workspace", "acme")
    assert (result.exit_code, "./run doctor" in result.stderr) == (1, True)


@pytest.mark.parametrize("given", ["yesterday", "2026-04-14T12:00:00"])
def test_an_instant_has_its_zone(merchant: AtHand, given: str) -> None:
    """An instant that could be two is none, and the app is not asked."""
    result = run("replay", GAP, "--workspace", "acme", "--as-of", given)
    assert (result.exit_code, "with its zone" in result.stderr, merchant.asked) == (1, True, [])


@pytest.mark.usefixtures("merchant")
def test_a_replay_before_the_first_reading_says_so() -> None:
    """What nobody judged is not made up: the app's own sentence is the answer."""
    result = run("replay", GAP, "--workspace", "acme", "--as-of", "2026-03-01T00:00:00Z")
    assert (result.exit_code, "The app refused (404)" in result.stderr) == (1, True), result.output


def test_a_replay_shows_the_card_and_the_rows_of_then(monkeypatch: pytest.MonkeyPatch) -> None:
    """Card and rows are asked for with the same instant."""
    reading = {
        "workspace": "acme",
        "title": "Revenue Gap",
        "status": "alert",
        "value": "5.00",
        "unit": "money",
        "currency": "USD",
        "threshold": {"value": "5", "unit": "percent"},
        "as_of": "2026-04-14T12:00:00Z",
        "figures": {"orders": 3},
        "row_count": 1,
    }
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(dict(request.url.params))
        page = {"rows": [{"order": "SH-#1", "gap": "5.00", "name": None}], "total": 1}
        return httpx.Response(200, json=page if request.url.path.endswith("/rows") else reading)

    client = httpx.Client(base_url="http://app", transport=httpx.MockTransport(answer))
    monkeypatch.setattr(place, "client", lambda *_: client)
    result = run("replay", GAP, "--workspace", "acme", "--key", "k", "--as-of", "2026-04-14T12:00:00Z")
    assert result.exit_code == 0, result.output
    assert {"2026-04-14T12:00:00+00:00"} == {each["as_of"] for each in asked}
    assert "SH-#1" in result.output
    assert "orders 3" in result.output


@pytest.mark.usefixtures("merchant")
def test_a_key_is_shown_once_and_by_itself() -> None:
    """On the screen's own line stands nothing but the key; the list has it no more, revoked it is gone."""
    made = run("keys", "new", "--workspace", "acme", "--name", "a [flow]", "--role", "finance", "--days", "2")
    assert made.exit_code == 0, made.output
    (key,) = made.stdout.split()
    key_id, _, secret = key.partition(".")
    listed = run("keys", "list", "--workspace", "acme")
    assert (key_id in listed.output, secret in listed.output, "a [flow]" in listed.output) == (
        True,
        False,
        True,
    )
    assert run("keys", "revoke", key_id, "--workspace", "acme").exit_code == 0
    assert key_id not in run("keys", "list", "--workspace", "acme").output
    assert run("keys", "revoke", key_id, "--workspace", "acme").exit_code == 1


@pytest.mark.usefixtures("merchant")
@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("cards", "--workspace", "none"), "There is no workspace none"),
        (("cards", "--key", "wrong"), "set TIEOUT_ADMIN_KEY"),
        (("cards", "--key", ""), "Say who asks"),
        (("cards", "--key", "k\u00e9y"), "copy it again"),
        (("cards", "--key", "key\n"), "copy it again"),
        (("cards", "--app", "tieout.example"), "is no address"),
        (("rows", "no_such_card", "--workspace", "acme"), "no card of this name"),
        (("sources", "status", "--workspace", "acme", "--connection", "x"), "these are: shop"),
        (("cards", "--sign-in", "azure"), "--audience"),
    ],
)
def test_what_a_person_gets_wrong_is_one_sentence(arguments: tuple[str, ...], told: str) -> None:
    """No trace of the code, and what to do; no key is repeated."""
    result = run(*arguments)
    assert (result.exit_code, told in result.stderr) == (1, True), result.output
    assert "Traceback" not in result.output
    assert OPERATOR_KEY not in result.output


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (httpx.ConnectError("no route"), "cannot be reached"),
        (httpx.ReadTimeout("late"), "did not answer in time"),
        (httpx.Response(200, text="<html>"), "is no Tieout"),
        (httpx.Response(502, text="<html>"), "is this the address of a Tieout?"),
        (httpx.Response(429, json={"detail": "You ask too often."}), "wait a little"),
        (httpx.Response(503, json={"detail": "The store is out."}), "./run doctor"),
    ],
    ids=["connect", "late", "page", "proxy", "often", "out"],
)
def test_an_app_that_does_not_answer_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, answer: httpx.Response | Exception, told: str
) -> None:
    """Whatever is at the address, and whatever it says."""

    def reply(_: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        return answer

    client = httpx.Client(base_url="http://app/api/v1", transport=httpx.MockTransport(reply))
    monkeypatch.setattr(place, "client", lambda *_: client)
    result = run("cards", "--key", "k")
    assert (result.exit_code, told in result.stderr) == (1, True), result.output


@pytest.mark.usefixtures("merchant")
def test_an_azure_sign_in_becomes_a_token_for_the_app(monkeypatch: pytest.MonkeyPatch) -> None:
    """The token is asked for this app's registration, and goes in place of a key."""
    wanted = []

    def token(audience: str) -> str:
        wanted.append(audience)
        return "invented"

    monkeypatch.setattr(place, "token", token)
    result = run("cards", "--sign-in", "azure", "--audience", "api://tieout")
    assert wanted == ["api://tieout"]
    assert (result.exit_code, "401" in result.stderr) == (1, True)

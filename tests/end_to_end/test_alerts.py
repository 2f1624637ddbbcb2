"""Alerts end to end: a vendor breaks, its card is held, people hear of it once, and of its return."""

import json
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from dev.__main__ import app
from dev.commands.demo import vendor_secrets
from dev.vendors.server import serving
from dev.worlds.gifts_sage import gifts_sage
from tests.end_to_end.rehearsal import Stage, staged
from tests.pipeline.memory import memory_store

CARD = "ecom_customers_absent_from_sage"
PAST = "Ecom Customers Absent from Sage is past its threshold"


def _new(stage: Stage, before: int) -> dict[str, list[str]]:
    """Give what arrived since, by channel and recipient."""
    found: dict[str, list[str]] = {}
    for each in [*stage.arrived()]:
        found.setdefault(f"{each['channel']} {each['to']}", []).append(each["title"])
    return {place: titles[before:] for place, titles in found.items() if titles[before:]}


async def test_a_vendor_breaks_and_is_mended() -> None:
    """Breaking Intacct holds the card and tells Teams and mail once each; mending it tells of that."""
    world = gifts_sage()
    world.document["recipients"] = {
        "finance": {"email": ["finance@larkspur.example"], "teams": ["env:DEMO_TEAMS_CHANNEL"]}
    }
    places = {"teams finance", "email finance@larkspur.example"}
    ledger = world.accounts["gifts-sage-intacct"]
    async with staged(world, memory_store()) as stage:
        await stage.round()
        assert "alert" == (await stage.readings())[CARD]["status"]
        first = _new(stage, 0)
        assert places == set(first)
        assert PAST == first["teams finance"][0]
        assert 2 == len(first["teams finance"])
        ledger.is_broken = True
        for _ in range(3):
            await stage.round()
        reading = (await stage.readings())[CARD]
        assert ("held", 34) == (reading["status"], reading["value"])
        broken = _new(stage, 2)
        assert dict.fromkeys(places, 1) == {place: len(titles) for place, titles in broken.items()}
        assert ["Data are missing: intacct"] == broken["teams finance"]
        ledger.is_broken = False
        for _ in range(2):
            await stage.round()
        assert "alert" == (await stage.readings())[CARD]["status"]
        mended = _new(stage, 3)
        assert dict.fromkeys(places, 1) == {place: len(titles) for place, titles in mended.items()}
        assert ["The data are complete again: intacct"] == mended["teams finance"]
        async with httpx.AsyncClient(base_url=stage.address) as client:
            assert "Data are missing: intacct" in (await client.get("/inbox")).text
            assert PAST in (await client.get("/inbox/mail/0")).text
            assert "AdaptiveCard" in (await client.get("/inbox/teams/0")).text
            assert 404 == (await client.get("/inbox/mail/9")).status_code


@pytest.mark.parametrize("is_right", [True, False], ids=["right", "wrong"])
def test_every_way_to_people_can_be_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_right: bool
) -> None:
    """`./run notify --test` sends to each recipient, says for each what came of it, and fails if one did."""
    world = gifts_sage()
    with serving({}) as address:
        secrets = vendor_secrets(address)
        if not is_right:
            secrets["DEMO_TEAMS_CHANNEL"] = f"{address}/teams/finance"
        for name, value in secrets.items():
            monkeypatch.setenv(name, value)
        file = tmp_path / "workspace.json"
        file.write_text(json.dumps(world.at(address)), encoding="utf-8")
        result = CliRunner().invoke(app, ["notify", "--test", "--workspace", str(file)])
        arrived = httpx.get(f"{address}/inbox.json").json()
    assert (0 if is_right else 1) == result.exit_code
    assert (3 if is_right else 2) == len(arrived) == result.output.count("sent")
    assert secrets["DEMO_TEAMS_CHANNEL"] not in result.output
    assert is_right == ("refused our credentials" not in " ".join(result.output.split()))
    assert {"[Tieout gifts-sage] Test: Test: nothing is wrong", "This is a test message of Tieout"} >= {
        each["title"] for each in arrived
    }


def test_nothing_is_sent_unasked(tmp_path: Path) -> None:
    """Without --test, or without recipients, the command ends with a word of why."""
    file = tmp_path / "workspace.json"
    document = gifts_sage().at("http://127.0.0.1:1") | {"recipients": {}}
    file.write_text(json.dumps(document), encoding="utf-8")
    for options, why in (([], "--test"), (["--test"], "no recipients")):
        result = CliRunner().invoke(app, ["notify", *options, "--workspace", str(file)])
        assert 1 == result.exit_code
        assert why in result.output

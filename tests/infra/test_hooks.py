"""The hooks of `azd provision`: what is settled once stays as it was."""

import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.infra.bicep import INFRA

AZD = """#!/bin/sh
echo "$@" >> "$SAID"
"""


def _said(folder: Path, hook: str, settings: Mapping[str, str]) -> list[str]:
    """Run a hook with an azd that only notes what it is told."""
    azd, said = folder / "azd", folder / "said"
    azd.write_text(AZD, encoding="utf-8")
    azd.chmod(0o755)
    said.touch()
    environment = {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", "SAID": str(said), **settings}
    command = (str(INFRA / "hooks" / hook),)
    subprocess.run(command, env=environment, check=True, timeout=20)  # noqa: S603 - a script of ours
    return said.read_text(encoding="utf-8").splitlines()


def test_a_first_deployment_settles_key_and_budget(tmp_path: Path) -> None:
    """The first time, a key of 256 bits is drawn and the budget begins this month."""
    key, start = _said(tmp_path, "preprovision.sh", {})
    assert re.fullmatch(r"env set TIEOUT_NEW_OPERATOR_KEY [0-9a-f]{64}", key)
    assert re.fullmatch(r"env set TIEOUT_BUDGET_START 20\d\d-[01]\d-01", start)


def test_two_deployments_have_two_keys(tmp_path: Path) -> None:
    """The key is drawn, not made up from anything."""
    first, *_, second, _ = _said(tmp_path, "preprovision.sh", {}) + _said(tmp_path, "preprovision.sh", {})[2:]
    assert first != second


def test_a_later_deployment_changes_neither(tmp_path: Path) -> None:
    """Where the vault is there, its key stays; and Azure refuses to move the beginning of a budget."""
    settings = {"AZURE_KEY_VAULT_NAME": "kv-acme", "TIEOUT_BUDGET_START": "2026-11-01"}
    assert [] == _said(tmp_path, "preprovision.sh", settings)


def test_a_deployment_that_broke_goes_on_with_its_key(tmp_path: Path) -> None:
    """A key that was drawn and not yet stored is stored the next time, not drawn again."""
    settings = {"TIEOUT_NEW_OPERATOR_KEY": "k" * 64, "TIEOUT_BUDGET_START": "2026-11-01"}
    assert [] == _said(tmp_path, "preprovision.sh", settings)


def test_the_key_does_not_stay_on_the_machine(tmp_path: Path) -> None:
    """Once it is in the vault the key is taken out of azd's settings."""
    said = _said(tmp_path, "postprovision.sh", {"TIEOUT_NEW_OPERATOR_KEY": "k"})
    assert ["env set TIEOUT_NEW_OPERATOR_KEY "] == said


def test_there_is_nothing_to_take_away_twice(tmp_path: Path) -> None:
    """Without a key there, azd is told nothing."""
    assert [] == _said(tmp_path, "postprovision.sh", {})


@pytest.mark.parametrize("name", ["preprovision", "postprovision"])
def test_windows_settles_the_same(name: str) -> None:
    """The hook for Windows reads and sets the settings that the other one does."""
    setting = re.compile(r"(?:AZURE|TIEOUT)_\w+")
    scripts = ((INFRA / "hooks" / f"{name}.{kind}").read_text(encoding="utf-8") for kind in ("sh", "ps1"))
    posix, windows = (set(setting.findall(script)) for script in scripts)
    assert posix == windows != set()

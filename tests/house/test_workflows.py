"""What runs for us elsewhere: workflows, hooks before a commit, the container to develop in."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from dev.__main__ import app
from dev.commands.check import CHECKS

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
OTHERS = (ROOT / ".github" / "dependabot.yml", ROOT / ".pre-commit-config.yaml", ROOT / "azure.yaml")
EACH_WORKFLOW = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
COMMAND = re.compile(r"\./run ([a-z][a-z-]*)")


def _read(path: Path) -> dict[str, Any]:
    return dict(yaml.safe_load(path.read_text(encoding="utf-8")))


def _steps(workflow: dict[str, Any]) -> list[dict[str, Any]]:
    return [step for job in workflow["jobs"].values() for step in job.get("steps", ())]


def _commands() -> set[str]:
    return set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]


@pytest.mark.parametrize("path", [*WORKFLOWS, *OTHERS], ids=lambda path: path.name)
def test_a_file_is_yaml(path: Path) -> None:
    """Every file that somebody else's machine reads can be read."""
    assert _read(path)


@pytest.mark.parametrize("path", [*WORKFLOWS, *OTHERS], ids=lambda path: path.name)
def test_commands_that_are_named_exist(path: Path) -> None:
    """What a file runs as `./run NAME` is a command."""
    assert set() == set(COMMAND.findall(path.read_text(encoding="utf-8"))) - _commands()


@EACH_WORKFLOW
def test_options_that_are_given_exist(path: Path) -> None:
    """What a workflow gives a command, the command takes."""
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    for name, given in re.findall(r"\./run ([a-z][a-z-]*)([^\n&|;]*)", path.read_text(encoding="utf-8")):
        taken = {option for each in commands[name].params for option in each.opts}
        assert set() == set(re.findall(r"--[a-z-]+", given)) - taken, name


@EACH_WORKFLOW
def test_actions_are_pinned(path: Path) -> None:
    """An action is named by the commit that was looked at, with its version beside it for people."""
    used = re.findall(r"uses: (\S+)(.*)", path.read_text(encoding="utf-8"))
    for name, remark in used:
        if not name.startswith("./"):
            assert re.fullmatch(r"[\w.-]+/[\w.-]+@[0-9a-f]{40}", name)
            assert re.fullmatch(r" # v\d+\.\d+\.\d+", remark)


@EACH_WORKFLOW
def test_a_workflow_may_little(path: Path) -> None:
    """A workflow reads the code, one job may prove who it is, and none is given a secret."""
    workflow = _read(path)
    assert {"contents": "read"} == workflow["permissions"]
    for job in workflow["jobs"].values():
        assert set() == set(job.get("permissions", {}).items()) - {
            ("contents", "read"),
            ("id-token", "write"),
        }
        assert "uses" in job or job["timeout-minutes"] <= 120
    assert "secrets." not in path.read_text(encoding="utf-8")


@EACH_WORKFLOW
def test_a_checkout_leaves_no_credentials(path: Path) -> None:
    """What runs after the checkout cannot use the checkout's token."""
    checkouts = [step for step in _steps(_read(path)) if step.get("uses", "").startswith("actions/checkout@")]
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


def test_only_what_is_checked_is_deployed() -> None:
    """A deployment waits for all checks and for who must agree."""
    job = _read(ROOT / ".github/workflows/deploy.yml")["jobs"]["deploy"]
    assert ("check", "production") == (job["needs"], job["environment"])


def test_every_supported_python_is_tested() -> None:
    """The oldest version that is tested is the oldest that the project says it needs."""
    tested = _read(ROOT / ".github/workflows/check.yml")["jobs"]["test"]["strategy"]["matrix"]["python"]
    needed = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "requires-python"
    ]
    assert f">={tested[0]}" == needed
    assert ["3.11", "3.12", "3.13"] == tested


def test_a_commit_is_held_to_the_same_checks() -> None:
    """Before a commit run the programs of `./run check`, as it runs them."""
    (own,) = _read(ROOT / ".pre-commit-config.yaml")["repos"]
    hooks = {each["id"]: each["entry"] for each in own["hooks"]}
    assert {
        name: " ".join((f".venv/bin/{Path(command[0]).name}", *command[1:]))
        for name, command in CHECKS.items()
    } == hooks


def test_the_container_has_a_tested_python() -> None:
    """The container to develop in has a Python that the tests run on, and prepares the project."""
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))
    version = re.search(r"python:(\d\.\d+)-", container["image"])
    assert version is not None
    assert (
        version[1]
        in _read(ROOT / ".github/workflows/check.yml")["jobs"]["test"]["strategy"]["matrix"]["python"]
    )
    assert "./run" in container["postCreateCommand"]

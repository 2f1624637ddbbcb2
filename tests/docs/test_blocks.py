"""What stands in the blocks of the documentation is what the code takes."""

import json
import re
import shlex
import subprocess
from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import TypeAdapter
from typer.main import get_command

import function_app
from dev.__main__ import app
from functions.routes import ROUTES
from shared.domain.workspace import Connection, Workspace
from shared.pipeline.jobs import options_of
from shared.sources import source_of
from tests.docs.connecting import DOCUMENT
from tests.docs.pages import BLOCKS, PAGES, Block, name_of

JSON = [block for block in BLOCKS if block.kind.split()[:1] == ["json"]]
SHELL = [block for block in BLOCKS if block.kind in {"", "sh", "bash", "indented", "http", "console"}]
PARTS = frozenset(Workspace.model_fields)
assert function_app


def _lines(block: Block) -> list[str]:
    """Give the commands of a block, those that go on on the next line as one."""
    return [each.strip() for each in re.sub(r"\\\n", " ", block.text).splitlines() if each.strip()]


def checked_connection(given: Mapping[str, Any]) -> None:
    """Hold that a connection, its options and the names of its secrets are right."""
    connection = Connection.model_validate(given)
    source = source_of(connection.kind)
    assert source is not None, connection.kind
    options_of(source, connection)
    assert set(source.secrets) <= set(connection.secrets)


def checked(given: Any) -> None:
    """Hold that a value is a connection, a workspace or some parts of one."""
    if isinstance(given, dict) and {"name", "kind"} <= given.keys():
        checked_connection(given)
        return
    assert isinstance(given, dict)
    assert given.keys() <= PARTS, f"unknown parts: {sorted(given.keys() - PARTS)}"
    document: dict[str, Any] = {"connections": []} | DOCUMENT | given
    routing = document.get("field_map", {})
    wanted = {
        each["entity"] for name in ("entity_routing", "customer_overrides") for each in routing.get(name, ())
    }
    wanted |= {routing.get("default_entity", "")} - {""}
    document.setdefault("entities", [{"id": each, "name": each} for each in sorted(wanted)])
    for each in Workspace.model_validate(document).connections:
        checked_connection(each.model_dump())


@pytest.mark.parametrize("block", JSON, ids=str)
def test_json_is_what_a_workspace_takes(block: Block) -> None:
    """A block of JSON is a connection, a workspace or parts of one; `json NAME` is what a route takes."""
    text = block.text if block.text.lstrip().startswith(("{", "[")) else "{" + block.text + "}"
    given = json.loads(text)
    if block.kind == "json":
        checked(given)
    else:
        MODELS[block.kind.removeprefix("json ")].validate_python(given)


def _bodies() -> dict[str, TypeAdapter[Any]]:
    found: dict[str, TypeAdapter[Any]] = {
        each.name: TypeAdapter(each.body) for each in ROUTES.values() if each.body is not None
    }
    return found | {"access": TypeAdapter(list[dict[str, Any]])}


MODELS = _bodies()


def _commands() -> set[tuple[str, ...]]:
    """Give the commands of `./run`, those of a group with the group's name before them."""
    found: set[tuple[str, ...]] = set()
    for name, command in get_command(app).commands.items():  # type: ignore[attr-defined]
        found.add((name,))
        found |= {(name, each) for each in getattr(command, "commands", {})}
    return found


def _options(words: tuple[str, ...]) -> set[str]:
    """Give the options of a command."""
    command: Any = get_command(app)
    for word in words:
        command = command.commands[word]
    taken = {option for each in command.params for option in (*each.opts, *each.secondary_opts)}
    return taken | {"--help"}


RUNS = [
    (name_of(page), found)
    for page in PAGES
    if page.exists()
    for found in re.findall(
        r"\./run ([a-z][^`\n|#;&]*)", page.read_text(encoding="utf-8").replace("\\\n", " ")
    )
]


@pytest.mark.parametrize(("page", "run"), RUNS, ids=[f"{page} {run.strip()}" for page, run in RUNS])
def test_every_command_exists(page: str, run: str) -> None:
    """A `./run ...` of the documentation is a command with these options."""
    words = [each for each in re.split(r"[\s,:)(]+", run) if each]
    commands = _commands()
    name = tuple(words[:2]) if tuple(words[:2]) in commands else tuple(words[:1])
    assert name in commands, page
    if name != ("test",):  # what follows is pytest's
        given = {each.partition("=")[0] for each in words if re.match("--[a-z]", each)}
        assert given - _options(name) == set(), page


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile("/" + re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(path)))


ADDRESSES = [(each.method, _pattern(each.path)) for each in ROUTES.values()]
CALLS = [
    (block, line)
    for block in SHELL
    for line in _lines(block)
    if re.match(r"(curl|GET|POST|PUT|PATCH|DELETE) ", line)
]


@pytest.mark.parametrize(("block", "line"), CALLS, ids=[f"{block}" for block, _ in CALLS])
def test_every_call_names_a_route(block: Block, line: str) -> None:
    """A call in the documentation, by curl or plain, is one that the app answers."""
    method, address = _call(line)
    path = re.sub(r"^https?://[^/]*|^\$[A-Z_]+", "", address).partition("?")[0]
    assert any(method == verb and pattern.fullmatch(path) for verb, pattern in ADDRESSES), (str(block), line)


def _call(line: str) -> tuple[str, str]:
    first, _, rest = line.partition(" ")
    if first != "curl":
        return first, rest.split()[0]
    words = shlex.split(rest)
    address = next(each for each in words if "/" in each and each.startswith(("http", "$")))
    method = words[words.index("-X") + 1] if "-X" in words else "GET"
    return method, address


@pytest.mark.parametrize("block", [each for each in BLOCKS if each.kind in {"sh", "bash"}], ids=str)
def test_shell_is_shell(block: Block) -> None:
    """A block of shell is well formed."""
    found = subprocess.run(["bash", "-n"], input=block.text, text=True, capture_output=True, check=False)  # noqa: S607 - whichever bash there is
    assert (found.returncode, found.stderr) == (0, "")


@pytest.mark.parametrize("block", [each for each in BLOCKS if each.kind == "python"], ids=str)
def test_python_runs(block: Block) -> None:
    """A block of Python runs as it stands."""
    exec(compile(block.text, str(block), "exec"), {"__name__": "docs"})  # noqa: S102 - ours, from this repository


def test_every_block_says_what_it_is() -> None:
    """No kind of block is left out of these tests."""
    known = {
        "json",
        "sh",
        "bash",
        "text",
        "csv",
        "python",
        "al",
        "mermaid",
        "http",
        "console",
        "kql",
        "bicep",
        "yaml",
        "ini",
        "indented",
        "",
    }
    assert {str(each): each.kind for each in BLOCKS if each.kind.split(" ")[0] not in known} == {}

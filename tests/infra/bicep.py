"""The Bicep files as trees and as names, for the tests beside this file."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from lark import Token, Tree
from pycep import BicepParser

ROOT = Path(__file__).parents[2]
INFRA = ROOT / "infra"
FILES = tuple(sorted(INFRA.rglob("*.bicep")))
MAIN = INFRA / "main.bicep"
OUTPUT = re.compile(r"(\w+)!?\.outputs\.(\w+)")
ABBREVIATION = re.compile(r"\$\{abbreviations\.(\w+)\}")
LOADED = re.compile(r"load(?:Text|Json|Yaml)Content\('([^']+)'\)")
_PARSER = BicepParser()
_INSIDE = re.compile(r"\$\{([^}]*)\}")
_NAME = re.compile(r"(?<![\w.])[A-Za-z_]\w*\b(?!\s*\()")
_DECLARATIONS = {"param", "var", "output", "resource", "module"}
_LOOPS = {"loop_array", "loop_array_index"}
_WORDS = {"existing"}


@cache
def _parsed(path: Path) -> Tree[Token]:
    return _PARSER.lark_parser.parse(path.read_text(encoding="utf-8"))


@cache
def tree(path: Path) -> dict[str, Any]:
    """Give a file's parameters, variables, resources, modules and outputs."""
    return dict(_PARSER.parse(file_path=path))


def body(element: dict[str, Any]) -> dict[str, Any]:
    """Give what a resource or module is made with, under its condition or loop."""
    found = element["config"]
    while "config" in found and ("condition" in found or "loop_type" in found):
        found = found["config"]
    return dict(found)


def resources(kind: str) -> Iterator[tuple[Path, str, dict[str, Any]]]:
    """Give file, name and body of each resource of a type that the files make."""
    for path in FILES:
        for name, element in tree(path).get("resources", {}).items():
            if element["type"].lower() == kind.lower() and not element["existing"]:
                yield path, name, body(element)


def one(kind: str) -> dict[str, Any]:
    """Give the body of the only resource of a type."""
    ((_, _, found),) = resources(kind)
    return found


def modules(path: Path) -> Iterator[tuple[str, Path, dict[str, Any]]]:
    """Give name, file and parameters of each module that a file deploys."""
    for name, element in tree(path).get("modules", {}).items():
        yield name, path.parent / element["detail"]["path"], body(element)["params"]


def is_required(parameter: dict[str, Any]) -> bool:
    """Say whether somebody must give the parameter."""
    return parameter["default"] is None


@cache
def used(path: Path) -> frozenset[str]:
    """Give the names that a file's expressions use, in the text and inside of its strings."""
    # pycep's own tree does not tell a name from a text; the grammar's does.
    return frozenset(_used(_parsed(path)))


def declared(path: Path) -> set[str]:
    """Give the names that a file declares, those of its loops included."""
    found = tree(path)
    kinds = ("parameters", "variables", "resources", "modules")
    loops = _parsed(path).find_pred(lambda node: node.data in _LOOPS)
    items = {str(each) for loop in loops for each in loop.children if isinstance(each, Token)}
    return items.union(*(found.get(kind, {}) for kind in kinds))


def _used(node: Tree[Token] | Token | None) -> Iterator[str]:
    if node is None or node in _WORDS:
        return
    if isinstance(node, Token):
        inside = _INSIDE.findall(node) if node.startswith("'") else [str(node)]
        for each in inside:
            yield from _NAME.findall(re.sub(r"'[^']*'", "", each))
        return
    if node.data in {"decorators", "data_type", "function_name"}:
        return
    children = node.children
    if node.data in _DECLARATIONS:
        children = [each for each in children if not isinstance(each, Token)]
        children += [each for each in node.children if isinstance(each, Token) and each.startswith("'")]
    elif node.data == "pair":
        children = children[1:]
    elif node.data in {"property_accessor", "function_accessor"}:
        children = children[:1]
    elif node.data in _LOOPS:
        children = [each for each in children if not isinstance(each, Token)]
    for each in children:
        yield from _used(each)

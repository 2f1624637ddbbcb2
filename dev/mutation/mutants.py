"""All changes of a file that count: where each stands, and the tree that has it."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dev.mutation.operators import changes

_TYPES = frozenset({"Literal", "Annotated", "Callable", "TypeVar", "Protocol", "NamedTuple"})
_SHOWN = 90
UNCHANGED = -1
"""The number of no change, to see what the tests say without one."""


@dataclass(frozen=True, order=True, slots=True)
class Mutant:
    """One change of one file: the how-manieth, and where; read without its tree."""

    file: str
    number: int
    line: int
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}  {self.before}  ->  {self.after}"


def mutants_of(root: Path, file: str) -> list[Mutant]:
    """Give all changes of a file."""
    tree = ast.parse((root / file).read_text("utf-8"))
    return [
        Mutant(file, number, getattr(node, "lineno", 1), _shown(node), _shown(changed))
        for number, (_, _, node, changed) in enumerate(_places(tree))
    ]


def mutated(source: str, number: int) -> ast.Module:
    """Give the tree of a source with its change of that number; raises IndexError where it has none."""
    tree = ast.parse(source)
    if number == UNCHANGED:
        return tree
    for at, (parent, (field, place), _, changed) in enumerate(_places(tree)):
        if at == number:
            if place is None:
                setattr(parent, field, changed)
            else:
                getattr(parent, field)[place] = changed
            return tree
    raise IndexError(number)


Place = tuple[str, int | None]


def _places(tree: ast.AST) -> Iterator[tuple[ast.AST, Place, ast.AST, ast.AST]]:
    """Give each node that may be changed, with its parent, its place there, and each change of it."""
    for parent, place, node in _walk(tree):
        for changed in changes(node):
            yield parent, place, node, changed


def _walk(parent: ast.AST) -> Iterator[tuple[ast.AST, Place, ast.AST]]:
    """Go through all that runs and means something: no annotation, docstring, decorator or type."""
    for field, value in ast.iter_fields(parent):
        if field in {"annotation", "returns", "decorator_list", "type_comment", "type_params"}:
            continue
        for place, node in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(node, ast.AST) and not _says_nothing(parent, field, node):
                yield parent, (field, place), node
                yield from _walk(node)


def _says_nothing(parent: ast.AST, field: str, node: ast.AST) -> bool:
    """Say whether a node is a docstring, a type, an import, or a message that only people read."""
    match node:
        case ast.Import() | ast.ImportFrom() | ast.JoinedStr() | ast.Expr(ast.Constant()):
            return True
        case ast.If(ast.Name("TYPE_CHECKING")) | ast.Assign([ast.Name("msg")]):
            return True
        case ast.Subscript(ast.Name(name)) if name in _TYPES:
            return True
        case ast.Assign(value=value) if isinstance(parent, ast.Module):
            return _is_type(value)
        case _:
            return isinstance(parent, ast.Raise) and field == "exc"


def _is_type(node: ast.AST) -> bool:
    """Say whether what a name of the module stands for is a type: `dict[str, int]`, `A | B`."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return _is_type(node.left) or _is_type(node.right)
    is_named = isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name)
    return is_named or (isinstance(node, ast.Name) and node.id[:1].isupper())


def _shown(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."

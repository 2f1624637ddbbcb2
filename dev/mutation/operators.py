"""The changes: what a node of the syntax tree may be replaced with."""

import ast
from collections.abc import Iterator

_COMPARED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
_RECKONED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
_CALLED = {"min": "max", "max": "min", "any": "all", "all": "any"}
_TESTED_ITSELF = (ast.Compare, ast.BoolOp, ast.UnaryOp)
"""Conditions that are changed as what they are."""
MARK = "?!"
"""What a changed text ends with."""


def changes(node: ast.AST) -> Iterator[ast.AST]:
    """Give what may stand in place of a node, which itself stays as it is."""
    for changed in _changes(node):
        yield ast.fix_missing_locations(ast.copy_location(changed, node))


def _changes(node: ast.AST) -> Iterator[ast.AST]:  # noqa: C901, PLR0912 - one line for each kind of node
    match node:
        case ast.Compare(left, operators, compared):
            for place, operator in enumerate(operators):
                for other in _COMPARED[type(operator)]:
                    yield ast.Compare(left, [*operators[:place], other(), *operators[place + 1 :]], compared)
        case ast.BoolOp(operator, values):
            yield ast.BoolOp(ast.Or() if isinstance(operator, ast.And) else ast.And(), values)
        case ast.UnaryOp(ast.Not() | ast.USub(), operand):
            yield operand
        case ast.BinOp(left, operator, right) if type(operator) in _RECKONED:
            yield ast.BinOp(left, _RECKONED[type(operator)](), right)
        case ast.AugAssign(target, operator, value) if type(operator) in _RECKONED:
            yield ast.AugAssign(target, _RECKONED[type(operator)](), value)
        case ast.Constant(bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(int(value)):
            yield ast.Constant(value + 1)
        case ast.Constant(str(value)):
            yield ast.Constant(value + MARK)
        case ast.If(test, body, otherwise) if not isinstance(test, _TESTED_ITSELF):
            yield ast.If(ast.UnaryOp(ast.Not(), test), body, otherwise)
        case ast.IfExp(test, value, otherwise) if not isinstance(test, _TESTED_ITSELF):
            yield ast.IfExp(ast.UnaryOp(ast.Not(), test), value, otherwise)
        case ast.Return(value) if value is not None and not is_none(value):
            yield ast.Return(ast.Constant(None))
        case ast.Expr(ast.Call()):
            yield ast.Pass()
        case ast.Break():
            yield ast.Continue()
        case ast.Continue():
            yield ast.Break()
        case ast.Call(ast.Name(name), given, named) if name in _CALLED:
            yield ast.Call(ast.Name(_CALLED[name], ast.Load()), given, named)


def is_none(node: ast.AST) -> bool:
    """Say whether a node is the word None."""
    return isinstance(node, ast.Constant) and node.value is None

"""A small GraphQL executor: gives of rendered objects what a query selects, without a schema.

An object is a dict; a value in it may be a function of the field's arguments. `__typename` decides
which fragments apply. Selecting a field that an object does not have is an error, as it is at
Shopify.
"""

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSyntaxError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    parse,
    value_from_ast_untyped,
)

MOST_AT_ONCE = 250


class QueryError(Exception):
    """What the query asks for cannot be given; `code` goes into the error's extensions."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(slots=True)
class _Run:
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, Any]
    objects: int = field(default=0)

    def select(self, value: Any, selection: SelectionSetNode | None) -> Any:
        """Give the selected part of a value."""
        if isinstance(value, list | tuple):
            return [self.select(each, selection) for each in value]
        if selection is None or value is None:
            return value
        self.objects += 1
        answer: dict[str, Any] = {}
        for node in self._fields(value.get("__typename", ""), selection):
            name = node.name.value
            if name not in value:
                message = f"Field '{name}' doesn't exist on type '{value.get('__typename', '')}'"
                raise QueryError(message, "undefinedField")
            got = value[name]
            if callable(got):
                got = got(**{each.name.value: self._value(each.value) for each in node.arguments or ()})
            answer[node.alias.value if node.alias else name] = self.select(got, node.selection_set)
        return answer

    def _fields(self, typename: str, selection: SelectionSetNode) -> Iterable[FieldNode]:
        for node in selection.selections:
            if not self._is_included(node):
                continue
            if isinstance(node, FieldNode):
                yield node
                continue
            part: InlineFragmentNode | FragmentDefinitionNode
            if isinstance(node, FragmentSpreadNode):
                part = self.fragments[node.name.value]
            elif isinstance(node, InlineFragmentNode):
                part = node
            else:
                continue
            if part.type_condition is not None and not typename:
                raise QueryError("the simulated object does not tell its type", "INTERNAL_SERVER_ERROR")
            if part.type_condition is None or part.type_condition.name.value in {typename, "Node"}:
                yield from self._fields(typename, part.selection_set)

    def _is_included(self, node: Any) -> bool:
        for directive in node.directives or ():
            holds = bool(self._value(directive.arguments[0].value))
            if holds is (directive.name.value == "skip"):
                return False
        return True

    def _value(self, node: ValueNode) -> Any:
        if isinstance(node, VariableNode):
            return self.variables.get(node.name.value)
        return value_from_ast_untyped(node, dict(self.variables))


def execute(query: str, variables: Mapping[str, Any], root: Mapping[str, Any]) -> tuple[dict[str, Any], int]:
    """Give the query's data and the number of objects in it; raises QueryError."""
    try:
        document = parse(query)
    except GraphQLSyntaxError as error:
        raise QueryError(error.message, "parseError") from None
    operations = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    parts = {
        each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)
    }
    if len(operations) != 1:
        raise QueryError("An operation name is required", "missingOperationName")
    operation = operations[0]
    given = dict(variables)
    for definition in operation.variable_definitions or ():
        name = definition.variable.name.value
        if name not in given and definition.default_value is not None:
            given[name] = value_from_ast_untyped(definition.default_value)
    run = _Run(parts, given)
    data: dict[str, Any] = run.select(root, operation.selection_set)
    return data, run.objects


Key = tuple[int, int]


def connection(
    rows: Sequence[tuple[Key, Any]],
    render: Callable[[Any], Any],
    *,
    first: int | None = None,
    after: str | None = None,
) -> dict[str, Any]:
    """Give one page of rows that are sorted by their key, as a Relay connection."""
    if first is None or first < 1:
        raise QueryError("you must provide one of first or last", "BAD_REQUEST")
    if first > MOST_AT_ONCE:
        raise QueryError(f"first cannot be greater than {MOST_AT_ONCE}", "BAD_REQUEST")
    passed = _position(after) if after else None
    ahead = [row for row in rows if passed is None or row[0] > passed]
    page = ahead[:first]
    return {
        "nodes": lambda: [render(fact) for _, fact in page],
        "edges": lambda: [{"cursor": _cursor(key), "node": render(fact)} for key, fact in page],
        "pageInfo": {
            "hasNextPage": len(ahead) > first,
            "hasPreviousPage": passed is not None,
            "startCursor": _cursor(page[0][0]) if page else None,
            "endCursor": _cursor(page[-1][0]) if page else None,
        },
    }


def _cursor(key: Key) -> str:
    return base64.b64encode(json.dumps({"last_value": key[0], "last_id": key[1]}).encode()).decode()


def _position(cursor: str) -> Key:
    try:
        place = json.loads(base64.b64decode(cursor, validate=True))
        return place["last_value"], place["last_id"]
    except (binascii.Error, ValueError, KeyError, TypeError):
        raise QueryError("Invalid cursor for current pagination sort.", "BAD_REQUEST") from None

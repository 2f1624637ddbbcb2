"""The query service's filters: conditions, nested or joined by an expression of their numbers.

https://developer.sage.com/intacct/docs/developer-portal/api-essentials/query-service
"""

import operator
import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

Row = Mapping[str, Any]
Test = Callable[[Row], bool]

_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "$eq": operator.eq,
    "$gt": operator.gt,
    "$gte": operator.ge,
    "$lt": operator.lt,
    "$lte": operator.le,
}
_TOKEN = re.compile(r"\s*(\d+|and|or|\(|\))", re.IGNORECASE)


class FilterError(ValueError):
    """A filter that the service refuses; the message says why."""


def comparable(value: Any) -> tuple[int, Any]:
    """Give what a value sorts by: numbers by size, all else as text, nothing first."""
    if value is None:
        return (0, "")
    try:
        return (1, Decimal(str(value)))
    except InvalidOperation:
        return (2, str(value))


def condition(node: Mapping[str, Any], known: frozenset[str]) -> Test:
    """Give the test that one filter stands for. Raises FilterError for an unknown operator or field."""
    if not isinstance(node, dict) or len(node) != 1:
        raise FilterError("a filter holds one operator")
    [(name, operand)] = node.items()
    if name in {"$and", "$or"}:
        tests = [condition(each, known) for each in operand]
        join = all if name == "$and" else any
        return lambda row: join(test(row) for test in tests)
    if not isinstance(operand, dict) or len(operand) != 1 or not set(operand) <= known:
        raise FilterError("a filter names one field of the object")
    [(field, wanted)] = operand.items()
    if name == "$in" and isinstance(wanted, list):
        values = [comparable(each) for each in wanted]
        return lambda row: row[field] is not None and comparable(row[field]) in values
    if name not in _COMPARISONS:
        raise FilterError(f"no such operator: {name}")
    if wanted is None and name == "$eq":
        return lambda row: row[field] is None
    compare = _COMPARISONS[name]
    return lambda row: row[field] is not None and compare(comparable(row[field]), comparable(wanted))


def joined(tests: list[Test], expression: str) -> Test:
    """Join the tests as an expression such as `1 and (2 or 3)` says; all must hold without one."""
    if expression.strip().lower() in {"", "and", "or"}:
        join = any if expression.strip().lower() == "or" else all
        return lambda row: join(test(row) for test in tests)
    if _TOKEN.sub("", expression).strip():
        raise FilterError("a filter expression holds numbers, and, or, and brackets")
    tokens = [token.lower() for token in _TOKEN.findall(expression)]
    test = _either(tokens, tests)
    if tokens:
        raise FilterError("a filter expression ends too late")
    return test


def _either(tokens: list[str], tests: list[Test]) -> Test:
    parts = [_both(tokens, tests)]
    while tokens and tokens[0] == "or":
        tokens.pop(0)
        parts.append(_both(tokens, tests))
    return lambda row: any(part(row) for part in parts)


def _both(tokens: list[str], tests: list[Test]) -> Test:
    parts = [_one(tokens, tests)]
    while tokens and tokens[0] == "and":
        tokens.pop(0)
        parts.append(_one(tokens, tests))
    return lambda row: all(part(row) for part in parts)


def _one(tokens: list[str], tests: list[Test]) -> Test:
    token = tokens.pop(0) if tokens else ""
    if token == "(":
        inner = _either(tokens, tests)
        if not tokens or tokens.pop(0) != ")":
            raise FilterError("a filter expression lacks a bracket")
        return inner
    if token.isdigit() and 1 <= int(token) <= len(tests):
        return tests[int(token) - 1]
    raise FilterError("a filter expression names a filter that is not there")

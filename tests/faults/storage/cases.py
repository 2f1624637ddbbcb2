"""Scripts for a table, each about one thing that the store rests on."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

from azure.data.tables import EdmType, EntityProperty

from tests.faults.storage.script import Step

KEYS = {"PartitionKey": "p", "RowKey": "r"}
NAMES = [
    "",
    "a'b",
    "a b",
    "%",
    "%25",
    "ä",
    "🙂",
    "\ue000",
    "a|b",
    "A",
    "a",
    "+",
    "&",
    'a"b',
    "~",
    "=41",
    "漢",
]
NOON = datetime(2026, 4, 14, 12, tzinfo=UTC)
_VALUES: Mapping[str, Any] = {
    "number": 1,
    "least": -(2**31),
    "whole": 2.0,
    "part": 1.5,
    "endless": float("inf"),
    "yes": True,
    "no": False,
    "at": NOON + timedelta(microseconds=4),
    "elsewhere": NOON.astimezone(timezone(timedelta(hours=2))),
    "bytes": b"\x00\xff",
    "nothing": b"",
    "text": "ÄÖ 漢字 🙂 \"'\n",
    "empty": "",
    "large": EntityProperty(2**62, EdmType.INT64),
    "small": EntityProperty(5, EdmType.INT64),
    "name": UUID(int=5),
    "none": None,
}


def row(name: str, partition: str = "p", **values: Any) -> dict[str, Any]:
    """Give an entity of a few values."""
    return {"PartitionKey": partition, "RowKey": name, **values}


def _query(text: str = "", **more: Any) -> Step:
    return Step("query", query=text, **more)


def _all(*steps: Step) -> Step:
    return Step("transaction", steps=steps)


CASES: Mapping[str, Sequence[Step]] = {
    "values come back": [Step("upsert", KEYS | _VALUES), Step("get", KEYS), _query()],
    "what does not fit is refused": [
        *(
            Step("upsert", KEYS | {"a": value})
            for value in (2**31, -(2**31) - 1, [1], EntityProperty(2**63, EdmType.INT64))
        ),
        Step("upsert", KEYS | {"a": "x" * 32_768, "b": b"x" * 65_536}),
        Step("create", {"PartitionKey": "p"}),
        Step("upsert", {"PartitionKey": "p"}),
        Step("upsert", KEYS | {"a": "x" * 32_769}),
        Step("upsert", KEYS | {"a": "🙂" * 16_385}),
        Step("upsert", KEYS | {"a": b"x" * 65_537}),
        Step("create", row("long", a="x" * 32_769)),
        _query(select=["RowKey"]),
    ],
    "an etag is good once": [
        *(Step("create", KEYS), Step("create", KEYS), Step("update", row("x"))),
        *(Step("update", KEYS, asked=asked) for asked in ("gone", "current", "stale", "current")),
        Step("update", KEYS | {"a": 1}, asked="stale"),
        Step("get", KEYS),
        *(Step("delete", KEYS, asked=asked) for asked in ("stale", "current", "current")),
        *(Step("delete", KEYS), Step("get", KEYS), Step("update", KEYS | {"a": 1}, asked="current")),
    ],
    "a merge keeps what it does not name": [
        Step("upsert", KEYS | {"a": 1, "b": 2}),
        *(Step("upsert", KEYS | {"a": "three"}, mode="merge"), Step("get", KEYS)),
        *(Step("update", KEYS | {"c": 3}, mode="merge", asked="current"), Step("get", KEYS)),
        *(Step("update", KEYS | {"c": 3}), Step("get", KEYS)),
    ],
    "a transaction is all or nothing": [
        _all(Step("create", row("a")), Step("create", row("b"))),
        _all(Step("upsert", row("c")), Step("create", row("b")), Step("update", row("zz"))),
        _all(Step("upsert", row("c")), Step("upsert", row("d")), Step("upsert", row("c"))),
        _all(Step("upsert", row("c")), Step("upsert", row("d", "q"))),
        _all(Step("upsert", row("c")), Step("delete", row("d"))),
        _all(Step("upsert", row("c")), Step("update", row("a"), asked="gone")),
        _all(Step("upsert", row("c")), Step("upsert", row("e", x="x" * 40_000))),
        _all(Step("upsert", row("c")), Step("upsert", {"PartitionKey": "p"})),
        _query(),
        _all(
            Step("upsert", row("c")),
            Step("update", row("a", n=1), asked="current"),
            Step("delete", row("b"), asked="current"),
        ),
        _query(),
        _all(*(Step("upsert", row(f"{number:03}", n=number)) for number in range(100))),
        _all(*(Step("delete", row(f"{number:03}")) for number in range(100))),
        _query(),
    ],
    "a transaction has four megabytes": [
        _all(*(Step("upsert", row(f"{number}", a=b"\x00" * 60_000)) for number in range(count)))
        for count in (60, 40)
    ]
    + [_query(select=["RowKey"])],
    "keys are what they are, in their order": [
        *(Step("upsert", row(name)) for name in NAMES),
        *(Step("get", row(name)) for name in NAMES),
        *(Step("create", row(name)) for name in NAMES),
        _query(),
        *(
            _query("PartitionKey eq @p and RowKey ge @r", parameters={"p": "p", "r": name})
            for name in NAMES
            if name
        ),
        _all(*(Step("delete", row(name)) for name in NAMES[:9])),
        _query(),
    ],
    "partitions come in their order": [
        *(Step("upsert", row("r", name, n=1)) for name in NAMES),
        _query(),
        _query(
            "PartitionKey eq @n or ( PartitionKey ge @f and PartitionKey lt @l )",
            parameters={"n": "a", "f": "a|", "l": "a}"},
        ),
        _query("PartitionKey gt 'A' and PartitionKey le 'a b'"),
    ],
    "pages are as long as asked": [
        *(
            _all(*(Step("upsert", row(f"{n:02}", partition, n=n % 3)) for n in range(7)))
            for partition in "pqr"
        ),
        *(_query(most=most) for most in (1, 4, 7, 21, 1_000)),
        _query("PartitionKey ge 'q'", most=7),
        _query("RowKey gt '01' and RowKey lt '04' or RowKey eq '06'", select=["PartitionKey", "RowKey"]),
    ],
    "filters": [
        Step("upsert", row("with") | _VALUES),
        Step("upsert", row("without", text="")),
        *(
            _query(
                text, select=["RowKey"], parameters={"n": 1, "name": UUID(int=5), "t": "a'b", "big": 2**40}
            )
            for text in (
                *("number eq 1", "number eq @n", "number ne 1", "number gt 0 and number lt 2", "number eq 2"),
                *("whole eq 2.0", "part ge 1.5", "part lt 1.5", "large gt @big", "small eq 5L"),
                *("yes eq true", "no eq false", "not (yes eq true)", "not yes eq true"),
                *("missing eq 1", "missing ne 1", "not (missing eq 1)"),
                *("text eq ''", "text lt 'b'", "text eq @t", "bytes eq X'00ff'", "name eq @name"),
                *("number eq 2 or yes eq true and no eq true", "(number eq 2 or yes eq true) and no eq true"),
                *("number eq", "number eq 1 2", "(number eq 1", "number is 1", "eq eq eq"),
            )
        ),
        *(
            _query("at ge @at", select=["RowKey"], parameters={"at": NOON + timedelta(milliseconds=more)})
            for more in (-1, 0, 1)  # the emulator tells no smaller parts of a second apart
        ),
    ],
}

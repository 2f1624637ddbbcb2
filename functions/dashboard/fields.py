"""The fields of a form over a workspace's document: how each is shown, read, and written back.

What a person typed is kept as text, so that a page can come again with exactly that.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

Kind = Literal["text", "number", "whole", "flag", "choice", "marks", "order", "lines", "time"]
"""`marks` are any of the options, `order` is some of them in order, `lines` is one text a line."""
LISTS = frozenset({"marks", "order", "lines"})

Typed: TypeAlias = Any
"""What a person typed in a field: text, a list with commas between; of a table, rows of such fields."""
Form = Mapping[str, str]
MOST_ROWS = 200


@dataclass(frozen=True, slots=True)
class Field:
    """One setting."""

    path: str
    """Where it stands in the document: `cards.x.threshold`; in a table, the name of its column."""
    label: str
    kind: Kind = "text"
    hint: str = ""
    unit: str = ""
    empty: str = ""
    """What it means if nothing is given."""
    options: tuple[tuple[str, str], ...] = ()
    """Value and words of each choice."""
    usual: str = ""
    """What counts where nothing is given, as the field shows it while it is empty."""

    def typed(self, form: Form) -> Typed:
        """Give what a form says."""
        return tidy(self.kind, form.get(self.path, ""))

    def stored(self, value: Any) -> Typed:
        """Give a value of the document as a person would type it."""
        if value is None or value is False:
            return ""
        if value is True:
            return "on"
        if self.kind in LISTS:
            return ("\n" if self.kind == "lines" else ",").join(value)
        return str(value)[:5] if self.kind == "time" else str(value)

    def written(self, typed: Typed) -> Any:
        """Give what was typed as the document has it; what cannot be read stays text, to be refused."""
        if self.kind == "flag":
            return bool(typed)
        if self.kind in LISTS:
            return [each for each in typed.split("\n" if self.kind == "lines" else ",") if each]
        if self.kind == "whole" and typed.isascii() and typed.isdecimal():
            return int(typed[:20])
        return typed if typed or self.kind in {"text", "choice"} else None

    def said(self, typed: Typed) -> str:
        """Give what was typed as one reads it in a sentence."""
        if self.kind == "flag":
            return "yes" if typed else "no"
        if not typed:
            return self.empty or "nothing"
        words = dict(self.options)
        if self.kind in LISTS:
            between = ", then " if self.kind == "order" else ", "
            return between.join(words.get(each, each) for each in self.written(typed))
        return words.get(typed, str(typed)) + (f" {self.unit}" if self.unit else "")


@dataclass(frozen=True, slots=True)
class Table:
    """A list of settings of one form, a row each; a row without an entry is left out."""

    path: str
    label: str
    columns: tuple[Field, ...]
    hint: str = ""
    empty: str = "none"

    def typed(self, form: Form) -> Typed:
        """Give the rows that a form has, without empty ones."""
        names = {name.split(".")[-2] for name in form if name.startswith(f"{self.path}.")}
        rows = []
        for at in sorted(int(each) for each in names if each.isdecimal())[:MOST_ROWS]:
            each = {
                column.path: tidy(column.kind, form.get(f"{self.path}.{at}.{column.path}", ""))
                for column in self.columns
            }
            if any(each.values()):
                rows.append(each)
        return rows

    def stored(self, value: Any) -> Typed:
        """Give the rows of the document as a person would type them."""
        return [
            {column.path: column.stored(row.get(column.path)) for column in self.columns}
            for row in value or ()
        ]

    def written(self, typed: Typed) -> Any:
        """Give the rows as the document has them."""
        return [{column.path: column.written(row[column.path]) for column in self.columns} for row in typed]

    def said(self, typed: Typed) -> str:
        """Give the rows as one reads them, one a line."""
        lines = [
            "; ".join(f"{each.label} {each.said(row[each.path])}" for each in self.columns if row[each.path])
            for row in typed
        ]
        return "\n".join(lines) or self.empty


AnyField = Field | Table


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that belong together, under a heading."""

    title: str
    fields: tuple[AnyField, ...]
    text: str = ""
    nothing: str = ""
    """What stands beside its heading while nothing is given in it; it is folded up then."""


@dataclass(frozen=True, slots=True)
class Change:
    """A setting that a form changes: from what to what, in words."""

    path: str
    label: str
    before: str
    after: str


def tidy(kind: Kind, text: str) -> str:
    """Give what was typed without what nobody sees: blanks at the ends, empty lines and choices."""
    if kind not in LISTS:
        return text.strip()
    lines = text.replace("\r", "\n").split("\n" if kind == "lines" else ",")
    return ("\n" if kind == "lines" else ",").join(each.strip() for each in lines if each.strip())


def value_at(document: Any, path: str) -> Any:
    """Give what stands at a path; None where nothing does."""
    for name in path.split("."):
        document = document.get(name) if isinstance(document, Mapping) else None
    return document


def put_at(document: dict[str, Any], path: str, value: Any) -> None:
    """Put a value at a path of a document, whose parts are made where they are missing."""
    *parts, last = path.split(".")
    for name in parts:
        if not isinstance(document.get(name), dict):
            document[name] = {}
        document = document[name]
    document[last] = value


def drop_at(document: dict[str, Any], path: str) -> None:
    """Take away what stands at a path; nothing is fine."""
    *parts, last = path.split(".")
    found = value_at(document, ".".join(parts)) if parts else document
    if isinstance(found, dict):
        found.pop(last, None)


def beside(fields: Iterable[AnyField], faults: Iterable[Any]) -> dict[str, list[str]]:
    """Give the messages of faults by the field or the cell that they stand beside; "" for none."""
    found: dict[str, list[str]] = {}
    named = {each.path: each for each in fields}
    for fault in faults:
        place = next((name for name in named if f"{fault.path}.".startswith(f"{name}.")), "")
        inner = fault.path[len(place) + 1 :] if place else ""
        message = plain(fault.message)
        if place and isinstance(named[place], Table) and inner.count(".") >= 1:
            found.setdefault(f"{place}.{'.'.join(inner.split('.')[:2])}", []).append(message)
        elif place and inner.isdecimal():
            found.setdefault(place, []).append(f"Number {int(inner) + 1}: {message}")
        else:
            shown = message if place or not fault.path else f"{fault.path}: {message}"
            found.setdefault(place, []).append(shown)
    return found


_PLAIN = (
    ("Input should be a valid decimal", "write a number, with a dot before decimals: 12.5"),
    ("Decimal input should be", "write a number, with a dot before decimals: 12.5"),
    ("Input should be a valid integer", "write a whole number"),
    ("Input should be a finite number", "write a number"),
    ("Input should be in a valid time format", "write a time such as 18:30"),
    ("Input should be greater than or equal to ", "must be at least "),
    ("Input should be less than or equal to ", "must be at most "),
    ("Input should be greater than ", "must be more than "),
    (
        "String should match pattern '^(env|keyvault)",
        "write env:NAME or keyvault:NAME, never the address itself",
    ),
    ("String should match pattern '^[^@", "this is no email address"),
    ("String should match pattern '^[a-z0-9]", "choose one of the list"),
    ("String should have at least 1 character", "must be given"),
    ("Tuple should have at most ", "too many: at most "),
    ("Field required", "must be given"),
    ("notifications.mail is missing", "email needs a mailbox that sends, which the operator sets up first"),
)


def plain(message: str) -> str:
    """Give a fault in the words of the people who read pages."""
    for start, words in _PLAIN:
        if message.startswith(start):
            is_open = words.endswith(" ")
            return (
                words + message[len(start) :].partition(",")[0].partition(" items")[0] if is_open else words
            )
    return message

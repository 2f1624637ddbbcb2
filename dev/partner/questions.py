"""Questions of a form: each answer is put into the document and held against it at once."""

import json
import types
from collections.abc import Callable
from typing import Any, Literal, Union, get_args, get_origin

import typer

from dev.partner.documents import faults_in

Document = dict[str, Any]


def asked(document: Document, path: str, question: str, default: Any = None, kind: Any = str) -> Any:
    """Ask for one part until its answer stands in the document without a fault; give the answer.

    Without a default something has to be said; one that is empty is taken by saying nothing.
    """
    while True:
        shown = (
            default if isinstance(default, str) else "" if default in (None, [], {}) else json.dumps(default)
        )
        given = typer.prompt(
            question, default=None if default is None else shown, show_default=bool(shown), type=str
        )
        try:
            value = default if default is not None and given == shown else as_kind(given, kind)
        except ValueError as error:
            refused(path, str(error))
            continue
        put(document, path, value)
        wrong = faults_at(document, path)
        if not wrong:
            return value
        take(document, path)
        refused(*wrong[0])


def refused(path: str, why: str) -> None:
    """Say why an answer does not do; the question comes again."""
    typer.secho(f"  {path}: {why}", fg="red")


def faults_at(document: Document, path: str) -> list[tuple[str, str]]:
    """Give what is wrong with one part of a document, each with its path."""
    return [
        (each.path, each.message) for each in faults_in(document) if f"{each.path}.".startswith(f"{path}.")
    ]


def as_kind(given: str, kind: Any) -> Any:
    """Give an answer as JSON has it; raises ValueError for a text that cannot be of this kind."""
    text, origin = given.strip(), get_origin(kind)
    if origin in {Union, types.UnionType}:
        (inner, *_) = (each for each in get_args(kind) if each is not type(None))
        return as_kind(text, inner)
    if origin in {tuple, list, frozenset, set}:
        return [as_kind(each, get_args(kind)[0]) for each in text.split(",") if each.strip()]
    if kind is str or origin is Literal:
        return text
    return _READERS.get(kind, _json)(text)


def _yes(text: str) -> bool:
    if text.lower() not in {"yes", "no", "true", "false", "y", "n"}:
        raise ValueError("say yes or no")
    return text.lower() in {"yes", "true", "y"}


def _whole(text: str) -> int:
    if not text.removeprefix("-").isdecimal():
        raise ValueError("give a whole number")
    return int(text)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise ValueError("give it as JSON") from None


_READERS: dict[Any, Callable[[str], Any]] = {bool: _yes, int: _whole}


def at(document: Any, path: str) -> Any:
    """Give what stands at a path; None for nothing."""
    for part in path.split("."):
        if isinstance(document, list):
            document = document[int(part)] if int(part) < len(document) else None
        else:
            document = document.get(part) if isinstance(document, dict) else None
    return document


def put(document: Document, path: str, value: Any) -> None:
    """Put a value at a path; a list grows by one, and what is missing on the way is made."""
    *parts, last = path.split(".")
    place: Any = document
    for here, following in zip(parts, [*parts, last][1:], strict=True):
        if at(place, here) is None:
            _set(place, here, [] if following.isdecimal() else {})
        place = at(place, here)
    _set(place, last, value)


def take(document: Document, path: str) -> None:
    """Take what stands at a path away."""
    head, _, last = path.rpartition(".")
    (at(document, head) if head else document).pop(last, None)


def _set(place: Any, name: str, value: Any) -> None:
    if isinstance(place, list):
        place[int(name) :] = [value]  # only the last of a list is ever asked for
    else:
        place[name] = value

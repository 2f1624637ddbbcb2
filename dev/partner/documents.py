"""Workspace documents as files: read with each fault at its line, and written whole or not at all."""

import json
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from dev.partner.files import refuse_replacing, whole
from dev.partner.positions import line_of, lines
from dev.partner.told import stop
from shared.domain.workspace import Workspace
from shared.workspaces import Fault, faults, faults_of

Document = dict[str, Any]


def read(path: Path) -> Workspace:
    """Read a workspace document by its shape; ends the command where it is none, and says where not."""
    return _told(path, parsed(path), is_meant=False)


def read_good(path: Path, document: Any = None) -> Workspace:
    """Read a workspace document that can run; ends the command with each fault and its line otherwise.

    `document` is what to read in place of what the file says, where something was added to that.
    """
    return _told(path, parsed(path) if document is None else document, is_meant=True)


def faults_in(document: Any) -> list[Fault]:
    """Give everything that is wrong with a document: its shape, or else what it means."""
    try:
        return faults(Workspace.model_validate(document))
    except ValidationError as error:
        return faults_of(error)


def write(path: Path, document: Document, *, may_replace: bool) -> None:
    """Write a document as a file, whole or not at all; ends the command where there is one already."""
    refuse_replacing(path, may_replace=may_replace)
    with whole(path) as file:
        file.write(f"{json.dumps(document, indent=2, ensure_ascii=False)}\n".encode())


def text_of(path: Path) -> str:
    """Give a file's text; ends the command where it is none in UTF-8."""
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        stop(f"{path} is no text in UTF-8.")
    except OSError as error:
        stop(f"{path} cannot be read: {error.strerror}.")


def parsed(path: Path) -> Any:
    """Read a file of JSON; ends the command with line and column where it is none."""
    try:
        return json.loads(text_of(path))
    except json.JSONDecodeError as error:
        stop(f"{path} is not JSON: line {error.lineno}, column {error.colno}: {error.msg}")


def _told(path: Path, document: Any, *, is_meant: bool) -> Workspace:
    if not isinstance(document, dict):
        stop(f"{path} is no workspace document: it is no object.")
    try:
        workspace = Workspace.model_validate(document)
        wrong = faults(workspace) if is_meant else []
    except ValidationError as error:
        wrong = faults_of(error)
    if wrong:
        places = lines(text_of(path))
        told = [f"  line {line_of(places, each.path)}, {each.path}: {each.message}" for each in wrong]
        stop("\n".join((f"{path} is not a workspace document that can run:", *told)))
    return workspace

"""A part of a workspace's document as a form: what stands in it, what was typed, and what that changes."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from functions.dashboard.fields import AnyField, Change, Form, Group, Typed, drop_at, put_at, value_at
from functions.dashboard.visit import Visit
from shared.cards.card import Card

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Section:
    """One page of settings."""

    title: str
    end: str
    """The end of its address: `settings/field-map`."""
    groups: tuple[Group, ...]
    text: str = ""
    defaults: Mapping[str, Any] = field(default_factory=dict)
    """What stands at a path where the document says nothing of it."""
    optional: tuple[str, ...] = ()
    """Objects that are only there while something is given in them."""
    cards: tuple[Card, ...] = ()
    """The cards whose figures it may change."""

    @property
    def fields(self) -> tuple[AnyField, ...]:
        """Give the fields of all its groups."""
        return tuple(each for group in self.groups for each in group.fields)

    def stored(self, document: Document) -> dict[str, Typed]:
        """Give what a document says, as a person would type it, by the paths of the fields."""
        known = deepcopy(document)
        for path, default in self.defaults.items():
            if value_at(known, path) is None:
                put_at(known, path, default)
        return {each.path: each.stored(value_at(known, each.path)) for each in self.fields}

    def typed(self, form: Form) -> dict[str, Typed]:
        """Give what a form says, by the paths of the fields."""
        return {each.path: each.typed(form) for each in self.fields}

    def changes(self, before: Mapping[str, Typed], after: Mapping[str, Typed]) -> list[Change]:
        """Give the settings that differ, in words."""
        return [
            Change(each.path, each.label, each.said(before[each.path]), each.said(after[each.path]))
            for each in self.fields
            if before[each.path] != after[each.path]
        ]

    def changed(self, document: Document, typed: Mapping[str, Typed]) -> Document:
        """Give a document with what was typed; what was not changed stays as it is."""
        before, found = self.stored(document), deepcopy(document)
        for each in self.fields:
            if typed[each.path] != before[each.path]:
                value = each.written(typed[each.path])
                if value is None and any(each.path.startswith(f"{path}.") for path in self.optional):
                    drop_at(found, each.path)
                else:
                    put_at(found, each.path, value)
        for path in self.optional:
            if not any(value for name, value in typed.items() if name.startswith(f"{path}.")):
                drop_at(found, path)
        return found

    def tried(self, document: Document, typed: Mapping[str, Typed]) -> Document:
        """Give what differs as a card can try it out; when people are told of it changes no figure."""
        before = self.stored(document)
        found: Document = {}
        for each in self.fields:
            is_of_figures = ".alert." not in each.path and not each.path.endswith(".enabled")
            if typed[each.path] != before[each.path] and is_of_figures:
                put_at(found, each.path, each.written(typed[each.path]))
        return found


def address(visit: Visit, section: Section) -> str:
    """Give the address of a section's page."""
    return f"{visit.base}/{section.end}"

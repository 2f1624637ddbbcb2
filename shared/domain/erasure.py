"""One person in what is stored: by what they are known, and what stands in place of it once they are erased.

A value that others are joined by is replaced by a pseudonym, the same for the same value of one erasure, so
that the person's order and the person's master record still belong together and no figure changes. What is
only shown is replaced by `[Erased]`, or by nothing.
"""

import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any, Literal

from shared.domain import keys

Kind = Literal["email", "vat", "account_reference", "phone", "customer_id"]
"""By what a person is named."""
ERASED = "[Erased]"
"""What stands in place of a name."""
_SHORTEST = 5
"""Characters of a value that is looked for within texts; a shorter one counts where it stands alone."""
_JOINED = ("phone", "postcode", "name", "street")
_SHARED = {"vat": "vat", "account_reference": "reference"}
_SHOWN = ("display_name", "company_name", "customer_name", "error")
_DROPPED = ("city", "purchase_order", "customer_reference", "url")
_WORDS = ("postcode", "name", "street", "display_name", "company_name", "customer_name", *_DROPPED)
_TIMES = ("updated_at", "modified_at", "created_at", "placed_at", "started_at", "ordered_on", "posted_on")
_KEPT = frozenset(
    {"id", "card", "connection", "entity", "platform", "evaluation", "state", "cohort", "cause", "currency"}
)
"""Fields of rows that are never anybody's words."""

Columns = Mapping[str, Sequence[Any]]


def normalised(kind: Kind, value: str) -> str:
    """Give what a person is named by as records have it; "" for what can be nobody's."""
    match kind:
        case "email":
            return keys.email(value)
        case "vat":
            return keys.vat(value)
        case "phone":
            return keys.phone(value)
        case "account_reference":
            return keys.account_reference(value)
        case "customer_id":
            return value.strip()


@dataclass(slots=True)
class Traces:
    """By what a person is known in a workspace, as it is found."""

    emails: set[str] = field(default_factory=set)
    customers: set[str] = field(default_factory=set)
    """Customer accounts, as `connection|id`."""
    accounts: set[str] = field(default_factory=set)
    """Accounts in ledgers, as `connection|company|number`."""
    orders: set[str] = field(default_factory=set)
    """The names of the person's orders, as shops and as ledgers write them."""
    records: set[str] = field(default_factory=set)
    """The person's records, as `connection|stream|id`."""
    own: set[str] = field(default_factory=set)
    """Values that no one else has: emails, phones, account numbers, and VAT numbers that no one shares."""
    words: set[str] = field(default_factory=set)
    """Values that others may share: names, streets, places."""
    cases: set[str] = field(default_factory=set)
    """The ids of the person's rows."""

    def as_json(self) -> dict[str, list[str]]:
        """Give them as they are kept while an erasure is under way."""
        return {each.name: sorted(getattr(self, each.name)) for each in fields(self)}

    @classmethod
    def of(cls, document: Mapping[str, Iterable[str]]) -> "Traces":
        """Read them again."""
        return cls(**{name: set(values) for name, values in document.items()})

    @property
    def marks(self) -> set[str]:
        """Give what a record that comes later is known by."""
        return {
            *(f"email:{each}" for each in self.emails),
            *(f"customer:{each}" for each in self.customers),
            *(f"account:{each}" for each in self.accounts),
            *(f"record:{each}" for each in self.records),
            *(f"own:{each}" for each in self.own),
        }


def linked(columns: Columns, at: int, connection: str, stream: str) -> set[str]:
    """Give the marks of one row of columns: what says whose record it is."""
    found = {f"record:{connection}|{stream}|{columns['id'][at]}"}
    if email := _value(columns, "email", at):
        found.add(f"email:{email}")
    if customer := _value(columns, "customer_id", at) or _value(columns, "crm_customer_id", at):
        found.add(f"customer:{connection}|{customer}")
    if is_account(columns):
        found.add(f"customer:{connection}|{columns['id'][at]}")
    number = _value(columns, "customer_number", at) or (is_master(columns) and columns["number"][at])
    if number:
        found.add(f"account:{connection}|{_value(columns, 'company', at)}|{number}")
    return found


def is_master(columns: Columns) -> bool:
    """Say whether these are the records of a ledger's customer master."""
    return "is_privacy_blocked" in columns


def is_account(columns: Columns) -> bool:
    """Say whether these records are about customers themselves, and not about what they bought."""
    return "email" in columns and "placed_at" not in columns


def _value(columns: Columns, name: str, at: int) -> str:
    return str(columns[name][at] or "") if name in columns else ""


@dataclass(frozen=True)
class Mask:
    """What stands in place of a person's values; the same salt gives the same pseudonyms."""

    salt: str
    erased_at: str
    known: frozenset[str]
    """The hashes of the person's marks."""

    def hashed(self, mark: str) -> str:
        """Give the hash that a mark is kept as: without the salt nobody can try values on it."""
        return hmac.digest(self.salt.encode(), mark.encode(), "sha256").hex()[:32]

    def knows(self, marks: Iterable[str]) -> bool:
        """Say whether one of these marks is the person's."""
        return any(self.hashed(each) in self.known for each in marks)

    def is_own(self, value: str) -> bool:
        """Say whether a value is the person's alone."""
        return self.hashed(f"own:{value}") in self.known

    def pseudonym(self, value: str) -> str:
        """Give what stands in place of a value that is joined by."""
        if value.startswith("erased-"):
            return value
        made = f"erased-{self.hashed(f'value:{value}')[:16]}"
        return f"{made}@erased.invalid" if "@" in value else made

    def is_anew(self, columns: Columns, at: int) -> bool:
        """Say whether the vendor changed a record after the erasure: then it was sent anew."""
        return any(_value(columns, name, at) > self.erased_at for name in _TIMES)

    def changes(self, columns: Columns, at: int) -> dict[str, str]:
        """Give what stands in place of a record's values, by column."""
        found: dict[str, str] = {}
        for name in columns:
            # What names a record stays, and so does what no record has, such as a segment's tombstones.
            value = "" if name == "id" or name.startswith("=") else _value(columns, name, at)
            if not value or value == ERASED:
                continue
            if name in {"email", *_JOINED} or (name in _SHARED and self.is_own(value)):
                found[name] = self.pseudonym(value)
            elif name == "customer_number" or (name == "number" and is_master(columns)):
                found[name] = self.pseudonym(value) if self.is_own(value) else value
            elif name in _SHOWN:
                found[name] = ERASED
            elif name in _DROPPED:
                found[name] = ""
            elif name == "reference" and self.is_own(value):
                found[name] = self.pseudonym(value)
        return {name: value for name, value in found.items() if value != columns[name][at]}


@dataclass(frozen=True)
class Finder:
    """Finds a person in documents whose shape is not known: rows, messages, comments."""

    traces: Traces

    @cached_property
    def _own(self) -> re.Pattern[str] | None:
        return _pattern(each for each in self.traces.own | self.traces.emails if len(each) >= _SHORTEST)

    @cached_property
    def _words(self) -> re.Pattern[str] | None:
        return _pattern(self.traces.words)

    @cached_property
    def _alone(self) -> frozenset[str]:
        return frozenset(self.traces.own | self.traces.emails | self.traces.orders | self.traces.cases)

    def may_name(self, text: str) -> bool:
        """Say whether a text may be about the person: whoever says no is right."""
        return bool(self._own and self._own.search(text)) or any(each in text for each in self._alone)

    def names(self, node: Any) -> bool:
        """Say whether a part of a document is about the person, by what stands in it itself."""
        values = node.values() if isinstance(node, Mapping) else node if isinstance(node, list) else (node,)
        return any(self._is_named(each) for each in values if isinstance(each, str))

    def _is_named(self, text: str) -> bool:
        return text in self._alone or bool(self._own and self._own.search(text))

    def parts(self, node: Any) -> list[Any]:
        """Give the parts of a document that are about the person, the largest of each."""
        if isinstance(node, Mapping) and self.names(node):
            return [node]
        inner = node.values() if isinstance(node, Mapping) else node if isinstance(node, list) else ()
        return [part for each in inner for part in self.parts(each)]

    def masked(self, node: Any, mask: Mask, *, is_about: bool = False) -> Any:
        """Give a document in which the person's values are masked, in the parts that are about them.

        The smallest part that names the person is theirs as a whole; what stands beside it is not.
        """
        if isinstance(node, Mapping):
            is_about = is_about or self.names(node)
            return {
                name: value if name in _KEPT else self.masked(value, mask, is_about=is_about)
                for name, value in node.items()
            }
        if isinstance(node, list):
            return [self.masked(each, mask, is_about=is_about) for each in node]
        return self.text(node, mask, is_about=is_about) if isinstance(node, str) else node

    def text(self, text: str, mask: Mask, *, is_about: bool = True) -> str:
        """Give a text without the person's values; words that others share go only where it is about them."""
        if text in self.traces.own or text in self.traces.emails:
            return mask.pseudonym(text)
        if self._own:
            text = self._own.sub(lambda found: mask.pseudonym(found[0].lower()), text)
        return self._words.sub(ERASED, text) if is_about and self._words else text


def words_of(columns: Columns, at: int) -> set[str]:
    """Give the words of a record by which people know a person."""
    found = {_value(columns, name, at) for name in _WORDS}
    return {each for each in found if len(each) > 1 and each != ERASED and not each.startswith("erased-")}


def _pattern(values: Iterable[str]) -> re.Pattern[str] | None:
    longest_first = sorted({each for each in values if each}, key=len, reverse=True)
    if not longest_first:
        return None
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)", re.IGNORECASE)

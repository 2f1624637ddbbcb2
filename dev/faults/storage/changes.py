"""The changes of a table: each is checked whole before anything of it is done."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from azure.core import MatchConditions
from azure.core.exceptions import HttpResponseError
from azure.data.tables import UpdateMode

from dev.faults.storage.account import Account
from dev.faults.storage.errors import refusal, transaction_refusal
from dev.faults.storage.limits import OPERATIONS, TRANSACTION_BYTES, check_entity, check_key
from dev.faults.storage.rows import Kept, Rows, etag_of
from dev.faults.storage.sizes import sent
from dev.faults.storage.values import as_read

Asked = tuple[Any, ...]
"""An operation of a transaction: its verb, its entity, and what it asks besides."""


@dataclass(frozen=True, slots=True)
class Change:
    """A change as the client has sent it."""

    verb: str
    """create, update, upsert or delete."""
    partition: str
    row: str
    values: Mapping[str, Any]
    etag: str = ""
    """What the entity's must be; "" for any."""
    merges: bool = False


def change(
    verb: str,
    entity: Mapping[str, Any],
    mode: UpdateMode = UpdateMode.MERGE,
    etag: str | None = None,
    match_condition: MatchConditions | None = None,
    **_: Any,
) -> Change:
    """Give a change as the client makes it; raises what the client raises before it sends anything."""
    if match_condition == MatchConditions.IfNotModified:
        etag = etag or getattr(entity, "metadata", {}).get("etag")
        if not etag:
            raise ValueError("IfNotModified must be specified with etag.")
    elif etag:
        raise ValueError("Etag is not supported for an Unconditional operation.")
    values = {} if verb == "delete" else as_read(entity)
    merges = verb in {"update", "upsert"} and UpdateMode(mode) is UpdateMode.MERGE
    return Change(verb, entity["PartitionKey"], entity["RowKey"], values, etag or "", merges)


def transaction(operations: Iterable[Asked]) -> list[Change]:
    """Give a transaction's changes as the client makes them; raises ValueError for several partitions."""
    changes: list[Change] = []
    for verb, entity, *options in operations:
        if not {"PartitionKey", "RowKey"} <= entity.keys():
            raise ValueError("PartitionKey and/or RowKey were not provided in entity")
        changes.append(change(verb, entity, **(options[0] if options else {})))
        if changes[0].partition != changes[-1].partition:
            raise ValueError("Partition Keys in the batch must all be the same.")
    return changes


def apply(account: Account, table: str, asked: Change) -> str:
    """Do one change, and give the new etag; raises HttpResponseError, and then nothing is done."""
    rows = account.rows(table)
    return _do(account, rows, asked, _checked(rows, asked))


def apply_all(account: Account, table: str, changes: list[Change]) -> list[str]:
    """Do all changes or none, and give the new etags; raises TableTransactionError."""
    if sent(changes) > TRANSACTION_BYTES:
        raise transaction_refusal(refusal(413, "RequestBodyTooLarge"), 0)
    seen: set[str] = set()
    checked: list[Mapping[str, Any] | None] = []
    rows = Rows()
    for index, asked in enumerate(changes):
        try:
            rows = account.rows(table)
            if index >= OPERATIONS:
                raise refusal(400, "InvalidInput")
            if asked.row in seen:
                raise refusal(400, "InvalidDuplicateRow")
            seen.add(asked.row)
            checked.append(_checked(rows, asked))
        except HttpResponseError as error:
            raise transaction_refusal(error, index) from None
    return [_do(account, rows, each, values) for each, values in zip(changes, checked, strict=True)]


def _checked(rows: Rows, asked: Change) -> Mapping[str, Any] | None:
    """Give what the entity will be, None where it goes; raises HttpResponseError."""
    check_key(asked.partition)
    check_key(asked.row)
    check_entity(asked.values)
    there = rows.get(asked.partition, asked.row)
    if there is None and asked.verb in {"update", "delete"}:
        raise refusal(404, "ResourceNotFound")
    if there is not None and asked.verb == "create":
        raise refusal(409, "EntityAlreadyExists")
    if there is not None and asked.etag and asked.etag not in {there.etag, "*"}:
        raise refusal(412, "UpdateConditionNotSatisfied")
    if asked.verb == "delete":
        return None
    if there is None or not asked.merges:
        return asked.values
    merged = {**there.values, **asked.values}
    check_entity(merged)
    return merged


def _do(account: Account, rows: Rows, asked: Change, values: Mapping[str, Any] | None) -> str:
    if values is None:
        rows.drop(asked.partition, asked.row)
        return ""
    moment = account.moment()
    kept = Kept(values, etag_of(moment), moment)
    rows.put(asked.partition, asked.row, kept)
    return kept.etag

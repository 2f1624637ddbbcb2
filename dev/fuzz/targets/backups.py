"""Backups as files: each is read as it was written, or refused before anything of it is used."""

import gzip
import json
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from azure.data.tables import EntityProperty

from dev.backup.file import VERSION, NoBackupError, entities, packed
from dev.backup.tables import WORK
from dev.fuzz.choices import Choices
from dev.fuzz.spoiling import ODD_TEXTS, spoiled_bytes, spoiled_json
from dev.fuzz.target import Target, hold


def _run(data: bytes) -> None:
    choices = Choices(data)
    given = [(choices.pick(WORK), _entity(choices)) for _ in range(choices.below(4))]
    lines: list[Any] = [{"tieout_backup": VERSION}]
    lines += [{"table": table, "entity": packed(entity)} for table, entity in given]
    lines += [{"entities": len(given)}]
    if way := choices.below(3):
        lines[choices.below(len(lines))] = spoiled_json(choices, choices.pick(lines))
    text = "\n".join(json.dumps(each, ensure_ascii=False) for each in lines)
    body = gzip.compress(text.encode("utf-8", "surrogatepass"), compresslevel=1, mtime=0)
    if way > 1:
        body = spoiled_bytes(choices, body)
    with NamedTemporaryFile() as file:
        file.write(body)
        file.flush()
        if not way:
            hold(given == [*entities(Path(file.name))], "it comes back as another")
            return
        with suppress(NoBackupError):
            for _, entity in entities(Path(file.name)):
                again = json.loads(json.dumps(packed(entity)))
                hold(again == packed(entity), "it cannot be written as it was read")
                hold(entity["PartitionKey"] is not None, "it has no place")


def _entity(choices: Choices) -> dict[str, Any]:
    values: tuple[Any, ...] = (
        choices.pick(ODD_TEXTS),
        choices.text(),
        choices.take(9),
        EntityProperty(choices.below(2**62), "Edm.Int64"),
        choices.below(2**31),
        choices.below(2) == 1,
        datetime(2026, 11, 1, 9, choices.below(60), tzinfo=UTC),
    )
    keys = {"PartitionKey": choices.text(9), "RowKey": choices.text(9)}
    return keys | {f"column{at}": choices.pick(values) for at in range(choices.below(4))}


BACKUPS = Target(
    "backups",
    "a backup is read as it was written, or refused as none",
    _run,
    lambda: [bytes([2, at, 3, 120, 3, 97, 98, 99, 1, way]) for at in range(4) for way in range(4)],
)

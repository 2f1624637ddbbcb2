"""Taking a backup, while the app runs."""

import gzip
import shutil
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from azure.core.exceptions import ResourceNotFoundError

from dev.backup.file import VERSION, packed, write_line
from dev.backup.reading import Part, parts_of
from dev.backup.tables import LAST, opened
from dev.partner.files import whole
from shared.store.account import StorageAccount


def back_up(account: StorageAccount, path: Path, *, is_everything: bool = False) -> Counter[str]:
    """Write the account's tables to a file, whole or not at all; give how many entities of each table.

    It is brought back in the other order than it was read in, but for what comes last: what is brought back
    finds there what it rests on. Raises UnsteadyError where the app changes what is read all the time.
    """
    count: Counter[str] = Counter()
    with (
        opened(account) as service,
        whole(path) as written,
        TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as folder,
    ):
        read = [
            _member(Path(folder, "head"), {"tieout_backup": VERSION, "at": datetime.now(UTC).isoformat()})
        ]
        last: list[Path] = []
        tables = parts_of(
            lambda name: service.get_table_client(f"{account.prefix}{name}"), is_everything=is_everything
        )
        for number, part in enumerate(tables):
            place = Path(folder, str(number))
            count[part[0]] += _written(place, part)
            if part[0] in LAST:
                last.append(place)
            else:
                read.insert(1, place)
        for each in (*read, *last, _member(Path(folder, "end"), {"entities": count.total()})):
            with each.open("rb") as file:
                shutil.copyfileobj(file, written)
    return +count


def _member(place: Path, line: dict[str, Any]) -> Path:
    with gzip.open(place, "wt", encoding="utf-8") as file:
        write_line(file, line)
    return place


def _written(place: Path, part: Part) -> int:
    """Write a part, if its table is there; give how many entities that were."""
    table, entities = part
    count = 0
    with gzip.open(place, "wt", encoding="utf-8", errors="surrogatepass") as file:
        try:
            for entity in entities:
                write_line(file, {"table": table, "entity": packed(entity)})
                count += 1
        except ResourceNotFoundError:
            if count:
                raise
    return count

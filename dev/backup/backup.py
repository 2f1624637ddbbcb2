"""Taking a backup, while the app runs."""

import gzip
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from azure.core.exceptions import ResourceNotFoundError

from dev.backup.file import VERSION, packed, write_line
from dev.backup.tables import opened, tables_of
from dev.partner.files import whole
from shared.store.account import StorageAccount


def back_up(account: StorageAccount, path: Path, *, is_everything: bool = False) -> Counter[str]:
    """Write the account's tables to a file, whole or not at all; give how many entities of each table.

    Table Storage shows no two tables, and no two pages of one, at the same instant: what people do in these
    seconds is in the file or is not.
    """
    count: Counter[str] = Counter()
    with (
        opened(account) as service,
        whole(path) as written,
        gzip.open(written, "wt", encoding="utf-8", errors="surrogatepass") as file,
    ):
        write_line(file, {"tieout_backup": VERSION, "at": datetime.now(UTC).isoformat()})
        for table in tables_of(is_everything=is_everything):
            try:
                for entity in service.get_table_client(f"{account.prefix}{table}").list_entities():
                    write_line(file, {"table": table, "entity": packed(entity)})
                    count[table] += 1
            except ResourceNotFoundError:
                continue
        write_line(file, {"entities": count.total()})
    return count

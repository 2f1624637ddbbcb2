"""What the engines read: one Parquet file a table, with the columns that the job needs and no others."""

from collections.abc import Sequence
from pathlib import Path

from dev.bench.evaluation.columns import Stream
from dev.bench.evaluation.merchant import LEDGER

_FILES = {
    "orders": (
        ("orders", None),
        ("number", "state", "company_id", "email", "name", "street", "postcode", "net", "currency"),
    ),
    "companies": (("companies", None), ("id", "vat")),
    "masters": (("customers", LEDGER), ("state", "vat", "email", "name", "street", "postcode")),
    "invoices": (
        ("invoices", LEDGER),
        ("document_reference", "posted_on", "currency", "net"),
    ),
}


def write_files(streams: Sequence[Stream], folder: Path) -> None:
    """Write what the job needs as one Parquet file a table: no engine has to read more than that."""
    import pyarrow as pa  # noqa: PLC0415 - installed for this command only
    from pyarrow import parquet  # noqa: PLC0415

    for file, ((name, connection), columns) in _FILES.items():
        chosen = [
            each
            for each in streams
            if each.stream == name and connection in {None, each.connection} and len(each)
        ]
        table = pa.table({column: [v for each in chosen for v in each.columns[column]] for column in columns})
        parquet.write_table(table, folder / f"{file}.parquet")

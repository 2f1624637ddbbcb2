"""The job in pandas, on Arrow's types."""

from pathlib import Path

import numpy as np
import pandas as pd

from dev.bench.evaluation.peers.job import EURO, LAST_DAY, Outcome


def run(folder: Path) -> Outcome:
    """Do the job."""
    orders, companies, masters, invoices = (
        pd.read_parquet(folder / f"{name}.parquet", dtype_backend="pyarrow")
        for name in ("orders", "companies", "masters", "invoices")
    )
    for table in (orders, masters):
        table["address"] = table["name"] + "|" + table["street"] + "|" + table["postcode"]
    orders = orders.merge(companies, left_on="company_id", right_on="id", how="left")
    orders["vat"] = orders["vat"].fillna("")
    buyers = orders.loc[orders["state"] != "cancelled", ["vat", "email", "address"]].drop_duplicates()
    masters["is_usable"] = masters["state"] == "active"
    for key in ("vat", "email", "address"):
        single = masters.loc[~masters[key].duplicated(keep=False) & masters["is_usable"], key]
        buyers = buyers[~buyers[key].isin(single[single != ""])]
    euro, cents = EURO
    net = invoices["net"].where(invoices["currency"] != "EUR", invoices["net"] * euro // cents)
    invoices["in_window"] = invoices["posted_on"] <= LAST_DAY
    invoices["posted"] = net.where(invoices["in_window"], 0)
    by_number = invoices.groupby("document_reference")
    posted = by_number.agg(
        documents=("net", "size"), in_window=("in_window", "sum"), posted=("posted", "sum")
    )
    joined = orders[["number", "state", "net"]].join(posted, on="number")
    gap = joined["net"] - joined["posted"].fillna(0)
    reason = np.select(
        [
            joined["state"].eq("cancelled").to_numpy(dtype=bool),
            joined["documents"].isna().to_numpy(dtype=bool),
            joined["documents"].gt(1).fillna(value=False).to_numpy(dtype=bool),
            joined["in_window"].eq(0).fillna(value=False).to_numpy(dtype=bool),
            gap.abs().gt(100).to_numpy(dtype=bool),
        ],
        ["cancelled", "missing", "repeated", "outside", "different"],
        "matched",
    )
    found = gap.groupby(reason).agg(["size", "sum"])
    is_open = ~found.index.isin(["cancelled", "matched"])
    return Outcome(
        len(buyers),
        {str(name): int(count) for name, count in found["size"].items()},
        int(found.loc[is_open, "sum"].sum()),
        int((~posted.index.isin(orders["number"])).sum()),
    )

"""The job in polars, lazily, all of it in one plan for each answer."""

from pathlib import Path

import polars as pl

from dev.bench.evaluation.peers.job import EURO, LAST_DAY, Outcome

_ADDRESS = pl.concat_str("name", "street", "postcode", separator="|")


def run(folder: Path) -> Outcome:
    """Do the job."""
    euro, cents = EURO
    masters = pl.scan_parquet(folder / "masters.parquet").with_columns(address=_ADDRESS)
    companies = pl.scan_parquet(folder / "companies.parquet")
    orders = (
        pl.scan_parquet(folder / "orders.parquet")
        .join(companies, left_on="company_id", right_on="id", how="left")
        .with_columns(pl.col("vat").fill_null(""), address=_ADDRESS)
    )
    buyers = orders.filter(pl.col("state") != "cancelled").select("vat", "email", "address").unique()
    for key in ("vat", "email", "address"):
        single = (
            masters.filter(pl.col(key) != "")
            .group_by(key)
            .agg(records=pl.len(), is_usable=(pl.col("state") == "active").any())
            .filter((pl.col("records") == 1) & pl.col("is_usable"))
            .select(key)
        )
        buyers = buyers.join(single, on=key, how="anti")
    in_window = pl.col("posted_on") <= LAST_DAY
    net = pl.when(pl.col("currency") == "EUR").then(pl.col("net") * euro // cents).otherwise(pl.col("net"))
    posted = (
        pl.scan_parquet(folder / "invoices.parquet")
        .group_by(number="document_reference")
        .agg(documents=pl.len(), in_window=in_window.sum(), posted=net.filter(in_window).sum())
    )
    gap = pl.col("net") - pl.col("posted").fill_null(0)
    reasons = (
        orders.select("number", "state", "net")
        .join(posted, on="number", how="left")
        .with_columns(
            gap=gap,
            reason=pl.when(pl.col("state") == "cancelled")
            .then(pl.lit("cancelled"))
            .when(pl.col("documents").is_null())
            .then(pl.lit("missing"))
            .when(pl.col("documents") > 1)
            .then(pl.lit("repeated"))
            .when(pl.col("in_window") == 0)
            .then(pl.lit("outside"))
            .when(gap.abs() > 100)  # noqa: PLR2004 - a cent
            .then(pl.lit("different"))
            .otherwise(pl.lit("matched")),
        )
        .group_by("reason")
        .agg(count=pl.len(), gap=pl.col("gap").sum())
        .sort("reason")
    )
    orphans = posted.join(orders, on="number", how="anti").select(pl.len())
    absent, found, loose = pl.collect_all([buyers.select(pl.len()), reasons, orphans])
    rows = found.rows()
    return Outcome(
        absent.item(),
        {reason: count for reason, count, _ in rows},
        sum(each for reason, _, each in rows if reason not in {"cancelled", "matched"}),
        loose.item(),
    )

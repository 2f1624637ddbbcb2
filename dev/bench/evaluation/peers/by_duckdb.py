"""The job in duckdb."""

from pathlib import Path

import duckdb

from dev.bench.evaluation.peers.job import EURO, LAST_DAY, Outcome

_JOB = """
CREATE TEMP TABLE usable AS
    SELECT state = 'active' AS is_usable, vat, email, concat_ws('|', name, street, postcode) AS address
    FROM read_parquet('{folder}/masters.parquet');
CREATE TEMP TABLE by_key AS
    SELECT 'vat' AS key, vat AS value, count(*) AS records, bool_or(is_usable) AS is_usable
        FROM usable WHERE vat <> '' GROUP BY vat
    UNION ALL SELECT 'email', email, count(*), bool_or(is_usable) FROM usable WHERE email <> '' GROUP BY email
    UNION ALL SELECT 'address', address, count(*), bool_or(is_usable) FROM usable GROUP BY address;
CREATE TEMP TABLE ordered AS
    SELECT o.number, o.state, o.net, coalesce(c.vat, '') AS vat, o.email, o.company_id,
        concat_ws('|', o.name, o.street, o.postcode) AS address
    FROM read_parquet('{folder}/orders.parquet') o
    LEFT JOIN read_parquet('{folder}/companies.parquet') c ON o.company_id = c.id;
CREATE TEMP TABLE buyers AS
    SELECT DISTINCT vat, email, address FROM ordered WHERE state <> 'cancelled';
CREATE TEMP TABLE posted AS
    SELECT document_reference AS number, count(*) AS documents,
        sum(CASE WHEN posted_on <= '{last_day}' THEN 1 ELSE 0 END) AS in_window,
        sum(CASE WHEN posted_on > '{last_day}' THEN 0 WHEN currency = 'EUR' THEN net * {euro} // {cents}
            ELSE net END) AS net
    FROM read_parquet('{folder}/invoices.parquet') GROUP BY document_reference;
"""
_ABSENT = """
SELECT count(*) FROM buyers b
LEFT JOIN by_key v ON v.key = 'vat' AND v.value = b.vat AND v.records = 1 AND v.is_usable
LEFT JOIN by_key e ON e.key = 'email' AND e.value = b.email AND e.records = 1 AND e.is_usable
LEFT JOIN by_key a ON a.key = 'address' AND a.value = b.address AND a.records = 1 AND a.is_usable
WHERE v.value IS NULL AND e.value IS NULL AND a.value IS NULL
"""
_REASONS = """
SELECT CASE WHEN o.state = 'cancelled' THEN 'cancelled' WHEN p.number IS NULL THEN 'missing'
    WHEN p.documents > 1 THEN 'repeated' WHEN p.in_window = 0 THEN 'outside'
    WHEN abs(o.net - p.net) > 100 THEN 'different' ELSE 'matched' END AS reason,
    count(*), CAST(sum(o.net - coalesce(p.net, 0)) AS BIGINT)
FROM ordered o LEFT JOIN posted p USING (number) GROUP BY reason
"""
_ORPHANS = "SELECT count(*) FROM posted p ANTI JOIN ordered o USING (number)"


def run(folder: Path) -> Outcome:
    """Do the job."""
    euro, cents = EURO
    connection = duckdb.connect()
    connection.execute(_JOB.format(folder=folder, last_day=LAST_DAY, euro=euro, cents=cents))
    (absent,) = connection.execute(_ABSENT).fetchall()[0]
    found = connection.execute(_REASONS).fetchall()
    (orphans,) = connection.execute(_ORPHANS).fetchall()[0]
    return Outcome(
        absent,
        {reason: count for reason, count, _ in sorted(found)},
        sum(gap for reason, _, gap in found if reason not in {"cancelled", "matched"}),
        orphans,
    )

"""Returns whose orders the shop does not tell any more."""

from tests.builders import judged, order, orders, refund, snapshot, sync_attempt, workspace

GAP = "revenue_gap_detailed_breakdown"


def test_a_connectors_log_blames_no_return_of_an_unknown_order() -> None:
    """A return without its order waits for a credit memo, whatever the log says of others (REVGAP-12)."""
    failed = sync_attempt("1", subject="order", error="No tax area", started_at="2026-04-13T12:15:00Z")
    records = {"shop": [order(), refund("R9", "gone")], "ledger": [failed]}
    found = {row.order: row for row in orders(judged(GAP, snapshot(workspace(), records)))}
    assert {row.reason for row in found.values()} == {"al_connector_error", "credit_memo_pending"}
    (returned,) = (row for row in found.values() if row.reason == "credit_memo_pending")
    assert (returned.gap, returned.error) == (-400_000, "")

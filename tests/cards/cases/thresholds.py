"""Thresholds: strictly past them, on each card, for the B2B part, with the lag and duplicates left out."""

from collections.abc import Iterator

from shared.domain.records import Record
from tests.builders import company, crm_customer, master, order, sync_attempt
from tests.cards.cases.case import Case, Records
from tests.cards.cases.windows import D365, DV, SAGE, SAGE_B2B

AT_HOME = {"name": "ann moore", "postcode": "LS14AB", "street": "1 mill lane"}


def buyers(number: int, b2b: int = 0) -> list[Record]:
    """Build so many buyers whom nobody knows, the first of them companies."""
    return [order(str(each), is_b2b=each < b2b) for each in range(number)]


def wholesale(lagging: int, merged: int, others: int) -> Records:
    """Build companies that opened after the last run, that were retired, and that the sync never tried."""
    shop: list[Record] = []
    for number in range(lagging + merged + others):
        name = f"CO{number}"
        is_new, is_merged = number < lagging, lagging <= number < lagging + merged
        created_at = "2026-04-14T09:00:00Z" if is_new else "2026-04-01T09:00:00Z"
        shop += [
            company(name, created_at=created_at, state="retired" if is_merged else "active"),
            order(f"{number}", company_id=name),
        ]
    return {"trade": shop, "network": [sync_attempt()]}


def cases() -> Iterator[Case]:
    """Give the thresholds' two sides."""
    for card in (D365, SAGE, SAGE_B2B):
        for number, status in ((0, "ok"), (1, "attention"), (10, "attention"), (11, "alert")):
            records: Records = {"shop": buyers(number, b2b=number)}
            yield Case(f"{number} of more than 10", card, records, number, status=status)
    for number, status in ((0, "ok"), (1, "alert")):
        crm: Records = {"crm": [crm_customer(str(each)) for each in range(number)]}
        yield Case(f"{number} of more than 0", DV, crm, number, status=status)
    for b2b, status in ((0, "attention"), (1, "alert")):
        part = {"b2b_threshold": 0}
        yield Case(f"{b2b} B2B", SAGE, {"shop": buyers(3, b2b)}, 3, part, status=status)
    for basis, lagging, merged, others, status in (
        ("all", 3, 1, 10, "alert"),
        ("excluding_lag", 3, 1, 10, "alert"),
        ("excluding_lag", 3, 0, 10, "attention"),
        ("excluding_lag", 4, 0, 10, "attention"),
    ):
        yield Case(
            f"{basis}: {lagging} lagging, {merged} merged, {others} others",
            SAGE_B2B,
            wholesale(lagging, merged, others),
            lagging + merged + others,
            {"alert_basis": basis},
            status=status,
            figures={"lagging": lagging, "real_failures": others},
        )
    near: Records = {
        "shop": [*buyers(10), order("again", **AT_HOME)],
        "sage": [master(**AT_HOME)],
        "ledger": [master(**AT_HOME | {"street": ""})],
    }
    for card in (D365, SAGE):
        yield Case("with a suspected duplicate", card, near, 11, status="alert")
        yield Case(
            "without the suspected duplicate",
            card,
            near,
            10,
            {"exclude_suspected_duplicates": True},
            status="attention",
            figures={"not_counted": 1, "suspected_duplicates": 1, "clean_absences": 10},
        )
    shop: Records = {"shop": [order("1"), order("2", email=""), order("3", is_b2b=True)]}
    for settings, value, figures in (
        ({}, 3, {"guests_left_out": 0, "out_of_scope": 0, "guests": 1}),
        ({"include_guests": False}, 2, {"guests_left_out": 1, "out_of_scope": 0, "guests": 0}),
        ({"scope": "b2b"}, 1, {"guests_left_out": 0, "out_of_scope": 2, "distinct_buyers": 1}),
        ({"scope": "b2b", "include_guests": False}, 1, {"guests_left_out": 0, "out_of_scope": 2}),
    ):
        for card in (D365, SAGE):
            yield Case(f"with {settings}", card, shop, value, dict(settings), figures=figures)

"""One order for each reason and sub-reason of the revenue gap, as facts that the simulated vendors render."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from tests.cards.golden.scene import NET, NOW, PLACED, TAX, TEN, Scene, mailbox

Scenario = Callable[[Scene, int], None]


def _connector_error(scene: Scene, number: int) -> None:
    scene.sell(number)
    scene.log("order", f"#{number}", 1)


def _connector_error_again(scene: Scene, number: int) -> None:
    _connector_error(scene, number)
    scene.log("order", f"#{number}", 2)


def _unknown_customer(scene: Scene, number: int) -> None:
    scene.sell(number)


def _connector_mapping(scene: Scene, number: int) -> None:
    scene.know(number)
    scene.sell(number)


def _ambiguous_customer(scene: Scene, number: int) -> None:
    scene.know(number)
    scene.know(number, number=f"D-{number}")
    scene.sell(number)


def _shared_number(scene: Scene, number: int) -> None:
    scene.sell(number)
    scene.sell(number, id=6_000_000 + number, placed_at=PLACED + timedelta(days=1))
    scene.post(number)


def _shared_document(scene: Scene, number: int) -> None:
    for each in (number, 100 + number):
        scene.sell(each)
        scene.post(each, order_number=f"SO-{number}")
    scene.post(
        200 + number, reference="", order_number=f"SO-{number}", net=Decimal("5.00"), tax=Decimal("1.00")
    )


def _duplicate_invoice(scene: Scene, number: int) -> None:
    scene.sell(number)
    scene.post(number)
    scene.post(number, number=f"INV-{number}-2")


def _duplicate_sales_order(scene: Scene, number: int) -> None:
    scene.sell(number)
    scene.take(number)
    scene.take(number, number=f"SO-{number}-2")


def _awaiting_sync(scene: Scene, number: int) -> None:
    scene.know(number)
    scene.sell(number, placed_at=NOW - timedelta(hours=5))


def _field_validation(scene: Scene, number: int) -> None:
    scene.sell(number)
    scene.log("customer", mailbox(number), 3)


def _voided(scene: Scene, number: int) -> None:
    scene.sell(number, state="cancelled")
    scene.take(number)


def _voided_invoiced(scene: Scene, number: int) -> None:
    scene.sell(number, state="cancelled")
    scene.post(number)


def _voided_draft(scene: Scene, number: int) -> None:
    scene.sell(number, state="cancelled")
    scene.post(number, state="draft")


def _taken_back(scene: Scene, number: int) -> None:
    scene.sell(number)
    scene.post(number, state="cancelled")


def _credited(scene: Scene, number: int) -> None:
    scene.sell(number)
    scene.post(number)
    scene.credit(number, "", net=NET, tax=TAX)


def _pending_approval(scene: Scene, number: int) -> None:
    scene.sell(number)
    scene.take(number, state="pending_approval")
    scene.request_approval(number, 80)


def _blocked(state: str) -> Scenario:
    def blocked(scene: Scene, number: int) -> None:
        scene.know(number, state=state)
        scene.sell(number)
        scene.take(number)

    return blocked


def _released(shipped: int, invoiced: int = 0) -> Scenario:
    def released(scene: Scene, number: int) -> None:
        scene.sell(number)
        day = date(2026, 4, 23) if shipped else None
        quantities = {"shipped_quantity": Decimal(shipped), "invoiced_quantity": Decimal(invoiced)}
        scene.take(number, shipped_on=day, **quantities)
        if invoiced:
            scene.post(number, net=NET * invoiced / 10, tax=TAX * invoiced / 10)

    return released


def _memo(**changes: Any) -> Scenario:
    def memo(scene: Scene, number: int) -> None:
        refund = scene.give_back(number, scene.sell(number))
        scene.post(number)
        if "none" not in changes:
            scene.credit(number, str(refund.id), **changes)

    return memo


def _memo_by_invoice(scene: Scene, number: int) -> None:
    scene.give_back(number, scene.sell(number))
    scene.post(number)
    scene.credit(number, "")


def _posted(changes: dict[str, Any], **order: Any) -> Scenario:
    def posted(scene: Scene, number: int) -> None:
        scene.sell(number, **order)
        scene.post(number, **changes)

    return posted


def _in_approval(scene: Scene, number: int) -> None:
    scene.sell(number)
    scene.take(number, state="pending_approval")
    scene.request_approval(number, 20)


def _not_released(scene: Scene, number: int) -> None:
    scene.sell(number)
    scene.take(number, state="draft")


def _refunded(scene: Scene, number: int) -> None:
    scene.sell(number, state="refunded")
    scene.take(number)


def _never_invoiced(scene: Scene, number: int) -> None:
    sold = scene.sell(number, placed_at=NOW - timedelta(days=40), updated_at=PLACED)
    scene.give_back(number, sold)
    scene.take(number)


def _private(scene: Scene, number: int) -> None:
    scene.know(number, is_privacy_blocked=True)
    scene.sell(number)
    scene.log("order", f"#{number}", 1, error=f"{mailbox(number)} is no valid address")


def _formula(scene: Scene, number: int) -> None:
    scene.sell(number)
    scene.take(number, customer_name='=HYPERLINK("x"), Ltd')


SCENARIOS: tuple[tuple[str, Scenario], ...] = (
    ("connector error", _connector_error),
    ("connector error, again", _connector_error_again),
    ("unknown customer", _unknown_customer),
    ("connector mapping", _connector_mapping),
    ("ambiguous customer", _ambiguous_customer),
    ("shared number", _shared_number),
    ("shared document", _shared_document),
    ("duplicate invoice", _duplicate_invoice),
    ("duplicate sales order", _duplicate_sales_order),
    ("awaiting sync", _awaiting_sync),
    ("field validation", _field_validation),
    ("voided, ordered", _voided),
    ("voided, invoiced", _voided_invoiced),
    ("voided, draft", _voided_draft),
    ("voided, taken back", _taken_back),
    ("voided, credited without return", _credited),
    ("pending approval", _pending_approval),
    ("blocked for shipping", _blocked("blocked_shipping")),
    ("blocked for invoicing", _blocked("blocked_invoicing")),
    ("blocked for all", _blocked("blocked")),
    ("released", _released(0)),
    ("shipped", _released(10)),
    ("partly shipped", _released(4)),
    ("partly invoiced", _released(4, 4)),
    ("credit memo", _memo()),
    ("credit memo by its invoice", _memo_by_invoice),
    ("no credit memo", _memo(none=True)),
    ("credit memo in draft", _memo(state="draft")),
    ("credit memo over another amount", _memo(net=Decimal("30.00"), tax=Decimal("6.00"))),
    ("tax inside", _posted({"net": NET + TAX, "tax": Decimal(0)})),
    ("currency", _posted({"net": Decimal("120.00"), "currency": "EUR"})),
    ("posted before the period", _posted({"posted_on": date(2026, 4, 1)})),
    ("edited", _posted({"net": Decimal("90.00")}, updated_at=PLACED + timedelta(days=4))),
    ("unknown", _posted({"net": Decimal("90.00")})),
    ("shipping", _posted({"net": Decimal("90.00")}, shipping=TEN)),
    ("in approval", _in_approval),
    ("not released", _not_released),
    ("privacy blocked", _private),
    ("a name that is a formula", _formula),
    ("voided, refunded in full", _refunded),
    ("return of what was never invoiced", _never_invoiced),
    ("invoice in draft", _posted({"state": "draft"})),
    (
        "posted before the period, in part",
        _posted({"net": Decimal("60.00"), "tax": Decimal("12.00"), "posted_on": date(2026, 4, 1)}),
    ),
)


def scene_of_all() -> tuple[Scene, dict[str, int]]:
    """Give one shop and one ledger with all scenarios, and the number of each one's order."""
    scene, numbers = Scene(), {}
    for number, (name, scenario) in _numbered():
        scenario(scene, number)
        numbers[name] = number
    return scene, numbers


def _numbered() -> Iterator[tuple[int, tuple[str, Scenario]]]:
    return iter(enumerate(SCENARIOS, 1_001))

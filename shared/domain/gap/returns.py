"""Joins each commerce return with its credit memos into one case."""

from collections import defaultdict
from collections.abc import Iterator

from shared.domain import keys
from shared.domain.buyers import COMMERCE
from shared.domain.gap.cases import Case, Documents, order_name
from shared.domain.records import Order, Refund
from shared.domain.snapshot import Snapshot, Table
from shared.domain.windows import Window

RETURNABLE = frozenset({"placed", "refunded"})
"""A cancelled order is worth nothing already: its refund takes nothing more away."""


def return_cases(snapshot: Snapshot, window: Window, documents: Documents) -> Iterator[Case]:
    """Give a case for each refund of the window (decision 23)."""
    refunds = snapshot.table(Refund, *COMMERCE)
    orders = snapshot.table(Order, *COMMERCE)
    order_rows = orders.by_id()
    found: dict[int, int | None] = {}
    for row, owner in enumerate(zip(refunds.connections, refunds["order_id"], strict=True)):
        order = order_rows.get(owner)
        if order is None or orders["state"][order] in RETURNABLE:
            found[row] = order
    names = {row: _name(snapshot, refunds, row, orders, order) for row, order in found.items()}
    memos = _memos(refunds, names, documents)
    for row, order in found.items():
        if window.holds(refunds["refunded_at"][row]):
            reference = names[row] if order is None else order_name(snapshot, orders, order)
            # A refund is in its order's currency; BigCommerce names none on the refund itself.
            currency = refunds["currency"][row] if order is None else orders["currency"][order]
            yield _case(refunds, row, order, (reference, names[row], currency), tuple(memos[row]), documents)


def _case(  # noqa: PLR0913, PLR0917 - the parts of one join
    refunds: Table,
    row: int,
    order: int | None,
    called: tuple[str, str, str],
    memos: tuple[int, ...],
    documents: Documents,
) -> Case:
    reference, name, currency = called
    return Case(
        is_return=True,
        row=row,
        order=order,
        reference=reference,
        document_reference=keys.document_reference(name),
        company=documents.credit_memos["company"][memos[0]] if memos else "",
        commerce_net=-documents.rates.translate(refunds["net"][row], currency),
        commerce_gross=-documents.rates.translate(refunds["gross"][row], currency),
        commerce_currency=currency,
        posted_net=-documents.posted(documents.credit_memos, memos, "net"),
        posted_gross=-documents.posted(documents.credit_memos, memos, "gross"),
        credit_memos=memos,
    )


def _memos(refunds: Table, names: dict[int, str], documents: Documents) -> dict[int, list[int]]:
    """Give each return its credit memos; of several returns with one name each memo goes to one."""
    sharing: dict[str, list[int]] = defaultdict(list)
    for row, name in names.items():
        sharing[keys.document_reference(name)].append(row)
    found: dict[int, list[int]] = {row: [] for row in names}
    for reference, rows in sharing.items():
        memos = documents.of_return(reference)
        if len(rows) == 1:
            found[rows[0]] = memos
        elif memos:
            found |= _dealt(refunds, rows, memos, documents.credit_memos)
    return found


def _dealt(refunds: Table, rows: list[int], memos: list[int], table: Table) -> dict[int, list[int]]:
    """Deal memos out to returns: first by equal amounts, then in turn, the rest to the first."""
    rows = sorted(
        rows, key=lambda row: (refunds["refunded_at"][row], refunds.connections[row], refunds["id"][row])
    )
    dealt: dict[int, list[int]] = {row: [] for row in rows}
    left = list(memos)
    for row in rows:
        same = next((memo for memo in left if table["net"][memo] == refunds["net"][row]), None)
        if same is not None:
            dealt[row].append(same)
            left.remove(same)
    for memo in left:
        dealt[next((row for row in rows if not dealt[row]), rows[0])].append(memo)
    return dealt


def _name(snapshot: Snapshot, refunds: Table, row: int, orders: Table, order: int | None) -> str:
    found = snapshot.workspace.connection(refunds.connections[row])
    template = found.return_reference if found else "{id}"
    order_number = "" if order is None else orders["number"][order]
    return template.format(number=refunds["number"][row], id=refunds["id"][row], order_number=order_number)

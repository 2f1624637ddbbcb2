"""What the reasons look things up in: everything about a case besides its amounts."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import cached_property

from shared.domain.buyers import COMMERCE
from shared.domain.gap.cases import Case, has_no_documents
from shared.domain.gap.customers import Customers
from shared.domain.gap.documents import Documents, Found, Place, place_of
from shared.domain.gap.names import LEDGER
from shared.domain.gap.references import References
from shared.domain.gap.tolerance import Tolerance
from shared.domain.matching import Match
from shared.domain.records import Approval, Refund, SyncAttempt
from shared.domain.routing import expected_entity
from shared.domain.snapshot import Snapshot, Table
from shared.domain.sync_log import Failure, SyncLog
from shared.domain.windows import instant, text

CONNECTOR_LOG = "connector_log"
"""The kind of connection that is sent the connector's errors as a file."""
CUSTOMER_ERROR_WITHIN = timedelta(hours=24)
"""How long after an order a connector's error that names just its customer is put down to it."""


class Books:
    """The ledger's master, approvals and connector log, seen from a case."""

    def __init__(
        self,
        snapshot: Snapshot,
        references: References,
        documents: Documents,
        tolerance: Tolerance,
        every_order: Table,
    ) -> None:
        self.snapshot = snapshot
        self.references = references
        self.documents = documents
        self._tolerance = tolerance
        self._every = every_order
        self._asked: set[int] = set()
        self.orders = references.orders
        self.today = snapshot.as_of.astimezone(snapshot.workspace.zone).date()
        self.refunds = snapshot.table(Refund, *COMMERCE)
        self._customers = Customers(snapshot, documents, references.orders)
        self._expected_entity = expected_entity(snapshot.workspace.field_map)

    def ask(self, cases: Sequence[Case]) -> None:
        """Name the cases whose customers will be asked for, before the first is."""
        is_any_hidden = bool(self._customers.hidden_keys)
        self._asked = {case.order for case in cases if case.order is not None}
        self._customers.ask(
            case.order
            for case in cases
            if case.order is not None and (is_any_hidden or has_no_documents(case))
        )

    def fetch(self, cases: Sequence[Case]) -> None:
        """Read the details that the rows of these cases show, together."""
        documents = self.documents
        rows = [case.order for case in cases if case.order is not None]
        self.orders.fetch(rows, "url", "updated_at", "company_name", "display_name")
        for table, rows in (
            (documents.sales_orders, [row for case in cases for row in case.sales_orders]),
            (documents.invoices, [row for case in cases for row in case.invoices]),
            (documents.credit_memos, [row for case in cases for row in case.credit_memos]),
        ):
            table.fetch(rows, "customer_name")
        customers = map(self.customer, cases)
        self.masters.fetch((row for row in customers if row is not None), "display_name")

    @property
    def masters(self) -> Table:
        """Give the ledger's customers, as far as the cases ask for them."""
        return self._customers.records

    def tolerance(self, case: Case) -> int:
        """Give the rounding that is never a finding, in ten-thousandths of the reporting currency."""
        if case.is_return:
            return self._tolerance.of_return(case.commerce_currency, case.credit_memos)
        return self._tolerance.of_order(case.row, case.invoices, case.sales_orders)

    def occurred_at(self, case: Case) -> str:
        """Give when the order was placed, or the money given back."""
        table, column = (self.refunds, "refunded_at") if case.is_return else (self.orders, "placed_at")
        return str(table[column][case.row])

    def hours_since(self, moment: str) -> float:
        """Give the hours from an instant to the evaluation."""
        return (self.snapshot.as_of - instant(moment)).total_seconds() / 3600

    def failure(self, case: Case) -> Failure | None:
        """Give the connector's failed attempt on this order, if it stands.

        Connectors call an order by its name in the books, or by the shop's own number or id, where no
        other order has that one.
        """
        if case.order is None or self._log.is_empty:
            return None
        own = {self.orders["number"][case.order], self.orders["id"][case.order]}
        others = sorted(name for name in own if self._numbers[name] == 1)
        return self._log.failure("order", case.reference, *others)

    def customer_failure(self, case: Case) -> Failure | None:
        """Give the connector's failed attempt on this order's customer soon after it (decision 27)."""
        if case.order is None or self._log.is_empty:
            return None
        placed_at = self.orders["placed_at"][case.order]
        until = text(instant(placed_at) + CUSTOMER_ERROR_WITHIN)
        references = (value for _, value in self._buyer_keys(case))
        return self._log.failure("customer", *references, between=(placed_at, until))

    def approval_requested_at(self, case: Case) -> str:
        """Give since when a sales order of the case has been waiting for approval; "" for none."""
        table = self.documents.sales_orders
        waiting = (self._approvals.get((case.place, table["number"][row]), "") for row in case.sales_orders)
        return min((moment for moment in waiting if moment), default="")

    def master_match(self, case: Case) -> Match:
        """Look the order's buyer up in the customer master by its keys."""
        if case.order is None:
            return Match("absent")
        return self._customers.match(case.order, self.entity(case))

    def entity(self, case: Case) -> str:
        """Give the entity that holds the case's documents, or that should."""
        if case.company:
            return self.snapshot.workspace.entity_of_company(case.company)
        if case.order is None:
            return ""
        return self._expected_entity(self.orders, case.order, self._buyer_keys(case))

    def is_privacy_blocked(self, case: Case) -> bool:
        """Say whether the ledger hides who stands behind a case, found by any document or by any key.

        Where one company hides the customer and another does not, the customer is hidden.
        """
        hidden = self._customers.hidden_keys
        if not hidden:
            return False
        customers = list(self._document_customers(case))
        if any(self.masters["is_privacy_blocked"][customer] for customer in customers):
            return True
        if not hidden.isdisjoint(self._buyer_keys(case)):
            return True
        return not customers and self._customers.is_hidden(self.master_match(case))

    def order_documents(self, case: Case) -> Found | None:
        """Give all documents of a case's order, whichever company holds them; None for no known order."""
        if case.order is None:
            return None
        return self.documents.of_order(self.references.references[case.order], self.references.known)

    def customer(self, case: Case) -> int | None:
        """Give the master record that stands for the case's customer: the documents', else the buyer's."""
        customer = self.document_customer(case)
        return self.master_match(case).row if customer is None and has_no_documents(case) else customer

    def document_customer(self, case: Case) -> int | None:
        """Give the master record that the documents of the case, or of its order, are made out to."""
        return next(self._document_customers(case), None)

    def _document_customers(self, case: Case) -> Iterator[int]:
        documents = self.documents
        sales_orders, invoices = case.sales_orders, case.invoices
        if case.is_return and not case.credit_memos and (found := self.order_documents(case)):
            sales_orders, invoices = tuple(found.sales_orders), tuple(found.invoices)
        for table, rows in (
            (documents.sales_orders, sales_orders),
            (documents.invoices, invoices),
            (documents.credit_memos, case.credit_memos),
        ):
            for row in rows:
                found_customer = self._customers.of_document(table, row)
                if found_customer is not None:
                    yield found_customer

    def _buyer_keys(self, case: Case) -> tuple[tuple[str, str], ...]:
        return () if case.order is None else self._customers.keys(case.order)

    # What only cases with a gap need is made when the first of them asks.

    @cached_property
    def _log(self) -> SyncLog:
        return SyncLog(self.snapshot.table(SyncAttempt, LEDGER, CONNECTOR_LOG))

    @cached_property
    def _numbers(self) -> Counter[str]:
        """How many orders of all go by a number or an id that an order of the cases goes by."""
        names = ("number", "id")
        own = {self.orders[name][order] for order in self._asked for name in names}
        both = zip(*map(self._every.values, names), strict=True)
        found = Counter(number for number, order in both if number != order and number in own)
        found.update(filter(own.__contains__, self._every.values("id")))
        return found

    @cached_property
    def _approvals(self) -> dict[tuple[Place, str], str]:
        """The earliest open request by document."""
        table = self.snapshot.table(Approval, LEDGER)
        found: dict[tuple[Place, str], str] = {}
        for row, state in enumerate(table["state"]):
            if state == "open" and (requested_at := table["requested_at"][row]):
                document = place_of(table, row), table["document_number"][row]
                found[document] = min(found.get(document, requested_at), requested_at)
        return found

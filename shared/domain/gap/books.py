"""What the reasons look things up in: everything about a case besides its amounts."""

from collections import defaultdict
from datetime import timedelta

from shared.domain import keys
from shared.domain.buyers import COMMERCE, Identification, expected_entity, name_and_address
from shared.domain.gap.cases import LEDGER, Case, Documents
from shared.domain.matching import MasterIndex, Match
from shared.domain.records import Approval, MasterCustomer, Order, SyncAttempt
from shared.domain.snapshot import Snapshot
from shared.domain.sync_log import Failure, SyncLog
from shared.domain.windows import instant, text

CUSTOMER_ERROR_WITHIN = timedelta(hours=24)
"""How long after an order a connector's error that names just its customer is put down to it."""


class Books:
    """The ledger's master, approvals and connector log, seen from a case."""

    def __init__(self, snapshot: Snapshot, documents: Documents, tolerance: int) -> None:
        self.snapshot = snapshot
        self.documents = documents
        self.tolerance = tolerance
        """Rounding in ten-thousandths of the reporting currency that is never a finding."""
        self.orders = snapshot.table(Order, *COMMERCE)
        self.masters = snapshot.table(MasterCustomer, LEDGER)
        self._index = MasterIndex(self.masters, snapshot.workspace)
        self._who = Identification(snapshot)
        self._expected_entity = expected_entity(snapshot.workspace.field_map)
        self._log = SyncLog(snapshot.table(SyncAttempt, LEDGER))
        self._by_number = {
            (company, number): row
            for row, (company, number) in enumerate(
                zip(self.masters["company"], self.masters["number"], strict=True)
            )
        }
        self._approvals: dict[tuple[str, str], str] = defaultdict(str)
        approvals = snapshot.table(Approval, LEDGER)
        for row, state in enumerate(approvals["state"]):
            if state == "open":
                document = (approvals["company"][row], approvals["document_number"][row])
                requested_at = approvals["requested_at"][row]
                self._approvals[document] = min(self._approvals[document] or requested_at, requested_at)

    def hours_since(self, moment: str) -> float:
        """Give the hours from an instant to the evaluation."""
        return (self.snapshot.as_of - instant(moment)).total_seconds() / 3600

    def failure(self, case: Case) -> Failure | None:
        """Give the connector's failed attempt on this order, if it stands."""
        return self._log.failure("order", case.reference)

    def customer_failure(self, case: Case) -> Failure | None:
        """Give the connector's failed attempt on this order's customer soon after it (decision 27)."""
        if case.order is None:
            return None
        placed_at = self.orders["placed_at"][case.order]
        until = text(instant(placed_at) + CUSTOMER_ERROR_WITHIN)
        references = (value for _, value in self._buyer_keys(case))
        return self._log.failure("customer", *references, between=(placed_at, until))

    def approval_requested_at(self, case: Case) -> str:
        """Give since when a sales order of the case has been waiting for approval; "" for none."""
        table = self.documents.sales_orders
        waiting = (self._approvals[table["company"][row], table["number"][row]] for row in case.sales_orders)
        return min((moment for moment in waiting if moment), default="")

    def master_match(self, case: Case) -> Match:
        """Look the order's buyer up in the customer master by its keys."""
        if case.order is None:
            return self._index.find((), "")
        last = name_and_address(self.orders, case.order)
        names = self.snapshot.workspace.field_map.key_precedence.d365_fallback
        fallback = (("name_and_address", last),) if last and "name_and_address" in names else ()
        return self._index.find(self._buyer_keys(case) + fallback, self.entity(case))

    def entity(self, case: Case) -> str:
        """Give the entity that holds the case's documents, or that should."""
        if case.company:
            return self.snapshot.workspace.entity_of_company(case.company)
        return "" if case.order is None else self._expected_entity(self.orders, case.order)

    def is_privacy_blocked(self, case: Case) -> bool:
        """Say whether the ledger hides who stands behind a case, found by document or by key."""
        customer = self.document_customer(case)
        if customer is not None:
            return bool(self.masters["is_privacy_blocked"][customer])
        return self._index.is_privacy_blocked(self.master_match(case))

    def document_customer(self, case: Case) -> int | None:
        """Give the master record that the documents of the case, or of its order, are made out to."""
        documents = self.documents
        sales_orders, invoices = case.sales_orders, case.invoices
        if case.is_return and not case.credit_memos:
            found_orders, found_invoices = documents.of_order(keys.document_reference(case.reference))
            sales_orders, invoices = tuple(found_orders), tuple(found_invoices)
        for table, rows in (
            (documents.sales_orders, sales_orders),
            (documents.invoices, invoices),
            (documents.credit_memos, case.credit_memos),
        ):
            for row in rows:
                found = self._by_number.get((table["company"][row], table["customer_number"][row]))
                if found is not None:
                    return found
        return None

    def _buyer_keys(self, case: Case) -> tuple[tuple[str, str], ...]:
        if case.order is None:
            return ()
        return tuple(self._who.identify(self.orders, case.order)[1])

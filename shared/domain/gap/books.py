"""What the reasons look things up in: everything about a case besides its amounts."""

from collections import defaultdict

from shared.domain.buyers import COMMERCE, Identification
from shared.domain.gap.cases import LEDGER, Case, Documents
from shared.domain.matching import MasterIndex, Match
from shared.domain.records import Approval, MasterCustomer, Order, SyncAttempt
from shared.domain.snapshot import Snapshot
from shared.domain.sync_log import Failure, SyncLog
from shared.domain.windows import instant


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
                self._approvals[document] = max(self._approvals[document], approvals["requested_at"][row])

    def hours_since(self, moment: str) -> float:
        """Give the hours from an instant to the evaluation."""
        return (self.snapshot.as_of - instant(moment)).total_seconds() / 3600

    def failure(self, case: Case) -> Failure | None:
        """Give the connector's failed attempt on this order, if it stands."""
        return self._log.failure("order", case.reference)

    def customer_failure(self, case: Case) -> Failure | None:
        """Give the connector's failed attempt on this order's customer, if it stands."""
        return self._log.failure("customer", *(value for _, value in self._buyer_keys(case)))

    def approval_requested_at(self, case: Case) -> str:
        """Give when the open approval of the case's sales order was asked for; "" for none."""
        table = self.documents.sales_orders
        return max(
            (self._approvals[table["company"][row], table["number"][row]] for row in case.sales_orders),
            default="",
        )

    def master_match(self, case: Case) -> Match:
        """Look the order's buyer up in the customer master by its keys."""
        entity = self.snapshot.workspace.entity_of_company(case.company) if case.company else ""
        return self._index.find(self._buyer_keys(case), entity)

    def document_customer(self, case: Case) -> int | None:
        """Give the master record that the case's ledger documents are made out to."""
        documents = self.documents
        for table, rows in (
            (documents.sales_orders, case.sales_orders),
            (documents.invoices, case.invoices),
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

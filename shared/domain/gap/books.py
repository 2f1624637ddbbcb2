"""What the reasons look things up in: everything about a case besides its amounts."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from functools import cached_property

from shared.domain.buyers import COMMERCE, Identification, expected_entity, names_and_addresses
from shared.domain.gap.cases import Case
from shared.domain.gap.documents import LEDGER, Documents, Found, Place, place_of
from shared.domain.gap.references import References
from shared.domain.gap.tolerance import Tolerance
from shared.domain.matching import MasterIndex, Match
from shared.domain.records import Approval, MasterCustomer, Refund, SyncAttempt
from shared.domain.snapshot import Snapshot, Table
from shared.domain.sync_log import Failure, SyncLog
from shared.domain.windows import instant, text

CONNECTOR_LOG = "connector_log"
"""The kind of connection that is sent the connector's errors as a file."""
_KEYS = ("email", "vat", "account_reference")
CUSTOMER_ERROR_WITHIN = timedelta(hours=24)
"""How long after an order a connector's error that names just its customer is put down to it."""


class Books:
    """The ledger's master, approvals and connector log, seen from a case."""

    def __init__(
        self, snapshot: Snapshot, references: References, documents: Documents, tolerance: Tolerance
    ) -> None:
        self.snapshot = snapshot
        self.references = references
        self.documents = documents
        self._tolerance = tolerance
        self.orders = references.orders
        self.refunds = snapshot.table(Refund, *COMMERCE)
        self.masters = snapshot.table(MasterCustomer, LEDGER)
        self._expected_entity = expected_entity(snapshot.workspace.field_map)

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
            return self._index.find((), "")
        keys = list(self._buyer_keys(case))
        if "name_and_address" in self.snapshot.workspace.field_map.key_precedence.d365_fallback:
            keys += [("name_and_address", each) for each in names_and_addresses(self.orders, case.order)]
        return self._index.find(keys, self.entity(case))

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
        if not self._hidden:
            return False
        customers = list(self._document_customers(case))
        if any(self.masters["is_privacy_blocked"][customer] for customer in customers):
            return True
        if not self._hidden.isdisjoint(self._buyer_keys(case)):
            return True
        return not customers and self._index.is_privacy_blocked(self.master_match(case))

    def order_documents(self, case: Case) -> Found | None:
        """Give all documents of a case's order, whichever company holds them; None for no known order."""
        if case.order is None:
            return None
        return self.documents.of_order(self.references.references[case.order], self.references.known)

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
                found_customer = self._by_number.get((place_of(table, row), table["customer_number"][row]))
                if found_customer is not None:
                    yield found_customer

    def _buyer_keys(self, case: Case) -> tuple[tuple[str, str], ...]:
        if case.order is None:
            return ()
        return tuple(self._who.identify(self.orders, case.order)[1])

    # What only cases with a gap need is made when the first of them asks.

    @cached_property
    def _log(self) -> SyncLog:
        return SyncLog(self.snapshot.table(SyncAttempt, LEDGER, CONNECTOR_LOG))

    @cached_property
    def _numbers(self) -> Counter[str]:
        """How many orders go by a number or an id."""
        pairs = zip(self.orders["number"], self.orders["id"], strict=True)
        return Counter(name for number, order in pairs for name in {number, order})

    @cached_property
    def _index(self) -> MasterIndex:
        return MasterIndex(self.masters, self.snapshot.workspace, self.snapshot.standing)

    @cached_property
    def _who(self) -> Identification:
        return Identification(self.snapshot)

    @cached_property
    def _hidden(self) -> frozenset[tuple[str, str]]:
        """The keys of everyone whom the ledger hides; the number at least, so that it tells of any."""
        table = self.masters
        hidden = [row for row, is_hidden in enumerate(table["is_privacy_blocked"]) if is_hidden]
        keys = {(name, table[name][row]) for name in _KEYS for row in hidden if table[name][row]}
        return frozenset(keys | {("number", table["number"][row]) for row in hidden})

    @cached_property
    def _by_number(self) -> dict[tuple[Place, str], int]:
        table: Table = self.masters
        return {(place_of(table, row), number): row for row, number in enumerate(table["number"])}

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

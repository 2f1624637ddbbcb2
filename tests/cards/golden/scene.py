"""A shop and a ledger to which scenarios of the revenue gap add their facts."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from dev.vendors.facts import (
    Account,
    LedgerApproval,
    LedgerCreditMemo,
    LedgerCustomer,
    LedgerInvoice,
    LedgerRate,
    LedgerSalesOrder,
    Person,
    ShopOrder,
    ShopRefund,
    SyncLogEntry,
)

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
PLACED = datetime(2026, 4, 20, 10, tzinfo=UTC)
DAY = date(2026, 4, 22)
COMPANY = "Northwind UK"
NET, TAX = Decimal("100.00"), Decimal("20.00")
TEN = Decimal(10)


def mailbox(number: int) -> str:
    """Give the email of the buyer of an order."""
    return f"buyer.{number}@example.com"


class Scene:
    """A shop and a ledger to which scenarios add what they are about."""

    def __init__(self) -> None:
        self.shop = Account(local_currency="GBP")
        self.ledger = Account(local_currency="GBP", ledger_companies=[COMPANY])
        self.ledger.rates.append(
            LedgerRate(currency="EUR", starts_on=date(2026, 1, 1), rate=Decimal("0.85"), company=COMPANY)
        )

    def sell(self, number: int, /, **changes: Any) -> ShopOrder:
        """Sell an order of a hundred pounds and tax."""
        order = ShopOrder(
            id=5_000_000 + number,
            number=f"#{number}",
            placed_at=PLACED,
            updated_at=PLACED,
            buyer=Person(
                first_name="Buyer",
                last_name=str(number),
                email=mailbox(number),
                street=f"{number} Nowhere Street",
            ),
            net=NET,
            tax=TAX,
            shipping=Decimal(0),
        )
        order = replace(order, **changes)
        self.shop.orders.append(order)
        return order

    def know(self, number: int, /, **changes: Any) -> str:
        """Enter the buyer of an order into the ledger's master."""
        name = f"Buyer {number} Ltd"
        customer = LedgerCustomer(
            number=f"C-{number}",
            name=name,
            address=Person(company=name, email=mailbox(number)),
            created_at=PLACED - timedelta(days=90),
            modified_at=PLACED - timedelta(days=90),
            company=COMPANY,
        )
        customer = replace(customer, **changes)
        self.ledger.ledger_customers.append(customer)
        return customer.number

    def take(self, number: int, /, **changes: Any) -> LedgerSalesOrder:
        """Take an order into the ledger, ten pieces of it."""
        order = LedgerSalesOrder(
            number=f"SO-{number}",
            reference=f"#{number}",
            customer_number=f"C-{number}",
            customer_name=f"Buyer {number} Ltd",
            ordered_on=DAY,
            modified_at=PLACED,
            net=NET,
            tax=TAX,
            company=COMPANY,
            quantity=TEN,
        )
        order = replace(order, **changes)
        self.ledger.sales_orders.append(order)
        return order

    def post(self, number: int, /, **changes: Any) -> LedgerInvoice:
        """Post an invoice of an order, whose sales order is then gone."""
        invoice = LedgerInvoice(
            number=f"INV-{number}",
            reference=f"#{number}",
            order_number=f"SO-{number}",
            customer_number=f"C-{number}",
            customer_name=f"Buyer {number} Ltd",
            posted_on=DAY,
            modified_at=PLACED,
            net=NET,
            tax=TAX,
            company=COMPANY,
        )
        invoice = replace(invoice, **changes)
        self.ledger.invoices.append(invoice)
        return invoice

    def give_back(self, number: int, order: ShopOrder) -> ShopRefund:
        """Give forty pounds and tax of an order back."""
        refund = ShopRefund(
            id=9_000_000 + number,
            number=str(number),
            order_id=order.id,
            refunded_at=PLACED + timedelta(days=3),
            net=Decimal("40.00"),
            tax=Decimal("8.00"),
        )
        self.shop.refunds.append(refund)
        return refund

    def credit(self, number: int, reference: str, /, **changes: Any) -> LedgerCreditMemo:
        """Post a credit memo of forty pounds and tax."""
        memo = LedgerCreditMemo(
            number=f"SCM-{number}",
            reference=reference,
            customer_number=f"C-{number}",
            customer_name=f"Buyer {number} Ltd",
            posted_on=date(2026, 4, 24),
            modified_at=PLACED,
            net=Decimal("40.00"),
            tax=Decimal("8.00"),
            company=COMPANY,
            invoice_number=f"INV-{number}",
        )
        memo = replace(memo, **changes)
        self.ledger.credit_memos.append(memo)
        return memo

    def log(self, subject: str, reference: str, hours: int, **changes: Any) -> None:
        """Write down that the connector failed, so many hours after the orders."""
        log, at = self.ledger.sync_log, PLACED + timedelta(hours=hours)
        entry = SyncLogEntry(
            id=str(len(log) + 1),
            subject=subject,
            reference=reference,
            state="failed",
            started_at=at,
            finished_at=at,
            error_code="E7",
            error_field="Tax Area Code",
            error="Tax Area Code must have a value",
        )
        log.append(replace(entry, **changes))

    def request_approval(self, number: int, hours: int) -> None:
        """Ask for the approval of a sales order, so many hours before now."""
        self.ledger.approvals.append(
            LedgerApproval(
                id=str(number),
                document_number=f"SO-{number}",
                requested_at=NOW - timedelta(hours=hours),
                company=COMPANY,
            )
        )

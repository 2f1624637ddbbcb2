"""An account with so many of everything, in which every simulated vendor finds its own."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from dev.vendors.facts import (
    Account,
    AutomationRun,
    CrmOpenBusiness,
    CrmRecord,
    LedgerApproval,
    LedgerCreditMemo,
    LedgerCustomer,
    LedgerInvoice,
    LedgerRate,
    LedgerSalesOrder,
    Person,
    ShopCompany,
    ShopCustomer,
    ShopOrder,
    ShopRefund,
    SyncLogEntry,
)

START = datetime(2026, 11, 1, 9, tzinfo=UTC)
COMPANIES = ("usmf", "demf")
PERSON = Person(
    first_name="Ines",
    last_name="Planted",
    email="Planted.Buyer@Invented.example",
    phone="020 7946 0018",
    street="1 Nowhere Street",
    city="London",
    postcode="n1 9gu",
)
PAID: dict[str, Any] = {"net": Decimal("110.50"), "tax": Decimal("22.10")}


def account(rows: int, *, log_subject: str = "customer", is_distinct: bool = False) -> Account:
    """Give an account with that many of everything, one a minute; all of the same person, or each of another.

    The sync log's lines are about `log_subject`, or whole runs where it is "".
    """
    made = Account(ledger_companies=[*COMPANIES])
    for n in range(1, rows + 1):
        person = _another(n) if is_distinct else PERSON
        firm = replace(person, company=f"Invented Tools {n} Ltd" if is_distinct else "Invented Tools Ltd")
        at = START + timedelta(minutes=n)
        _shop(made, n, at, person, firm)
        _ledger(made, n, at, person, firm)
        _crm(made, n, at, person, firm)
        made.sync_log.append(
            SyncLogEntry(
                id=str(n),
                subject=log_subject,
                reference=str(n),
                state="failed",
                started_at=at,
                finished_at=at,
            )
        )
    return made


def _another(number: int) -> Person:
    return replace(
        PERSON,
        last_name=f"Made-Up {number}",
        email=f"Buyer.{number}@Invented.example",
        phone=f"020 7946 {number % 10_000:04}",
        street=f"{number} Nowhere Street",
    )


def _shop(made: Account, n: int, at: datetime, person: Person, firm: Person) -> None:
    born: dict[str, Any] = {"id": n, "created_at": START, "updated_at": at}
    made.companies.append(ShopCompany(**born, name=firm.company, address=firm))
    made.customers.append(ShopCustomer(**born, person=person, company_id=n))
    made.orders.append(
        ShopOrder(id=n, number=f"#{n}", placed_at=at, updated_at=at, buyer=person, customer_id=n, **PAID)
    )
    made.refunds.append(ShopRefund(id=10**6 + n, number=f"R{n}", order_id=n, refunded_at=at, **PAID))


def _ledger(made: Account, n: int, at: datetime, person: Person, firm: Person) -> None:
    company, day = made.ledger_companies[n % 2], START.date() + timedelta(days=n)
    there: dict[str, Any] = {"modified_at": at, "company": company}
    made.ledger_customers.append(
        LedgerCustomer(number=str(n), name=firm.company, address=person, created_at=START, **there)
    )
    paid: dict[str, Any] = {
        **there,
        **PAID,
        "reference": str(n),
        "customer_number": str(n),
        "customer_name": firm.company,
    }
    made.sales_orders.append(LedgerSalesOrder(number=f"SO{n}", ordered_on=day, **paid))
    made.invoices.append(LedgerInvoice(number=f"IV{n}", order_number=f"SO{n}", posted_on=day, **paid))
    made.credit_memos.append(LedgerCreditMemo(number=f"CM{n}", posted_on=day, **paid))
    made.approvals.append(
        LedgerApproval(id=guid(n), document_number=f"SO{n}", requested_at=at, company=company)
    )
    made.rates.append(LedgerRate(currency="EUR", starts_on=day, rate=Decimal("0.85"), company=company))


def _crm(made: Account, n: int, at: datetime, person: Person, firm: Person) -> None:
    for table, who in (("account", firm), ("contact", person)):
        made.crm_records.append(
            CrmRecord(
                id=guid(n),
                table=table,
                person=who,
                created_at=START,
                modified_at=at,
                account_number=f"c-{n}",
                company=made.ledger_companies[n % 2],
            )
        )
    for kind in ("opportunity", "order"):
        made.open_business.append(
            CrmOpenBusiness(id=guid(n), kind=kind, crm_id=guid(n), title="Ten drills", modified_at=at)
        )
    made.automation_runs.append(
        AutomationRun(id=f"run-{n}", flow="Create", state="succeeded", started_at=at, ended_at=at)
    )


def guid(number: int) -> str:
    """Give the GUID of that number."""
    return f"00000000-0000-0000-0000-{number:012}"

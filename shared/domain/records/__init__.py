"""The canonical records: what every vendor's answer is turned into on the way in.

Times are RFC 3339 in UTC to the second (`2026-04-14T09:30:00Z`), so that they sort as text;
dates are `2026-04-14`. Money is in ten-thousandths of the currency beside it. A text that the
vendor does not have is "". Keys (email, vat, account_reference, phone, postcode, name, street)
are normalised by `domain.keys` before a record is built.

A column marked `detail` is stored apart and read only for what a reading publishes.
"""

from shared.domain.records.commerce import CommerceCustomer, Company, CompanyMember, Order, Refund
from shared.domain.records.ledger import (
    Approval,
    CreditMemo,
    ExchangeRate,
    Invoice,
    MasterCustomer,
    SalesOrder,
)
from shared.domain.records.record import Record, detail_columns, key_columns
from shared.domain.records.traces import (
    CrmCustomer,
    DualWriteMap,
    FlowRun,
    FlowRunGap,
    OpenBusiness,
    SyncAttempt,
)

RECORD_TYPES: tuple[type[Record], ...] = (
    Order,
    Refund,
    CommerceCustomer,
    Company,
    CompanyMember,
    MasterCustomer,
    SalesOrder,
    Invoice,
    CreditMemo,
    Approval,
    ExchangeRate,
    CrmCustomer,
    OpenBusiness,
    FlowRun,
    FlowRunGap,
    DualWriteMap,
    SyncAttempt,
)

__all__ = [
    "RECORD_TYPES",
    "Approval",
    "CommerceCustomer",
    "Company",
    "CompanyMember",
    "CreditMemo",
    "CrmCustomer",
    "DualWriteMap",
    "ExchangeRate",
    "FlowRun",
    "FlowRunGap",
    "Invoice",
    "MasterCustomer",
    "OpenBusiness",
    "Order",
    "Record",
    "Refund",
    "SalesOrder",
    "SyncAttempt",
    "detail_columns",
    "key_columns",
]

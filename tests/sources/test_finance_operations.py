"""Finance & Operations: the real client and source against the simulated environment."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import ValidationError
from starlette.applications import Starlette

from dev.vendors import finance_operations as vendor
from dev.vendors.entra import issue
from dev.vendors.facts import (
    Account,
    LedgerCreditMemo,
    LedgerCustomer,
    LedgerInvoice,
    LedgerRate,
    LedgerSalesOrder,
    Person,
)
from shared.domain.records import CreditMemo, ExchangeRate, Invoice, MasterCustomer, SalesOrder
from shared.domain.workspace import Connection, FieldMap
from shared.errors import ConfigurationError, SourceError
from shared.sources.finance_operations import SOURCE, FinanceOperationsOptions
from shared.sources.http import Access, HeaderAuth, VendorClient
from shared.sources.source import Page, Pull

CONTRACT = Path(__file__).parents[3] / "shared/contracts/fo/field-names.json"
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
STREAMS = tuple(stream.name for stream in SOURCE.streams)

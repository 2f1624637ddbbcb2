"""Dataverse opportunities, sales orders and flow runs, and the record that each becomes.

Flow runs: learn.microsoft.com/power-automate/dataverse/cloud-flow-run-metadata. Status words differ
between the vendor's pages (`Success`, `Succeeded`), so they are told by how they begin.
"""

import re

from pydantic import BaseModel, ConfigDict, Field

from shared.domain.records import FlowRun, OpenBusiness
from shared.sources.dataverse_columns import Text
from shared.sources.read import utc

LONGEST_ERROR = 500
"""Characters of a flow's error message that are kept."""

_RUN_STATES = (
    ("succ", "succeeded"),
    ("fail", "failed"),
    ("timed", "failed"),
    ("abort", "failed"),
    ("cancel", "cancelled"),
    ("skip", "skipped"),
)
_EMAIL = re.compile(r"[^\s\"'<>:;,]+@[^\s\"'<>:;,]+")
_LONG_NUMBER = re.compile(r"\+?\d(?:[ ()-]?\d){7,}")


class OpportunityRow(BaseModel):
    """An item of opportunities."""

    model_config = ConfigDict(frozen=True)

    opportunityid: str = Field(min_length=1)
    name: Text = ""
    customer_id: Text = Field(default="", alias="_customerid_value")


class OrderRow(BaseModel):
    """An item of salesorders."""

    model_config = ConfigDict(frozen=True)

    salesorderid: str = Field(min_length=1)
    name: Text = ""
    customer_id: Text = Field(default="", alias="_customerid_value")


class FlowRunRow(BaseModel):
    """An item of flowruns."""

    model_config = ConfigDict(frozen=True)

    name: str = Field(min_length=1)
    status: Text = ""
    starttime: str = Field(min_length=10)
    endtime: Text = ""
    workflowid: Text = ""
    workflowname: Text = ""
    errorcode: Text = ""
    errormessage: Text = ""


def opportunity(row: OpportunityRow) -> OpenBusiness:
    """Turn an opportunity into open business."""
    return OpenBusiness(
        id=row.opportunityid, kind="opportunity", crm_customer_id=row.customer_id, display_name=row.name
    )


def order(row: OrderRow) -> OpenBusiness:
    """Turn a sales order into open business."""
    return OpenBusiness(
        id=row.salesorderid, kind="order", crm_customer_id=row.customer_id, display_name=row.name
    )


def flow_run(row: FlowRunRow) -> FlowRun:
    """Turn a flow run into a record; a word that is not known is a run that has not ended."""
    status = row.status.casefold()
    return FlowRun(
        id=row.name,
        flow=row.workflowname or row.workflowid,
        state=next((state for start, state in _RUN_STATES if status.startswith(start)), "running"),
        started_at=utc(row.starttime),
        ended_at=utc(row.endtime),
        error_code=row.errorcode,
        error=redacted(row.errormessage),
    )


def redacted(message: str) -> str:
    """Give an error message without email addresses and long numbers, which a payload may have left."""
    plain = _LONG_NUMBER.sub("[number]", _EMAIL.sub("[email]", message))
    return plain[:LONGEST_ERROR]

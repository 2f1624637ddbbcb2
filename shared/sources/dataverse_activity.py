"""Dataverse opportunities, sales orders, flow runs and dual-write maps, and the record that each becomes.

Flow runs: learn.microsoft.com/power-automate/dataverse/cloud-flow-run-metadata. Status words differ
between the vendor's pages (`Success`, `Succeeded`), so they are told by how they begin.
"""

import re

from pydantic import ConfigDict, Field

from shared.domain.deferred import Deferred
from shared.domain.records import DualWriteMap, FlowRun, FlowRunGap, OpenBusiness
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


class OpportunityRow(Deferred):
    """An item of opportunities."""

    model_config = ConfigDict(frozen=True)

    opportunityid: str = Field(min_length=1)
    name: Text = ""
    customer_id: Text = Field(default="", alias="_customerid_value")


class OrderRow(Deferred):
    """An item of salesorders."""

    model_config = ConfigDict(frozen=True)

    salesorderid: str = Field(min_length=1)
    name: Text = ""
    customer_id: Text = Field(default="", alias="_customerid_value")


class FlowRunRow(Deferred):
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


class FlowEventRow(Deferred):
    """An item of flowevents; what it says beside its code may quote a payload, and is not read."""

    model_config = ConfigDict(frozen=True)

    floweventid: str = Field(min_length=1)
    eventcode: Text = ""
    createdon: str = Field(min_length=10)
    completedon: Text = ""


class MapRow(Deferred):
    """An item of msdyn_dualwriteruntimeconfigs."""

    model_config = ConfigDict(frozen=True, coerce_numbers_to_str=True)

    msdyn_dualwriteruntimeconfigid: str = Field(min_length=1)
    msdyn_name: Text = ""
    msdyn_status: Text = ""
    status_label: Text = Field(default="", alias="msdyn_status@OData.Community.Display.V1.FormattedValue")
    msdyn_internalentityname: Text = ""
    msdyn_externalentityname: Text = ""
    modifiedon: Text = ""


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


def flow_run_gap(row: FlowEventRow) -> FlowRunGap:
    """Turn an event of the recording of runs into a gap."""
    return FlowRunGap(
        id=row.floweventid,
        started_at=utc(row.createdon),
        ended_at=utc(row.completedon),
        code=row.eventcode,
    )


_MAP_STATES = (
    ("not running", "stopped"),
    ("stop", "stopped"),
    ("paus", "paused"),
    ("run", "running"),
)


def dual_write_map(row: MapRow) -> DualWriteMap:
    """Turn a map's configuration into its state; a status without a word of its own keeps its number."""
    status = (row.status_label or row.msdyn_status).strip().casefold()
    return DualWriteMap(
        id=row.msdyn_dualwriteruntimeconfigid,
        name=row.msdyn_name,
        table=row.msdyn_internalentityname.casefold(),
        entity=row.msdyn_externalentityname,
        state=next((state for start, state in _MAP_STATES if status.startswith(start)), status),
        modified_at=utc(row.modifiedon),
    )


def redacted(message: str) -> str:
    """Give an error message without email addresses and long numbers, which a payload may have left."""
    plain = _LONG_NUMBER.sub("[number]", _EMAIL.sub("[email]", message))
    return plain[:LONGEST_ERROR]

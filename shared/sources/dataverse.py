"""Microsoft Dataverse: accounts, contacts, open business, flow runs and the state of dual-write.

Accounts and contacts are read by change tracking, which tells deletions, or by `modifiedon`, which
does not (learn.microsoft.com/power-apps/developer/data-platform/webapi/query/overview); what is open
and what dual-write adds is read anew on each run.
"""

from collections.abc import Mapping
from datetime import timedelta

import httpx

from shared.domain.records import CrmCustomer, DualWriteMap, FlowRun, FlowRunGap, OpenBusiness
from shared.domain.workspace import Connection
from shared.sources import dataverse_streams as streams
from shared.sources.dataverse_check import check
from shared.sources.dataverse_options import DataverseOptions
from shared.sources.entra import entra_auth
from shared.sources.http import Access
from shared.sources.pace import Limit, Signal
from shared.sources.read import is_number
from shared.sources.source import Options, Source, Stream

API = "/api/data/v9.2"

LIMIT = Limit(capacity=6_000, per_second=20, parallel=4, window=300)
"""6,000 calls in any 5 minutes a user and web server; 52 at once, of which few are taken
(learn.microsoft.com/power-apps/developer/data-platform/api-limits)."""
FLOW_RUN_OVERLAP = timedelta(hours=24)
"""Runs are kept in an elastic table whose reads lag behind, and a run's end is written later."""

_HEADERS = {"OData-MaxVersion": "4.0", "OData-Version": "4.0", "If-None-Match": "null"}
_REMAINING = "x-ms-ratelimit-burst-remaining-xrm-requests"


def access(connection: Connection, options: Options, secrets: Mapping[str, str]) -> Access:
    """Say how an environment is reached: by an app that is an application user there."""
    if not isinstance(options, DataverseOptions):
        raise TypeError
    root = f"https://{options.host}"
    auth = entra_auth(
        connection, options.tenant_id, secrets["client_id"], secrets["client_secret"], f"{root}/.default"
    )
    return Access((connection.base_url or root) + API, auth, _HEADERS, LIMIT, signal)


def signal(response: httpx.Response) -> Signal | None:
    """Give how many calls are left, as an answer's header tells it."""
    left = response.headers.get(_REMAINING, "")
    return Signal(float(left)) if is_number(left) else None


SOURCE = Source(
    kind="dataverse",
    title="Microsoft Dataverse",
    streams=(
        Stream("accounts", CrmCustomer, streams.accounts, keys=streams.account_keys),
        Stream("contacts", CrmCustomer, streams.contacts, keys=streams.contact_keys),
        Stream(
            "opportunities",
            OpenBusiness,
            streams.opportunities,
            is_full_read=True,
            is_offered=lambda o: o.has_sales,
        ),
        Stream("orders", OpenBusiness, streams.orders, is_full_read=True, is_offered=lambda o: o.has_sales),
        Stream(
            "flow_runs",
            FlowRun,
            streams.flow_runs,
            overlap=FLOW_RUN_OVERLAP,
            is_offered=lambda o: o.has_flow_runs,
        ),
        Stream(
            "flow_run_gaps",
            FlowRunGap,
            streams.flow_run_gaps,
            overlap=FLOW_RUN_OVERLAP,
            is_offered=lambda o: o.has_flow_runs,
        ),
        Stream(
            "dual_write_maps",
            DualWriteMap,
            streams.dual_write_maps,
            is_full_read=True,
            is_offered=lambda o: o.has_dual_write,
        ),
    ),
    access=access,
    options=DataverseOptions,
    secrets=("client_id", "client_secret"),
    check=check,
)

"""What Dataverse, Power Automate and connectors leave behind on the way."""

from dataclasses import dataclass

from shared.domain.records.record import Record, detail


@dataclass(frozen=True, slots=True, kw_only=True)
class CrmCustomer(Record):
    """A Dataverse contact or account that should be promoted into the customer master."""

    table: str
    """`account` or `contact`."""
    created_at: str
    is_active: bool
    is_in_scope: bool
    """Relationship type Customer, or Sellable: what dual-write promotes."""
    company: str = ""
    email: str = ""
    vat: str = ""
    account_reference: str = ""
    phone: str = ""
    postcode: str = ""
    name: str = ""
    street: str = ""
    missing_fields: tuple[str, ...] = ()
    """Fields that Finance makes mandatory and that are empty here."""
    display_name: str = detail()
    url: str = detail()


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenBusiness(Record):
    """An open opportunity or order in Dataverse."""

    kind: str
    """`opportunity` or `order`."""
    crm_customer_id: str
    display_name: str = detail()


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowRun(Record):
    """One run of a Power Automate cloud flow."""

    flow: str
    state: str
    """`succeeded`, `failed`, `cancelled`, `skipped` or `running`."""
    started_at: str
    ended_at: str = ""
    error_code: str = ""
    error: str = detail()


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowRunGap(Record):
    """That Power Automate did not record all runs of its flows around this time, by its own word."""

    started_at: str
    ended_at: str = ""
    code: str
    """The vendor's word for why: `IngestionRateDataLoss`, say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DualWriteMap(Record):
    """A dual-write map that Dataverse knows of, and whether it runs."""

    name: str
    table: str
    """The Dataverse side by its entity set's name: `accounts`, `contacts`."""
    entity: str
    """The Finance & Operations side: `Customers V3`."""
    state: str
    """`running`, `paused`, `stopped`, or another word of the vendor's."""
    modified_at: str = detail()


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncAttempt(Record):
    """One attempt of a connector to write one customer or order into the back office.

    An attempt without `subject` stands for a whole run: its `started_at` tells when the
    connector last ran.
    """

    subject: str
    """`customer`, `order` or "" for a whole run."""
    reference: str
    """What the connector calls the subject: order number, company id, account, email, or record id."""
    state: str
    """`succeeded`, `failed`, `skipped` or `running`."""
    started_at: str
    finished_at: str = ""
    error_code: str = ""
    error_field: str = ""
    error: str = ""

"""What a connection to a Dataverse environment is told besides its secrets."""

from pydantic import Field

from shared.sources.source import Options


class DataverseOptions(Options):
    """What a connection to a Dataverse environment needs besides its secrets."""

    tenant_id: str = Field(min_length=1)
    host: str = Field(pattern=r"^[A-Za-z0-9.-]+$")
    """The environment's own host, such as `contoso.crm4.dynamics.com`."""
    page_size: int = Field(default=5_000, ge=1, le=5_000)
    has_flow_runs: bool = True
    """Whether the runs of cloud flows are read; only those of flows in solutions are recorded."""
    has_dual_write: bool = True
    """Whether records carry a company and maps are known: both come with dual-write."""
    has_sales: bool = True
    """Whether opportunities and orders exist: they come with Dynamics 365 Sales."""
    account_relationship_types: tuple[int, ...] = (3,)
    """The relationship types (customertypecode) that are promoted; 3 is Customer."""
    contacts_must_be_sellable: bool = True
    mandatory_fields: tuple[str, ...] = ("msdyn_customergroupid",)
    """Logical names of the columns without which Finance refuses a customer."""

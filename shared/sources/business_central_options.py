"""What a connection to a Business Central environment is told besides its secrets."""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, field_validator
from pydantic_core import PydanticCustomError

from shared.sources.source import Options

PAGE_PATTERN = r"^(api/[^/?#]+/[^/?#]+/[^/?#]+/[A-Za-z0-9_]+)?$"
"""`api/{publisher}/{group}/{version}/{entity set}`, or "" for none."""

PagePath = Annotated[str, StringConstraints(pattern=PAGE_PATTERN)]
PropertyName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
OptionalSet = Literal["approvalEntries", "postedApprovalEntries", "contacts"]
LogField = Literal[
    "id",
    "subject",
    "reference",
    "status",
    "startedAt",
    "finishedAt",
    "errorCode",
    "errorField",
    "errorMessage",
]


class BusinessCentralOptions(Options):
    """What a connection to a Business Central environment needs besides its secrets."""

    tenant_id: str = Field(pattern=r"^[A-Za-z0-9.-]+$")
    environment: str = Field(default="production", pattern=r"^[A-Za-z0-9-]+$")
    companies: tuple[str, ...] = Field(min_length=1)
    """The names of the companies to read. All that the app may see would not do: one that came into
    sight later would be read from the last run on only, and one that went would look empty."""
    page_size: int = Field(default=1_000, ge=1, le=20_000)
    privacy_page: str = Field(default="", pattern=PAGE_PATTERN)
    """A custom API page over customers with `number` and `privacy_field`:
    `api/{publisher}/{group}/{version}/{entity set}`. Without it a customer counts as privacy blocked
    where a contact of its own does, which is a hint and no proof."""
    privacy_field: PropertyName = "privacyBlocked"
    commerce_id_pages: dict[Literal["sales_orders", "invoices", "credit_memos"], PagePath] = Field(
        default_factory=dict
    )
    """Custom API pages, written likewise, that tell for a document's `id` which commerce order or return
    it belongs to. Without one the external document number tells."""
    commerce_id_field: PropertyName = "commerceId"
    shipping_numbers: tuple[str, ...] = ()
    """The numbers of the G/L accounts, items and item charges on which shipping is invoiced. Without
    them no document tells what of it is shipping; with them invoices are read with their lines."""
    connector_log_page: str = Field(default="", pattern=PAGE_PATTERN)
    """A custom API page over the connector's log, written likewise."""
    connector_log_fields: dict[LogField, PropertyName] = Field(default_factory=dict)
    """What that page calls each field, where the name differs."""
    skipped_records_page: str = Field(default="", pattern=PAGE_PATTERN)
    """A second page of the same kind, with Tieout's own names: what the connector passed over."""
    without: tuple[OptionalSet, ...] = ()
    """Entity sets that this environment's version lacks: what they tell is openly not read."""

    @field_validator("companies", mode="before")
    @classmethod
    def _some_company(cls, given: Any) -> Any:
        if given in ([], ()):
            raise PydanticCustomError(
                "no_company",
                "name at least one company to read, each as Business Central's page Companies shows its name",
            )
        return given

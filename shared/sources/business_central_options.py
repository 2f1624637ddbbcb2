"""What a connection to a Business Central environment is told besides its secrets."""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, field_validator
from pydantic_core import PydanticCustomError

from shared.sources.source import Options

PAGE_PATTERN = r"^(api/[^/?#]+/[^/?#]+/[^/?#]+/[A-Za-z0-9_]+)?$"
"""`api/{publisher}/{group}/{version}/{entity set}`, or "" for none."""

PropertyName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
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
    `api/{publisher}/{group}/{version}/{entity set}`. Without it nobody counts as privacy blocked."""
    privacy_field: PropertyName = "privacyBlocked"
    connector_log_page: str = Field(default="", pattern=PAGE_PATTERN)
    """A custom API page over the connector's log, written likewise."""
    connector_log_fields: dict[LogField, PropertyName] = Field(default_factory=dict)
    """What that page calls each field, where the name differs."""

    @field_validator("companies", mode="before")
    @classmethod
    def _some_company(cls, given: Any) -> Any:
        if given in ([], ()):
            raise PydanticCustomError(
                "no_company",
                "name at least one company to read, each as Business Central's page Companies shows its name",
            )
        return given

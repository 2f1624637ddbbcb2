"""What a connection to Finance & Operations is told besides its secrets."""

from typing import Annotated, Any

from pydantic import Field, StringConstraints, field_validator
from pydantic_core import PydanticCustomError

from shared.sources.source import Options

CompanyCode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,10}$")]


class FinanceOperationsOptions(Options):
    """What a connection to Finance & Operations needs besides its secrets."""

    tenant_id: str = Field(min_length=1)
    host: str = Field(pattern=r"^[A-Za-z0-9.-]+$")
    """The environment's own host, such as `contoso.operations.dynamics.com` or
    `contoso-uat.sandbox.operations.eu.dynamics.com`."""
    page_size: int = Field(default=10_000, ge=1, le=10_000)
    companies: tuple[CompanyCode, ...] = Field(min_length=1)
    """The dataAreaIds to read. All that the app's user may see would not do: one that came into sight
    later would lack its older records, and one that went would look empty."""
    exchange_rate_type: str = Field(default="Default", pattern=r"^[^']+$")

    @field_validator("companies", mode="before")
    @classmethod
    def _some_company(cls, given: Any) -> Any:
        if given in ([], ()):
            raise PydanticCustomError(
                "no_company", "name at least one company to read by its dataAreaId, such as usmf"
            )
        return given

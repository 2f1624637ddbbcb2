"""What reaching a Sage Intacct company needs besides its secrets."""

from typing import Literal

from pydantic import Field

from shared.sources.source import Options


class SageIntacctOptions(Options):
    """Which way in, who asks, what is read, and how many calls a month may be spent."""

    api: Literal["rest", "xml"] = "rest"
    """`xml` is the older gateway, for companies that have no REST application."""
    username: str = Field(pattern=r"^[^@]+@[^@]+$")
    """`webuser@company`: the user whose permissions bound what is read."""
    entity: str = ""
    """Reads as one entity sees the company; "" reads the top level and every entity."""
    order_document_type: str = Field(default="Sales Order", min_length=1)
    """The transaction definition that stands for a sales order; each company names its own."""
    vat_field: str = ""
    """The customer field that carries the VAT number in place of the tax id: `nsp::VAT_NUMBER` by REST,
    `VAT_NUMBER` by the gateway; "" takes the field map's, where that names a field of Intacct."""
    page_size: int = Field(default=2000, ge=1, le=4000)
    """Rows a page; the gateway gives 2,000 at most."""
    includes_orders: bool = True
    """Whether orders, invoices and credit memos are read as well; each costs calls."""
    calls_per_month: int = Field(default=100_000, ge=1000)
    """What the company's performance tier includes; what goes beyond is billed."""

    @property
    def user(self) -> str:
        """Give the web services user alone."""
        return self.username.partition("@")[0]

    @property
    def company(self) -> str:
        """Give the company alone."""
        return self.username.partition("@")[2]

"""Which columns a Dataverse table has, and what they are called in answers.

The columns of dual-write (`msdyn_*`) exist only where its solutions are installed, and asking for
an unknown column refuses the whole query (learn.microsoft.com/power-apps/developer/data-platform/
webapi/query-metadata-web-api).
"""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, TypeAdapter, ValidationError

from shared.domain.deferred import Deferred
from shared.errors import SourceError
from shared.sources.http import VendorClient
from shared.sources.odata import pages

Text = Annotated[str, BeforeValidator(lambda value: "" if value is None else value)]
"""A column of text; null is no text."""

_LOOKUPS = frozenset({"Lookup", "Customer", "Owner"})
_METADATA_PAGE = 5_000

_LABELS = {
    "msdyn_customergroupid": "customer group",
    "msdyn_paymentterm": "payment terms",
    "msdyn_paymentschedule": "payment schedule",
    "msdyn_customerpaymentmethod": "payment method",
    "msdyn_taxexemptnumber": "tax exempt number",
    "msdyn_identificationnumber": "identification number",
    "msdyn_company": "company",
    "transactioncurrencyid": "currency",
    "emailaddress1": "email",
    "telephone1": "telephone",
    "accountnumber": "account number",
}


class _Attribute(Deferred):
    LogicalName: str
    AttributeType: str = ""


_ATTRIBUTES = TypeAdapter(list[_Attribute])


async def answered_names(client: VendorClient, table: str) -> Mapping[str, str]:
    """Give a table's columns by logical name, each with its name in answers: a lookup is `_x_value`.

    Raises SourceError where the answer cannot be right.
    """
    url = f"/EntityDefinitions(LogicalName='{table}')/Attributes"
    params = {"$select": "LogicalName,AttributeType"}
    items: list[Any] = []
    async for page, _ in pages(client, url, params, page_size=_METADATA_PAGE, cursor=""):
        items.extend(page)
    try:
        attributes = _ATTRIBUTES.validate_python(items)
    except ValidationError:
        msg = f"{client.name} described the table {table} in a form that is not known"
        raise SourceError(msg) from None
    return {
        each.LogicalName: f"_{each.LogicalName}_value" if each.AttributeType in _LOOKUPS else each.LogicalName
        for each in attributes
    }


def select(row: type[BaseModel], answered: Mapping[str, str], more: Iterable[str] = ()) -> str:
    """Give the $select of the columns that a row model reads and the table has, and of `more`."""
    present = set(answered.values())
    wanted = [field.alias or name for name, field in row.model_fields.items()]
    return ",".join(dict.fromkeys([*(name for name in wanted if name in present), *more]))


def label(column: str) -> str:
    """Give what people call a column: `customer group` for `msdyn_customergroupid`."""
    return _LABELS.get(column, column.removeprefix("msdyn_"))

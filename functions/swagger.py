"""The interface as a document that machines read: for Power Automate, and for whoever writes a client."""

from functools import lru_cache
from urllib.parse import urlsplit

import azure.functions as func

from functions.answers import tagged
from functions.blueprints import blueprint
from functions.http import open_endpoint
from functions.queries import Query, query_of

BLUEPRINT = blueprint()


@open_endpoint(BLUEPRINT, "read_swagger", "swagger.json")
async def read_swagger(request: func.HttpRequest) -> func.HttpResponse:
    """Give this interface as OpenAPI 2.0, which is what custom connectors are made of."""
    query_of(request, Query)
    split = urlsplit(request.url)
    return tagged(request, _document(split.scheme, split.netloc))


@lru_cache(maxsize=8)
def _document(scheme: str, host: str) -> dict[str, object]:
    """Make the document when it is first asked for: the models of all answers take a while to load."""
    from functions.openapi.document import document  # noqa: PLC0415 - see above
    from functions.routes import ROUTES  # noqa: PLC0415 - complete only when all functions are imported

    return document((each for each in ROUTES.values() if not each.is_page), scheme, host)

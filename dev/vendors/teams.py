"""A simulated Teams workflow that takes cards by webhook; keeps them in `app.state.teams_posts`.

https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using
"""

from typing import Any, Literal

from pydantic import BaseModel, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

MOST_BYTES = 28_672


class _Card(BaseModel):
    type: Literal["AdaptiveCard"]
    version: str = Field(pattern=r"^1\.[0-6]$")
    body: list[dict[str, Any]] = Field(min_length=1)


class _Attachment(BaseModel):
    content_type: Literal["application/vnd.microsoft.card.adaptive"] = Field(alias="contentType")
    content: _Card


class _Post(BaseModel):
    type: Literal["message"]
    attachments: list[_Attachment] = Field(min_length=1)


def _refused(status: int, code: str, message: str) -> Response:
    return JSONResponse({"error": {"code": code, "message": message}}, status_code=status)


async def post(request: Request) -> Response:
    """Queue a card for its channel, and keep it with the workflow that posts it."""
    if not request.query_params.get("sig"):
        return _refused(401, "DirectApiAuthorizationRequired", "The request must be signed by its address.")
    content = await request.body()
    if len(content) > MOST_BYTES:
        return _refused(413, "RequestEntityTooLarge", "The request is larger than a message may be.")
    try:
        _Post.model_validate_json(content)
    except ValidationError:
        return _refused(400, "TriggerInputSchemaMismatch", "The input of the workflow trigger is not valid.")
    if not hasattr(request.app.state, "teams_posts"):
        request.app.state.teams_posts = []
    posted = {"workflow": request.path_params["workflow"], **await request.json()}
    request.app.state.teams_posts.append(posted)
    return Response(status_code=202)


ROUTES = [Route("/teams/{workflow}", post, methods=["POST"])]
SECRETS = {"sig": "invented-workflow-signature"}

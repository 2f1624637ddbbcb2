"""A simulated Microsoft Graph, as far as sending mail goes; keeps what was sent in `app.state.sent_mail`.

https://learn.microsoft.com/graph/api/user-sendmail
"""

from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dev.vendors import entra

SCOPE = "https://graph.microsoft.com/"
MOST_BYTES = 4 * 1024 * 1024


class _Address(BaseModel):
    address: Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+$")]


class _Recipient(BaseModel):
    email_address: _Address = Field(alias="emailAddress")


class _Content(BaseModel):
    content_type: Literal["HTML", "Text", "html", "text"] = Field(alias="contentType")
    content: str


class _Message(BaseModel):
    subject: str = Field(min_length=1)
    body: _Content
    to: list[_Recipient] = Field(alias="toRecipients", min_length=1)


class _Mail(BaseModel):
    message: _Message


def _refused(status: int, code: str, message: str) -> Response:
    inner = {"date": "2026-11-21T09:00:00", "request-id": "invented", "client-request-id": "invented"}
    error = {"code": code, "message": message, "innerError": inner}
    return JSONResponse({"error": error}, status_code=status)


async def send_mail(request: Request) -> Response:
    """Take a message for delivery, and keep it with the mailbox that sends it."""
    if not entra.is_valid(request.headers.get("Authorization", ""), SCOPE):
        return _refused(401, "InvalidAuthenticationToken", "Access token is empty or not valid.")
    content = await request.body()
    if len(content) > MOST_BYTES:
        return _refused(413, "ErrorMessageSizeExceeded", "The message exceeds the maximum supported size.")
    try:
        _Mail.model_validate_json(content)
    except ValidationError:
        return _refused(400, "ErrorInvalidRequest", "The request body is not a message with recipients.")
    if not hasattr(request.app.state, "sent_mail"):
        request.app.state.sent_mail = []
    sent = {"mailbox": request.path_params["mailbox"], **await request.json()}
    request.app.state.sent_mail.append(sent)
    return Response(status_code=202)


ROUTES = [Route("/graph/v1.0/users/{mailbox}/sendMail", send_mail, methods=["POST"])]
SECRETS: dict[str, str] = {}

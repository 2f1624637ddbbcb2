"""What the simulated Teams and Graph took, for people to look at: a page of messages, each as it came.

`/inbox` is the page, `/inbox.json` the same for programs.
"""

from html import escape
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

SECRETS: dict[str, str] = {}

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>What Tieout sent</title></head>
<body style="font-family:sans-serif;max-width:60rem;margin:2rem auto">
<h1>What Tieout sent</h1>
<p>Messages of the demonstration. Nothing has left this machine.</p>
<ul>{lines}</ul>
</body></html>"""


def _mails(request: Request) -> list[dict[str, Any]]:
    return list(getattr(request.app.state, "sent_mail", []))


def _posts(request: Request) -> list[dict[str, Any]]:
    return list(getattr(request.app.state, "teams_posts", []))


def _arrived(request: Request) -> list[dict[str, str]]:
    mails = [
        {
            "channel": "email",
            "to": mail["message"]["toRecipients"][0]["emailAddress"]["address"],
            "title": mail["message"]["subject"],
            "href": f"/inbox/mail/{number}",
        }
        for number, mail in enumerate(_mails(request))
    ]
    posts = [
        {
            "channel": "teams",
            "to": post["workflow"],
            "title": post["attachments"][0]["content"]["body"][0].get("text", ""),
            "href": f"/inbox/teams/{number}",
        }
        for number, post in enumerate(_posts(request))
    ]
    return posts + mails


async def page(request: Request) -> Response:
    """Give the page of all messages."""
    lines = [
        f"<li>{each['channel']} to {escape(each['to'])}: "
        f'<a href="{each["href"]}">{escape(each["title"])}</a></li>'
        for each in _arrived(request)
    ]
    return HTMLResponse(_PAGE.format(lines="".join(lines) or "<li>nothing yet</li>"))


async def listed(request: Request) -> Response:
    """Give all messages: channel, recipient, title, and where each is."""
    return JSONResponse(_arrived(request))


async def mail(request: Request) -> Response:
    """Give an email's HTML as a mail program would show it."""
    number = request.path_params["number"]
    found = _mails(request)[number : number + 1]
    return HTMLResponse(found[0]["message"]["body"]["content"]) if found else Response(status_code=404)


async def post(request: Request) -> Response:
    """Give a card as Teams got it."""
    number = request.path_params["number"]
    found = _posts(request)[number : number + 1]
    return JSONResponse(found[0]) if found else Response(status_code=404)


ROUTES = [
    Route("/inbox", page),
    Route("/inbox.json", listed),
    Route("/inbox/mail/{number:int}", mail),
    Route("/inbox/teams/{number:int}", post),
]

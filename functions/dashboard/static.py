"""Styles and scripts: served at addresses that change with what they hold, and so kept for a year."""

import hashlib
from functools import cache
from http import HTTPStatus
from pathlib import Path

import azure.functions as func

from functions import problems
from functions.blueprints import blueprint
from functions.http import open_endpoint

BLUEPRINT = blueprint()
FOLDER = Path(__file__).parent / "static"
_KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_HEADERS = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}


def address(name: str) -> str:
    """Give the address of a file; raises KeyError for one that is not there.

    The part that changes is of all files together: a script names the next one by its plain name.
    """
    version, files = _served()
    return f"/dashboard/static/{version}/{name}" if files[name] else ""


@open_endpoint(BLUEPRINT, "read_static_file", "dashboard/static/{version}/{file}")
async def read_static_file(request: func.HttpRequest) -> func.HttpResponse:
    """Give a style, a script or a picture of the dashboard's."""
    version, files = _served()
    name = str(request.route_params.get("file", ""))
    if request.route_params.get("version") != version or name not in files:
        raise problems.not_found("There is no file of this name and version.")
    return func.HttpResponse(
        files[name],
        status_code=HTTPStatus.OK.value,
        headers=_HEADERS,
        mimetype=_KINDS[Path(name).suffix],
        charset="utf-8",
    )


@cache
def _served() -> tuple[str, dict[str, bytes]]:
    files = {each.name: each.read_bytes() for each in sorted(FOLDER.iterdir()) if each.suffix in _KINDS}
    digest = hashlib.sha256()
    for name, content in files.items():
        digest.update(f"{name} {len(content)} ".encode() + content)
    return digest.hexdigest()[:16], files

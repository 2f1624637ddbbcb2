"""Which app a command asks, and as whom: options that every such command has."""

import inspect
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from inspect import Parameter
from typing import Annotated, Any

import httpx
import typer

from dev.partner.app import App
from dev.partner.told import stop

LOCAL = "http://localhost:7071"
_KEY = re.compile(r"[!-~]([ -~]*[!-~])?")
"""What can stand in a header."""
_SECONDS = 300.0
"""A card of a past instant, or all checks of an app, take as long as an evaluation does."""


class SignIn(str, Enum):  # noqa: UP042 - typer shows the values
    """How to sign in in place of a key."""

    azure = "azure"


Url = Annotated[str, typer.Option("--app", "--url", envvar="TIEOUT_APP", help="Where the app answers.")]
Key = Annotated[
    str,
    typer.Option(
        "--key", envvar="TIEOUT_ADMIN_KEY", help="The operator's key or a workspace's.", show_default=False
    ),
]
SigningIn = Annotated[
    SignIn | None, typer.Option("--sign-in", help="In place of a key: your own Azure sign-in (az login).")
]
Audience = Annotated[
    str,
    typer.Option(
        "--audience",
        envvar="TIEOUT_ENTRA_AUDIENCE",
        help="With --sign-in: the client id or api:// address of the app's registration.",
        show_default=False,
    ),
]
_OPTIONS: Mapping[str, tuple[Any, Any]] = {
    "url": (Url, LOCAL),
    "key": (Key, ""),
    "sign_in": (SigningIn, None),
    "audience": (Audience, ""),
}


@dataclass(frozen=True, slots=True)
class Place:
    """An app, and who asks it."""

    url: str
    key: str = ""
    sign_in: SignIn | None = None
    audience: str = ""

    def opened(self) -> App:
        """Give a client of the app; ends the command where it is not said who asks."""
        if self.sign_in is not None:
            headers = {"authorization": f"Bearer {token(self.audience)}"}
        elif self.key:
            if not _KEY.fullmatch(self.key):
                stop("The key has characters that no key has, such as a line break: copy it again.")
            headers = {"x-api-key": self.key}
        else:
            stop("Say who asks: set TIEOUT_ADMIN_KEY to a key, or sign in by --sign-in azure.")
        if not self.url.startswith(("http://", "https://")):
            stop(f"{self.url} is no address: give --app as https://NAME.azurewebsites.net.")
        return App(client(self.url.rstrip("/"), headers))


def client(url: str, headers: Mapping[str, str]) -> httpx.Client:
    """Give a client of the interface; it follows no redirect, for a key goes with each request."""
    return httpx.Client(base_url=f"{url}/api/v1", headers=dict(headers), timeout=_SECONDS)


def token(audience: str) -> str:
    """Give an access token of whoever is signed in to Azure here; ends the command where nobody is."""
    from azure.core.exceptions import ClientAuthenticationError  # noqa: PLC0415 - heavy to load
    from azure.identity import DefaultAzureCredential  # noqa: PLC0415 - heavy to load

    # As the setting of the app may, it names several: any of them will do.
    audiences = audience.replace(",", " ").split()
    if not audiences:
        stop("Say what to sign in to: --audience with the client id of the app's registration.")
    first = audiences[0]
    # What each way to sign in has to say is summed up below.
    logging.getLogger("azure").setLevel(logging.CRITICAL)
    try:
        with DefaultAzureCredential() as credential:
            return credential.get_token(f"{first}/.default").token
    except ClientAuthenticationError:
        stop(
            f"Nobody is signed in to Azure here who may ask for {first}: run az login, and see that the "
            "registration lets the Azure CLI in."
        )


def asking(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that say which app is asked and as whom, in place of its first parameter.

    The command gets the app opened, as `app`; it is closed when the command ends.
    """
    signature = inspect.signature(command, eval_str=True)
    own = [
        each.replace(kind=Parameter.KEYWORD_ONLY)
        for each in signature.parameters.values()
        if each.name != "app"
    ]
    added = [
        Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
        for name, (annotation, default) in _OPTIONS.items()
    ]

    def run(**values: Any) -> Any:
        place = Place(**{name: values.pop(name) for name in _OPTIONS})
        with place.opened() as app:
            return command(app, **values)

    run.__name__, run.__doc__, run.__module__ = command.__name__, command.__doc__, command.__module__
    run.__signature__ = signature.replace(parameters=[*own, *added])  # type: ignore[attr-defined] # read by typer
    run.__annotations__ = {each.name: each.annotation for each in (*own, *added)}
    return run

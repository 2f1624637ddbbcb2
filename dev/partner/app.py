"""A running app as a command sees it: what it answers, and a sentence for each way in which it does not."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, NoReturn, Self

import httpx

from dev.partner.told import stop

Document = dict[str, Any]


class App:
    """An app that is asked over HTTP by one caller."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    @property
    def url(self) -> str:
        """Where it answers."""
        return str(self._http.base_url).rstrip("/").removesuffix("/api/v1")

    def get(self, path: str, **params: Any) -> Document:
        """Give what is at a path; ends the command where the app does not answer well."""
        return read(self.ask("GET", path, params=params))

    def ask(self, method: str, path: str, *, passing: tuple[int, ...] = (), **what: Any) -> httpx.Response:
        """Give the answer to a request; ends the command for one that is bad and none of `passing`."""
        params = {
            name: value for name, value in (what.pop("params", None) or {}).items() if value is not None
        }
        try:
            answer = self._http.request(method, path, params=params or None, **what)
        except httpx.HTTPError as error:
            self._stop_unreached(error)
        if not answer.is_success and answer.status_code not in passing:
            stop(refusal(answer))
        return answer

    @contextmanager
    def streamed(self, path: str, params: Document) -> Iterator[httpx.Response]:
        """Give an answer that is read piece by piece."""
        given = {name: value for name, value in params.items() if value is not None}
        try:
            with self._http.stream("GET", path, params=given) as answer:
                if not answer.is_success:
                    answer.read()
                    stop(refusal(answer))
                yield answer
        except httpx.HTTPError as error:
            self._stop_unreached(error)

    def workspaces(self, named: str = "") -> list[Document]:
        """Give the workspaces that the caller may enter, or the one of this name."""
        found: list[Document] = self.get("/workspaces")["workspaces"]
        chosen = [each for each in found if named in {"", each["id"]}]
        if not chosen:
            known = ", ".join(each["id"] for each in found) or "none"
            stop(
                f"There is no workspace {named} that this caller may enter; these are: {known}."
                if named
                else "There is no workspace yet: make one by ./run workspace new, then ./run workspace apply."
            )
        return chosen

    def _stop_unreached(self, error: httpx.HTTPError) -> NoReturn:
        if isinstance(error, httpx.ReadTimeout):
            stop(f"The app at {self.url} did not answer in time; ask again, or see its log.")
        stop(
            f"The app cannot be reached at {self.url} ({type(error).__name__}): see whether it runs "
            "there, and give its address by --app or TIEOUT_APP."
        )


def read(answer: httpx.Response) -> Document:
    """Read an answer's JSON; ends the command where something else than a Tieout answers."""
    try:
        found: Document = answer.json()
    except ValueError:
        stop(f"What answers at {answer.url.copy_with(query=None)} is no Tieout: it sent no JSON.")
    return found


_HINTS = {
    401: "set TIEOUT_ADMIN_KEY to a key of this app, or sign in by --sign-in azure",
    403: "ask as somebody who may: the operator's key opens everything",
    412: "somebody else changed it meanwhile: run the command again and look at what it would change now",
    429: "wait a little, and ask again",
    503: "./run doctor says what is wrong",
}


def refusal(answer: httpx.Response) -> str:
    """Say in a sentence why the app refused, with each part that is wrong, and what to do."""
    try:
        problem = answer.json()
        lines = [f"The app refused ({answer.status_code}): {problem['detail']}"]
        parts = [f"{each['path']}: {each['message']}" for each in problem.get("errors", ())]
        lines += [f"  {each}" for each in parts if each not in problem["detail"]]
    except (ValueError, KeyError, TypeError):
        lines = [f"The app answered {answer.status_code}, and no JSON: is this the address of a Tieout?"]
    if hint := _HINTS.get(answer.status_code):
        lines.append(f"What to do: {hint}.")
    return "\n".join(lines)

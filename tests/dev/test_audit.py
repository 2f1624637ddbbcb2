"""The audit of packages: what it finds, what it says of nothing found, and that ours are pinned."""

import json
from pathlib import Path

import httpx
import pytest

from dev import audit
from dev.audit import Hole, Unasked

PACKAGES = [("jinja2", "2.4.1"), ("httpx", "0.28.1")]


def _answering(answer: httpx.Response, asked: list[httpx.Request] | None = None) -> httpx.MockTransport:
    def reply(request: httpx.Request) -> httpx.Response:
        if asked is not None:
            asked.append(request)
        return answer

    return httpx.MockTransport(reply)


def test_a_known_hole_is_named() -> None:
    """Each package is asked for with its version, and what comes back is told with where to read on."""
    asked: list[httpx.Request] = []
    body = {"results": [{"vulns": [{"id": "GHSA-1"}, {"id": "PYSEC-2"}]}, {}]}
    found = audit.holes(PACKAGES, _answering(httpx.Response(200, json=body), asked))
    assert [Hole("jinja2", "2.4.1", "GHSA-1"), Hole("jinja2", "2.4.1", "PYSEC-2")] == found
    assert "jinja2 2.4.1: https://osv.dev/vulnerability/GHSA-1" == found[0].told
    query = {"package": {"name": "jinja2", "ecosystem": "PyPI"}, "version": "2.4.1"}
    assert query == json.loads(asked[0].content)["queries"][0]


def test_a_hole_that_does_not_touch_us_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """An advisory is accepted by its id, with why."""
    monkeypatch.setattr(audit, "ACCEPTED", {"GHSA-1": "we call nothing of it"})
    body = {"results": [{"vulns": [{"id": "GHSA-1"}]}, {}]}
    assert [] == audit.holes(PACKAGES, _answering(httpx.Response(200, json=body)))


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(503),
        httpx.Response(200, text="<html>"),
        httpx.Response(200, json={}),
        httpx.Response(200, json={"results": [{}]}),
        httpx.Response(200, json={"results": [{"vulns": [{}]}, {}]}),
        httpx.Response(200, json=[]),
    ],
)
def test_no_answer_is_not_a_clean_answer(answer: httpx.Response) -> None:
    """Whoever answers something else has not been asked, which is not the same as nothing found."""
    with pytest.raises(Unasked):
        audit.holes(PACKAGES, _answering(answer))


def test_every_requirement_is_pinned() -> None:
    """Two installations of one commit are the same."""
    assert [] == audit.loose()


def test_what_is_loose_is_found(tmp_path: Path) -> None:
    """A range, a bare name, an address and an option are no pins."""
    loose = ["a", "a>=1", "a==1.*", "a~=1.0", "git+https://example.com/a", "--pre", "-e ."]
    fine = ["# a", "", "a==1.0", 'a-b==1.0.post1 ; python_version < "3.13"', "a[b]==2", "-r requirements.txt"]
    (tmp_path / "requirements.txt").write_text("\n".join(loose), encoding="utf-8")
    (tmp_path / "requirements-dev.txt").write_text("\n".join(fine), encoding="utf-8")
    assert [f"requirements.txt: {each}" for each in loose] == audit.loose(tmp_path)


def test_what_is_installed_is_asked_for() -> None:
    """Packages that others brought are asked for, too."""
    names = {name for name, _ in audit.installed()}
    assert {"httpx", "httpcore", "pydantic-core", "certifi"} <= {name.replace("_", "-") for name in names}

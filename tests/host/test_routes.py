"""Routes match as ASP.NET Core's do."""

import pytest

from dev.host.errors import StartupError
from dev.host.routes import compiled, decoded

MATCHES = [
    ("orders/{id}", "orders/7", {"id": "7"}),
    ("orders/{id}", "ORDERS/7", {"id": "7"}),
    ("orders/{id}", "orders", None),
    ("orders/{id}", "orders/7/rows", None),
    ("orders/{id:int}", "orders/seven", None),
    ("orders/{id:int}", "orders/-7", {"id": "-7"}),
    ("orders/{id:int}", "orders/2147483648", None),
    ("orders/{id:long}", "orders/2147483648", {"id": "2147483648"}),
    ("orders/{id:int:range(1,9)}", "orders/10", None),
    ("orders/{id:min(3)}", "orders/3", {"id": "3"}),
    ("orders/{id:max(3)}", "orders/4", None),
    ("names/{name:length(2,3)}", "names/abcd", None),
    ("names/{name:alpha}", "names/ab1", None),
    ("flags/{on:bool}", "flags/True", {"on": "True"}),
    (
        "ids/{id:guid}",
        "ids/6f9619ff-8b86-d011-b42d-00c04fc964ff",
        {"id": "6f9619ff-8b86-d011-b42d-00c04fc964ff"},
    ),
    ("ids/{id:guid}", "ids/6", None),
    ("pages/{page?}", "pages", {}),
    ("pages/{page:int?}", "pages/2", {"page": "2"}),
    ("files/{*rest}", "files", {}),
    ("files/{*rest}", "files/a/b.csv", {"rest": "a/b.csv"}),
    ("cards/{card}/rows.csv", "cards/x/rows.csv", {"card": "x"}),
    ("cards/{card}/rows.csv", "cards/x/rowsXcsv", None),
    ("files/{name}.{ending}", "files/a.csv", {"name": "a", "ending": "csv"}),
    ("", "", {}),
]


@pytest.mark.parametrize(("template", "path", "expected"), MATCHES)
def test_a_route_takes_its_paths_and_no_others(template: str, path: str, expected: dict[str, str] | None):
    """Constraints, optional parameters and catch-alls decide as documented; empty parameters are left out."""
    assert expected == compiled(template).match(path)


def test_the_most_specific_route_comes_first():
    """Literals win over constrained parameters, these over free ones, and all over a catch-all."""
    mixed = ["a/{*x}", "a/{x}", "a/b", "a/{x:int}"]
    ordered = sorted(mixed, key=lambda template: compiled(template).precedence)
    assert ordered == ["a/b", "a/{x:int}", "a/{x}", "a/{*x}"]


@pytest.mark.parametrize("template", ["a/{x:hex}", "a/{x:length}", "a/{x", "a/{x=5}"])
def test_a_route_that_is_not_understood_stops_the_start(template: str):
    """A template or constraint that we do not know is an error, never taken for a literal."""
    with pytest.raises(StartupError):
        compiled(template)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [(b"/a%20b/c", "a b/c"), (b"/a%2Fb/c%2fd", "a%2Fb/c%2Fd"), (b"/%C3%A9/", "é"), (b"/", "")],
)
def test_paths_are_decoded_but_for_slashes(raw: bytes, expected: str):
    """An encoded slash stays encoded, so that it never makes another segment."""
    assert expected == decoded(raw)

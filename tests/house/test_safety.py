"""House rules of safety that a machine can hold, by the syntax tree of the code that is deployed."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
CODE = sorted(path for folder in ("shared", "functions") for path in (ROOT / folder).rglob("*.py"))
_XML = {"xml", "lxml", "xmltodict", "bs4"}
_FILTERS = {"query_entities", "list_entities", "query_tables"}
_LEAVES = {
    "httpx.AsyncClient",
    "httpx.Client",
    "httpx.AsyncHTTPTransport",
    "aiohttp",
    "urllib.request",
    "requests",
}
_RUNS = {"eval", "exec", "compile", "__import__", "pickle", "marshal", "shelve", "subprocess", "yaml"}


def _trees() -> Iterator[tuple[str, ast.Module]]:
    for path in CODE:
        yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield from (f"{node.module}.{each.name}" for each in node.names)


def _calls(tree: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def _is_built(node: ast.expr) -> bool:
    """Say whether a text is put together of parts that are not written in the code."""
    return isinstance(node, ast.JoinedStr | ast.BinOp | ast.Call)


def test_xml_is_read_by_defusedxml_only() -> None:
    """The standard library's readers follow entities wherever they lead; types and writing are no reading."""
    readers = (
        "fromstring",
        "parse",
        "iterparse",
        "XML",
        "XMLParser",
        "XMLPullParser",
        "parseString",
        "make_parser",
    )
    found = []
    for path, tree in _trees():
        names = {each for each in _imports(tree) if each.split(".")[0] in _XML}
        found += [f"{path}: {each}" for each in names if each.split(".")[-1] in readers]
        found += [f"{path}: {each}" for each in names if each.split(".")[:2] != ["xml", "etree"]]
        writers = {each.split(".")[-1] for each in names}
        found += [
            f"{path}:{call.lineno} {name}"
            for name, call in _calls(tree)
            if "." in name and name.split(".")[0] in writers and name.split(".")[-1] in readers
        ]
    assert [] == found


def test_a_table_is_asked_by_parameters() -> None:
    """No value is put into the text of a table's query: it goes beside it, where it cannot end a quote."""
    found = []
    for path, tree in _trees():
        calls = [call for name, call in _calls(tree) if name.split(".")[-1] in _FILTERS]
        if calls and path != "shared/store/tables.py":
            found.append(f"{path}: tables are queried in shared/store/tables.py")
        for call in calls:
            given = [*call.args[:1], *(each.value for each in call.keywords if each.arg == "query_filter")]
            found += [f"{path}:{call.lineno}" for each in given if _is_built(each)]
        if calls:
            found += [
                f"{path}:{node.lineno} a query is built of values"
                for node in ast.walk(tree)
                if isinstance(node, ast.JoinedStr)
                and any(f" {word} " in ast.unparse(node) for word in ("eq", "ge", "lt", "le", "gt", "ne"))
            ]
    assert [] == found


def test_secrets_are_compared_in_constant_time() -> None:
    """Digests and signatures are compared by hmac, for `==` tells by its time how much was right."""
    words = ("secret", "signature", "hash", "token_hash", "api_key", "operator_key")
    found = [
        f"{path}:{node.lineno} {ast.unparse(node)}"
        for path, tree in _trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Compare) and any(isinstance(each, ast.Eq | ast.NotEq) for each in node.ops)
        for side in (node.left, *node.comparators)
        if isinstance(side, ast.Attribute | ast.Name)
        and (side.attr if isinstance(side, ast.Attribute) else side.id) in words
    ]
    assert [] == found


DOORS = {
    "shared/access/signing_keys.py": "the keys of the tenant that the settings name",
    "shared/settings.py": "the Key Vault that the settings name",
    "shared/sources/entra.py": "MSAL's requests, which go to the sign-in service of Microsoft",
    "shared/sources/http.py": "the client of vendors and of messages, behind the gate",
    "shared/sources/outgoing.py": "the gate",
}


def test_requests_leave_by_few_doors() -> None:
    """What calls out is the gate, the client behind it, and what the app's own settings name."""
    doors = {
        path
        for path, tree in _trees()
        if any(name in _LEAVES for name, _ in _calls(tree))
        or any(each.startswith(("aiohttp", "urllib.request", "requests.")) for each in _imports(tree))
    }
    assert DOORS.keys() == doors


def test_no_text_is_run() -> None:
    """Nothing that was read becomes code, a pickled object or a command."""
    found = [
        f"{path}: {each}"
        for path, tree in _trees()
        for each in [*(name for name, _ in _calls(tree)), *_imports(tree)]
        if each.split(".")[0] in _RUNS
    ]
    assert [] == found


def test_no_redirect_is_followed() -> None:
    """No request is sent on to where an answer says."""
    found = [
        f"{path}:{call.lineno}"
        for path, tree in _trees()
        for _, call in _calls(tree)
        for each in call.keywords
        if each.arg == "follow_redirects" and ast.unparse(each.value) != "False"
    ]
    assert [] == found

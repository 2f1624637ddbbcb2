"""The operator's page, the queries and the workbook speak of what the code says, and of nothing else."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from dev import workbook
from shared.cards import CARDS
from shared.domain.alerts import OPERATIONAL
from shared.telemetry.metrics import METRICS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
CODE = sorted(path for folder in ("shared", "functions") for path in (ROOT / folder).rglob("*.py"))
INFRA = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "infra").rglob("*.bicep")}
QUERIES = sorted((workbook.FOLDER / "queries").glob("*.kql"))
TABLES = {"traces", "dependencies", "requests", "customMetrics"}
OF_ANY = {"operation", "error", "trace"}
"""What any line may say besides its own facts."""


def _rows(heading: str) -> list[list[str]]:
    """Give the rows of the table under a heading, each cell as it is written."""
    part = re.split(r"^#+ ", PAGE.split(f"# {heading}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]
    lines = [line.strip("| ") for line in part.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.split(" | ")] for line in lines[2:]]


def _names(cell: str) -> set[str]:
    return set(re.findall(r"`([^`]+)`", cell))


STEPS = {row[0].strip("`"): _names(row[1]) for row in _rows("Steps")}
HEADINGS = set(re.findall(r"^### (.+)$", PAGE, re.MULTILINE))


def _logged() -> Iterator[tuple[str, str, set[str]]]:
    """Give each call that writes a line: where, its step, and the facts that it names."""
    for path in CODE:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and re.fullmatch(
                r"log\.(step|problem|failure)", ast.unparse(node.func)
            ):
                first = node.args[0] if node.args else None
                if isinstance(first, ast.Constant) and len(node.args) <= 2 and path.parent.name != "cards":
                    facts = {each.arg for each in node.keywords if each.arg}
                    yield f"{path.name}:{node.lineno}", str(first.value), facts


LOGGED = [each for each in _logged() if each[1] != "customer"]


def test_every_step_is_on_the_page() -> None:
    """Whoever adds a step says on the operator's page what it means; what is gone there is gone here."""
    assert {step for _, step, _ in LOGGED} | {"telemetry"} == STEPS.keys()


@pytest.mark.parametrize(
    ("place", "step", "facts"), LOGGED, ids=lambda each: each if isinstance(each, str) else ""
)
def test_every_fact_is_on_the_page(place: str, step: str, facts: set[str]) -> None:
    """A line says no more than its row has."""
    assert set() == facts - STEPS[step] - OF_ANY, place


def test_every_metric_is_on_the_page() -> None:
    """Its unit, what it is cut by, and what it says stand there in the same words."""
    told = [
        [
            f"`{metric.name}`",
            re.sub("[{}]", "", metric.unit),
            ", ".join(f"`{name}`" for name in (*metric.attributes, metric.by) if name),
            metric.about,
        ]
        for metric in METRICS
    ]
    assert told == _rows("Metrics")


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_a_query_asks_for_what_there_is(path: Path) -> None:
    """Its tables, steps, facts, metrics and attributes are those that the code sends."""
    query = path.read_text(encoding="utf-8")
    assert query.startswith("// ")
    assert set(re.findall(r"^(?:let \w+ = )?(\w+)$", query, re.MULTILINE)) <= TABLES
    steps = set(re.findall(r'"step": "(\w+)"', query))
    assert steps <= STEPS.keys()
    known = {name for step in steps or STEPS for name in STEPS[step]} | OF_ANY | {"step"}
    assert set(re.findall(r"\bfacts\.(\w+)", query)) <= known
    metrics = {metric.name: metric for metric in METRICS}
    named = set(re.findall(r'"(tieout\.[\w.]+)"', query))
    assert named <= metrics.keys()
    cut = {name for each in named for name in (*metrics[each].attributes, metrics[each].by)}
    assert set(re.findall(r"customDimensions\.(\w+)", query)) <= cut
    assert steps or named or '"step"' in query


@pytest.mark.parametrize("name", INFRA)
def test_a_rule_from_outside_asks_for_what_there_is(name: str) -> None:
    """The rules that watch the app from outside count lines that the app writes."""
    assert set(re.findall(r'"step": "(\w+)"', INFRA[name])) <= STEPS.keys()


def test_the_workbook_is_made_of_the_queries() -> None:
    """Each query stands in it once and on the page once; `python -m dev.workbook` writes it."""
    kept = workbook.FILE.read_text(encoding="utf-8")
    assert workbook.text() == kept
    shown = [name for names in workbook.TABS.values() for name in names]
    assert sorted(shown) == [path.stem for path in QUERIES]
    assert sorted(row[0].strip("`") for row in _rows("Queries")) == sorted(shown)


def test_the_workbook_is_one() -> None:
    """Each item has its kind, each query its text and its stretch of time, each name is there once."""
    document = json.loads(workbook.FILE.read_text(encoding="utf-8"))
    assert "Notebook/1.0" == document["version"]
    items = document["items"]
    assert len(items) == len({item["name"] for item in items})
    links = items[1]["content"]["links"]
    assert [link["subTarget"] for link in links] == list(workbook.TABS)
    for item in items[2:]:
        assert 3 == item["type"]
        assert {"query", "title", "timeContextFromParameter"} <= item["content"].keys()
        assert item["conditionalVisibility"]["value"] in workbook.TABS
    [parameters] = [item["content"]["parameters"] for item in items if item["name"] == "parameters"]
    used = {name for item in items for name in re.findall(r"\{(\w+)\}", item["content"].get("query", ""))}
    assert used | {"TimeRange"} == {each["name"] for each in parameters}


def _alerts() -> set[str]:
    """Give what each alert is called that the system can raise."""
    subsets = {
        f"{card.id} ({name})"
        for card in CARDS
        for name in re.findall(
            r'Subset\("(\w+)"', (ROOT / "shared" / "cards" / f"{card.id}.py").read_text(encoding="utf-8")
        )
    }
    rules = {
        name for text in INFRA.values() for name in re.findall(r"See ([\w-]+) in docs/operate\.md", text)
    }
    listed = {name for text in INFRA.values() for name in re.findall(r"name: '([\w-]+)'\n\s+title: ", text)}
    budgets = {"budget" for text in INFRA.values() if "Microsoft.Consumption/budgets" in text}
    return {card.id for card in CARDS} | subsets | OPERATIONAL | rules | listed | budgets


def test_each_alert_has_its_entry() -> None:
    """Whatever wakes somebody up is on the page: what it means, how to see it, what to do, whom to call."""
    about = {"One operation", "Steps", "Metrics"}
    assert _alerts() == HEADINGS - about if INFRA else _alerts() <= HEADINGS
    for name in _alerts():
        entry = re.split(r"^#{2,3} ", PAGE.split(f"### {name}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]
        assert [] == [word for word in ("**See**", "**Do**", "**Call**") if word not in entry], name


def _said_by(function: ast.FunctionDef) -> Iterator[str]:
    """Give the longest fixed part of each text that a function returns."""
    for node in ast.walk(function):
        texts = [each.value for each in ast.walk(node) if isinstance(each, ast.Constant)]
        longest = max((each for each in texts if isinstance(each, str)), key=len, default="")
        if isinstance(node, ast.Return) and isinstance(node.value, ast.JoinedStr):
            yield longest.strip(" :,")


def test_whatever_a_stream_waits_for_has_a_remedy() -> None:
    """Each reason for which an input is not believed stands on the page."""
    tree = ast.parse((ROOT / "shared" / "pipeline" / "freshness.py").read_text(encoding="utf-8"))
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    said = [text for function in functions for text in _said_by(function) if text]
    assert len(said) >= 6
    known = [phrase for row in _rows("What a stream waits for") for phrase in _names(row[0])]
    assert [] == [text for text in said if not any(phrase in text for phrase in known)]


def test_every_phrase_with_a_remedy_is_said() -> None:
    """What nobody says any more needs no remedy."""
    texts = [
        each.value
        for path in CODE
        for each in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(each, ast.Constant) and isinstance(each.value, str)
    ]
    known = [phrase for row in _rows("What a stream waits for") for phrase in _names(row[0])]
    assert [] == [phrase for phrase in known if not any(phrase in text for text in texts)]


def test_each_state_has_a_remedy() -> None:
    """What Sources, /health and the interface say of trouble, each has a line on the page."""
    sources = (ROOT / "functions" / "dashboard" / "sources.py").read_text(encoding="utf-8")
    states = set(re.findall(r'\("(?:off|held|alert|attention|ok)", "([^"]+)"\)', sources))
    assert states == {name for row in _rows("States on the Sources page") for name in _names(row[0])}
    health = (ROOT / "functions" / "health.py").read_text(encoding="utf-8")
    said = {name for row in _rows("What `/health` says") for name in _names(row[0])}
    assert all(f'"{name}"' in health for name in said)
    assert {"ok", "degraded", "down"} == said
    problems = (ROOT / "functions" / "problems.py").read_text(encoding="utf-8")
    slugs = set(re.findall(r'Problem\(\s*"([a-z-]+)"', problems))
    assert slugs == {name for row in _rows("What the interface refuses") for name in _names(row[0])}

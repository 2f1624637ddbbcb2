"""Templates: where they are, and what all of them know."""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from functions.dashboard import static

FOLDER = Path(__file__).parent / "templates"


def rendered(template: str, **values: Any) -> str:
    """Give a template with these values: all text is escaped, and a name that is not there is an error."""
    return str(_environment().get_template(template).render(**values))


def _iso(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@cache
def _environment() -> Any:
    # Imported here: it takes 40 ms that few starts need.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415 - see above

    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals["static"] = static.address
    environment.filters["iso"] = _iso
    return environment

"""Route templates of HTTP triggers: `orders/{id:int}/rows/{page?}`, `files/{*rest}`.

Matching ignores case; literals win over constrained parameters, these over free ones, these over catch-alls.
https://learn.microsoft.com/aspnet/core/fundamentals/routing#route-constraints
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote
from uuid import UUID

from dev.host.errors import StartupError

TOKEN = re.compile(r"\{(\*{0,2})(\w+)((?::\w+(?:\([^()]*\))?)*)(\??)\}|([^{}]+)")
CONSTRAINT = re.compile(r":(\w+)(?:\(([^()]*)\))?")
Check = Callable[[str], bool]


def _is_integer(bits: int) -> Check:
    limit = 2 ** (bits - 1)
    return lambda text: re.fullmatch(r"-?[0-9]+", text) is not None and -limit <= int(text) < limit


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _is_number_within(low: float, high: float) -> Check:
    is_long = _is_integer(64)
    return lambda text: is_long(text) and low <= int(text) <= high


def _check(name: str, values: list[int]) -> Check:
    end = float("inf")
    match name, values:
        case "int", []:
            return _is_integer(32)
        case "long", []:
            return _is_integer(64)
        case "bool", []:
            return lambda text: text.lower() in {"true", "false"}
        case "guid", []:
            return _is_uuid
        case "alpha", []:
            return lambda text: re.fullmatch(r"[A-Za-z]*", text) is not None
        case "required", []:
            return bool
        case ("length", [low, high]) | ("length", [low as high]):
            return lambda text: low <= len(text) <= high
        case "minlength", [low]:
            return lambda text: len(text) >= low
        case "maxlength", [high]:
            return lambda text: len(text) <= high
        case "range", [low, high]:
            return _is_number_within(low, high)
        case "min", [low]:
            return _is_number_within(low, end)
        case "max", [high]:
            return _is_number_within(-end, high)
    raise StartupError(f"the route constraint {name!r} is not one that this host knows")


@dataclass(frozen=True)
class Route:
    """A compiled template; the smaller its precedence, the earlier it is tried."""

    pattern: re.Pattern[str]
    checks: Mapping[str, tuple[Check, ...]]
    precedence: tuple[int, ...]

    def match(self, path: str) -> dict[str, str] | None:
        """Give the route's parameters, without empty ones, or None where the path does not fit."""
        found = self.pattern.fullmatch(path)
        if found is None:
            return None
        values = {name: value for name, value in found.groupdict().items() if value}
        fits = all(check(value) for name, value in values.items() for check in self.checks[name])
        return values if fits else None


def compiled(template: str) -> Route:
    """Compile a template; raises StartupError where it cannot be read."""
    pattern, precedence = "", []
    checks: dict[str, tuple[Check, ...]] = {}
    for at, segment in enumerate(each for each in template.strip("/").split("/") if each):
        part, rank, slash = "", 1, "/" if at else ""
        if TOKEN.sub("", segment):
            raise StartupError(f"the route {template!r} cannot be read at {segment!r}")
        for token in TOKEN.finditer(segment):
            stars, name, constraints, optional, literal = token.groups()
            if literal:
                part += re.escape(literal)
                rank = min(rank, 2)
                continue
            checks[name] = tuple(
                _check(constraint, [int(each) for each in (values or "").split(",") if each])
                for constraint, values in CONSTRAINT.findall(constraints)
            )
            is_whole = token.group() == segment
            rank = (5 if stars else 3) - bool(constraints or not is_whole)
            part += f"(?P<{name}>{'.*' if stars else '[^/]+'})"
            if optional or stars:
                part, slash = f"(?:{slash}{part})?", ""
        pattern += slash + part
        precedence.append(rank)
    return Route(re.compile(pattern, re.IGNORECASE | re.DOTALL), checks, tuple(precedence))


def decoded(raw_path: bytes) -> str:
    """Decode a request's path segment by segment; `%2F` stays as it is, as ASP.NET Core leaves it."""
    segments = raw_path.decode("ascii", "replace").split("?")[0].strip("/").split("/")
    return "/".join(
        "%2F".join(unquote(part) for part in re.split("%2f", segment, flags=re.IGNORECASE))
        for segment in segments
    )

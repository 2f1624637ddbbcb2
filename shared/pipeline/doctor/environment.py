"""The app settings: what is missing, misspelt or malformed, and what contradicts something else."""

import re
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from urllib.parse import urlsplit

from shared import ncrontab, settings
from shared.access import directory
from shared.errors import ConfigurationError
from shared.pipeline.doctor.symptoms import Area, Symptom
from shared.sources import SOURCES

_SHORTEST_KEY = 32
"""Characters of an operator's key below which it may be guessed."""
_OF_COMMANDS = frozenset({"TIEOUT_APP", "TIEOUT_REQUESTS", "TIEOUT_CONTRACTS"})
"""What the commands and the tests are told by the environment, besides the app."""
_HOST = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
_NUMBERS: tuple[Callable[[Mapping[str, str]], object], ...] = (
    settings.requests_per_minute,
    settings.recomputations_per_minute,
    settings.refusals_per_minute,
    settings.session_length,
    settings.session_idle,
)
Environment = Mapping[str, str]


def of_settings(given: Environment) -> Iterator[Symptom]:
    """Find what is wrong with the settings that are not about who signs in."""
    key = settings.operator_key(given)
    if 0 < len(key) < _SHORTEST_KEY:
        yield Symptom(
            "settings",
            "TIEOUT_ADMIN_KEY",
            f"the operator's key has fewer than {_SHORTEST_KEY} characters and may be guessed",
            "set a random one: python3 -c 'import secrets; print(secrets.token_urlsafe(32))'",
        )
    for read in _NUMBERS:
        yield from _unreadable(read, given)
    for name in sorted(name for name, value in given.items() if value.startswith("@Microsoft.KeyVault(")):
        remedy = "check the secret's name, and give the app's identity the role Key Vault Secrets User"
        yield Symptom("settings", name, "refers to a secret that the platform could not read", remedy)
    vault = urlsplit(given.get("TIEOUT_KEY_VAULT", ""))
    if any(vault) and (vault.scheme != "https" or not vault.hostname):
        remedy = "set the vault's address, https://NAME.vault.azure.net"
        yield Symptom("settings", "TIEOUT_KEY_VAULT", "is no https address", remedy)
    for at, host in enumerate(settings.callback_hosts(given), start=1):
        if not _HOST.fullmatch(host):
            remedy = "name hosts only, flows.example.com, with commas between"
            yield Symptom("settings", "TIEOUT_CALLBACK_HOSTS", f"entry {at} is no host's name", remedy)
    yield from _schedules(given)
    yield from _unknown(given)


def of_sign_in(given: Environment) -> Iterator[Symptom]:
    """Find what keeps people out who should come in: tenant, audience, access list, platform."""
    yield from _unreadable(lambda _: directory.read(given.get("TIEOUT_ENTRA_ACCESS", "")), given, "sign-in")
    found = settings.directory(given)
    others = {
        "TIEOUT_ENTRA_AUDIENCE": bool(found.audiences),
        "TIEOUT_ENTRA_ACCESS": bool(found.access.strip()),
        "TIEOUT_ENTRA_CLIENTS": bool(found.clients),
    }
    if not found.tenant:
        for name in (name for name, is_set in others.items() if is_set):
            yield Symptom("sign-in", name, "counts only with a tenant", "set TIEOUT_ENTRA_TENANT to its id")
    elif not re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", found.tenant):
        remedy = "set the tenant's id, a GUID; its domain name stands in no token"
        yield Symptom("sign-in", "TIEOUT_ENTRA_TENANT", "is no id", remedy)
    signs_in = settings.platform_signs_in(given)
    if found.tenant and not (found.audiences or signs_in):
        remedy = "set it to the client id of the app's registration, or leave TIEOUT_ENTRA_TENANT away"
        yield Symptom("sign-in", "TIEOUT_ENTRA_AUDIENCE", "is not set, so no token is taken", remedy)
    if found.tenant and not others["TIEOUT_ENTRA_ACCESS"]:
        remedy = "say which roles and groups may do what; docs/http.md shows how"
        yield Symptom("sign-in", "TIEOUT_ENTRA_ACCESS", "is not set: who signs in may do nothing", remedy)
    yield from _platform(given, has_tenant=bool(found.tenant))


def _platform(given: Environment, *, has_tenant: bool) -> Iterator[Symptom]:
    name = "TIEOUT_PLATFORM_SIGN_IN"
    wanted = given.get(name, "").strip().lower()
    if wanted not in {"", "true", "1", "false", "0"}:
        yield Symptom("sign-in", name, "is neither true nor false", "set it to true or to false")
    if wanted not in {"true", "1"}:
        return
    if not settings.platform_signs_in(given):
        remedy = f"switch authentication on for the Function App, or take {name} away"
        yield Symptom("sign-in", name, "is true, but App Service authentication is off", remedy)
    if not has_tenant:
        remedy = "set it to the id of the tenant whose people the platform signs in"
        yield Symptom("sign-in", "TIEOUT_ENTRA_TENANT", "is not set, so nobody comes by the platform", remedy)


def _schedules(given: Environment) -> Iterator[Symptom]:
    known = {f"TIEOUT_SCHEDULE_{each.kind.upper()}" for each in SOURCES if each.form is None}
    for name, value in given.items():
        if not name.startswith("TIEOUT_SCHEDULE_") or not value:
            continue
        if name not in known:
            remedy = f"the kinds that are pulled: {', '.join(sorted(known))}"
            yield Symptom("settings", name, "is the schedule of no source", remedy)
            continue
        try:
            ncrontab.parse(value)
        except ncrontab.ScheduleError:
            remedy = "write six fields, seconds first, in UTC: 0 */15 * * * *"
            yield Symptom("settings", name, "is no schedule", remedy)


def _unknown(given: Environment) -> Iterator[Symptom]:
    known = {*re.findall(r"`(TIEOUT_\w+)`", settings.__doc__ or ""), *_OF_COMMANDS}
    for name in sorted(given):
        if name.startswith("TIEOUT_") and name not in known and not name.startswith("TIEOUT_SCHEDULE_"):
            near = get_close_matches(name, known, 1)
            remedy = f"did you mean {near[0]}?" if near else "take it away; nothing reads it"
            yield Symptom("settings", name, "is no setting of Tieout", remedy, is_wrong=bool(near))


def _unreadable(
    read: Callable[[Environment], object], given: Environment, area: Area = "settings"
) -> Iterator[Symptom]:
    try:
        read(given)
    except ConfigurationError as error:
        remedy = "set it as docs/http.md says, or take it away; until then nobody is let in by it"
        yield Symptom(area, error.path, str(error), remedy)

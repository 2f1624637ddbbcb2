"""Who sent a request, and whether they ask too often.

The kinds of credential are asked in order, and the first that a request has decides: one that is wrong is
never passed over for another.
"""

from collections.abc import Mapping

import azure.functions as func

from functions import cookies, forgeries, problems, runtime
from shared import settings
from shared.access import Caller
from shared.access.keys import by_key, by_operator_key
from shared.access.principal import by_principal
from shared.access.refused import Refused, TooManyGroups
from shared.access.sessions import Rules, by_session
from shared.access.tokens import by_token
from shared.pipeline import log
from shared.pipeline.services import Services


async def known(request: func.HttpRequest, services: Services) -> Caller:
    """Give the caller of a request; raises Problem for one who is not known, or asks too often."""
    try:
        caller, is_by_browser = await _caller(request, services)
    except Refused as refused:
        log.problem("refused", why=refused.why)
        caller, is_by_browser = None, False
    except TooManyGroups:
        raise problems.too_many_groups() from None
    if caller is None:
        address = f"address {_address(request.headers)}"
        _hold_back(runtime.RATES.wait(address, settings.refusals_per_minute()))
        raise problems.unauthorised()
    _hold_back(runtime.RATES.wait(f"caller {caller.name}", settings.requests_per_minute()))
    if is_by_browser:
        forgeries.refuse(request)
    return caller


def hold_back_recomputations(caller: Caller) -> None:
    """Count what costs as much as an evaluation; raises Problem for a caller who asks for that too often."""
    name = f"recomputations of {caller.name}"
    _hold_back(runtime.RATES.wait(name, settings.recomputations_per_minute()))


def session_rules() -> Rules:
    """Give what sessions are held to; raises ConfigurationError for a setting that is no number."""
    return Rules(settings.operator_key(), settings.session_length(), settings.session_idle())


async def _caller(request: func.HttpRequest, services: Services) -> tuple[Caller | None, bool]:
    """Give the caller, and whether it is by what a browser sends with whatever asks it to."""
    headers, now = request.headers, services.clock()
    if operator := by_operator_key(headers, settings.operator_key()):
        return operator, False
    if caller := await by_key(headers, services.store.api_keys, now):
        return caller, False
    directory = settings.directory()
    if caller := await by_token(headers, directory, runtime.SIGNING_KEYS, now):
        return caller, False
    if caller := by_principal(headers, directory, is_vouched_for=settings.platform_signs_in()):
        # Where a token is sent, it was the sender who added it: the platform has only looked at it.
        return caller, not headers.get("authorization", "").lower().startswith("bearer ")
    token = cookies.token_of(request)
    return await by_session(token, services.store, session_rules(), now), True


def _hold_back(seconds: int) -> None:
    if seconds:
        raise problems.too_often(seconds)


def _address(headers: Mapping[str, str]) -> str:
    """Give the address that a request came from, which the platform adds behind what the sender claims."""
    last = headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    host, _, port = last.rpartition(":")
    return host if host and port.isdecimal() and (":" not in host or host.startswith("[")) else last

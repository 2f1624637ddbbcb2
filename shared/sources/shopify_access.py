"""What a Shopify app may read: its granted scopes, and what is lost without them."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pydantic import ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from shared.domain.deferred import Deferred
from shared.domain.workspace import FieldMap
from shared.errors import ConfigurationError, SourceError
from shared.sources import shopify_queries as queries
from shared.sources.http import VendorClient
from shared.sources.shopify_graphql import ask
from shared.sources.source import Finding, Probe, Pull

VISIBLE_WITHOUT_ALL_ORDERS = timedelta(days=60)


_IS_METAFIELD = re.compile(r"[^.\s]+\.[^.\s]+").fullmatch


@dataclass(frozen=True, slots=True)
class OwnField:
    """A metafield that the field map names."""

    label: str
    """`Vat` or `Account`, as the queries' variables say it."""
    namespace: str
    key: str


class _Part(Deferred):
    model_config = ConfigDict(frozen=True, alias_generator=to_camel)


class _Scope(_Part):
    handle: str


class _AppInstallation(_Part):
    access_scopes: tuple[_Scope, ...]


class _Plan(_Part):
    shopify_plus: bool = False


class _Shop(_Part):
    plan: _Plan = _Plan()


class _Installation(_Part):
    current_app_installation: _AppInstallation
    shop: _Shop = _Shop()

    @property
    def scopes(self) -> frozenset[str]:
        return frozenset(scope.handle for scope in self.current_app_installation.access_scopes)


async def check(probe: Probe) -> tuple[Finding, ...]:
    """Name each scope that is missing, a plan that has no companies, and own fields that are not defined."""
    installation = await _installation(probe.client)
    scopes, options = installation.scopes, probe.options
    found = [
        Finding(f"scope {scope}", message, is_fatal)
        for scope, others, message, is_fatal in _needed(options)
        if not scopes & {scope, *others}
    ]
    if options.has_companies and not installation.shop.plan.shopify_plus:
        message = (
            "Shopify documents companies for Shopify Plus only and this store is on another plan: where it "
            "has none, set has_companies: false"
        )
        found.append(Finding("option has_companies", message, is_fatal=False))
    for field in own_fields(probe.field_map):
        found += await _check_field(probe, field)
    return tuple(found)


def own_fields(field_map: FieldMap) -> tuple[OwnField, ...]:
    """Give those fields that the map names as metafields; other names are another platform's."""
    return tuple(
        OwnField(label, *name.split("."))
        for label, name in (("Vat", field_map.vat_field), ("Account", field_map.account_reference_field))
        if _IS_METAFIELD(name)
    )


async def _check_field(probe: Probe, field: OwnField) -> list[Finding]:
    variables = {
        "namespace": field.namespace,
        "key": field.key,
        "hasCompanies": probe.options.has_companies,
    }
    data = await ask(probe.client, queries.DEFINITIONS, variables)
    if any(isinstance(each, dict) and each.get("nodes") for each in data.values()):
        return []
    message = "no order, customer or company has a metafield defined by that name: nothing is read from it"
    return [Finding(f"metafield {field.namespace}.{field.key}", message, is_fatal=False)]


def _needed(options: Any) -> list[tuple[str, tuple[str, ...], str, bool]]:
    """Give each scope that is needed, those that do as well, what its lack means, and if that is fatal."""
    needed: list[tuple[str, tuple[str, ...], str, bool]] = [
        ("read_orders", (), "orders and refunds cannot be read: grant it to the app", True),
        ("read_customers", (), "customers, and who bought, cannot be read: grant it to the app", True),
    ]
    if options.has_all_orders:
        message = (
            "only the last 60 days of orders can be seen, so a first read is refused: have Shopify approve "
            "it, or accept that by the option has_all_orders: false"
        )
        needed.append(("read_all_orders", (), message, True))
    if options.has_companies:
        message = "companies cannot be read: grant it to the app, or set has_companies: false"
        needed.append(("read_companies", ("read_customers",), message, True))
    return needed


async def check_history(pull: Pull) -> None:
    """Refuse to take 60 days of orders for all of them (the scope read_all_orders)."""
    is_recent = pull.since is not None and pull.until - pull.since <= VISIBLE_WITHOUT_ALL_ORDERS
    if pull.cursor or is_recent or not pull.options.has_all_orders:
        return
    if "read_all_orders" not in (await _installation(pull.client)).scopes:
        msg = (
            f"{pull.client.name} shows the app only orders of the last 60 days: grant it the scope "
            "read_all_orders, or accept that by the option has_all_orders: false"
        )
        raise ConfigurationError(msg, "options.has_all_orders")


async def _installation(client: VendorClient) -> _Installation:
    try:
        return _Installation.model_validate(await ask(client, queries.INSTALLATION, {}))
    except ValidationError:
        msg = f"{client.name} did not tell the app's scopes"
        raise SourceError(msg) from None

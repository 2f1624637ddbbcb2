"""Every setting that the code reads is set by the deployment, or somebody else gives it."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml

from shared import settings
from shared.errors import ConfigurationError
from shared.sources import POLLED
from tests.infra import bicep

ROOT = bicep.ROOT
_SETTING = re.compile(r"(TIEOUT|AZURE|AzureWebJobs|APPLICATIONINSIGHTS|OTEL|WEBSITE)[A-Za-z_]*[A-Za-z]")
GIVEN_OTHERWISE = {
    "AzureWebJobsStorage": "a connection string, on one's own machine: deployed, the identity opens storage",
    "AzureWebJobsStorage__tableServiceUri": "for accounts in other clouds, beside the account's name",
    "AzureWebJobsStorage__queueServiceUri": "for accounts in other clouds, beside the account's name",
    "AZURE_FUNCTIONS_ENVIRONMENT": "the host gives it",
    "WEBSITE_SITE_NAME": "the platform gives it",
    "WEBSITE_AUTH_ENABLED": "the platform gives it where it signs people in",
    "OTEL_EXPORTER_OTLP_ENDPOINT": "for telemetry on one's own machine",
    "TIEOUT_REQUESTS_PER_MINUTE": "by TIEOUT_APP_SETTINGS, where the default does not do",
    "TIEOUT_RECOMPUTATIONS_PER_MINUTE": "by TIEOUT_APP_SETTINGS, where the default does not do",
    "TIEOUT_REFUSALS_PER_MINUTE": "by TIEOUT_APP_SETTINGS, where the default does not do",
    "TIEOUT_SESSION_HOURS": "by TIEOUT_APP_SETTINGS, where the default does not do",
    "TIEOUT_SESSION_IDLE_MINUTES": "by TIEOUT_APP_SETTINGS, where the default does not do",
    "TIEOUT_APP": "of the commands, not of the app",
    "TIEOUT_REQUESTS": "of the tests, not of the app",
    "TIEOUT_CONTRACTS": "of the tests, not of the app",
}
READ_BY_OTHERS = {
    "AzureWebJobsStorage__credential": "by the host",
    "AZURE_CLIENT_ID": "by azure-identity",
    "APPLICATIONINSIGHTS_AUTHENTICATION_STRING": "by the host, and by the telemetry library",
}
"""Settings of the deployment that our own code does not name."""


@cache
def _read() -> frozenset[str]:
    return frozenset(_named())


def _named() -> Iterator[str]:
    folders = [path for name in ("shared", "functions") for path in sorted((ROOT / name).rglob("*.py"))]
    for path in (*folders, ROOT / "function_app.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and _SETTING.fullmatch(node.value)
            ):
                yield node.value


def _set() -> set[str]:
    given = {name: params for name, _, params in bicep.modules(bicep.MAIN)}["app"]["settings"]
    ((_, _, made),) = [
        each for each in bicep.resources("Microsoft.Web/sites/config") if each[2]["name"] == "appsettings"
    ]
    unions = (given["function"], made["properties"]["function"])
    return {name for union in unions for name in union["parameters"]["arg_2"]}


def test_every_setting_that_is_read_is_given() -> None:
    """A setting that the code names is set by the deployment, or stands above with who gives it."""
    assert set() == _read() - _set() - GIVEN_OTHERWISE.keys()


def test_every_setting_that_is_given_is_read() -> None:
    """The deployment sets nothing that nobody reads."""
    assert set() == _set() - _read() - READ_BY_OTHERS.keys()


def test_a_reason_is_given_once() -> None:
    """What the deployment sets needs no reason why it does not."""
    assert set() == _set() & GIVEN_OTHERWISE.keys()


def test_no_setting_chooses_the_runtime() -> None:
    """Flex Consumption takes runtime and version from the resource, not from settings."""
    assert not {name for name in _set() if name.startswith(("FUNCTIONS_", "WEBSITE_"))}


def test_the_operators_key_is_a_reference() -> None:
    """The app is told where the operator's key is, never the key itself, and the deployment tells nobody."""
    app = {name: params for name, _, params in bicep.modules(bicep.MAIN)}["app"]
    assert "operatorKeyReference" in str(
        app["settings"]["function"]["parameters"]["arg_2"]["TIEOUT_ADMIN_KEY"]
    )
    reference = bicep.tree(bicep.INFRA / "app" / "vault.bicep")["outputs"]["operatorKeyReference"]["value"]
    assert "@Microsoft.KeyVault(VaultName=${vault.name};SecretName=${operatorKeyName})" == reference


@pytest.mark.parametrize("path", bicep.FILES, ids=lambda path: path.name)
def test_no_output_tells_a_secret(path: Path) -> None:
    """No output is, or is made of, a secret parameter or an account's key."""
    found = bicep.tree(path)
    secret = {
        name for name, each in found.get("parameters", {}).items() if {"type": "secure"} in each["decorators"]
    }
    told = str(found.get("outputs", {}))
    assert "listKeys" not in told
    assert "list_keys" not in told
    assert not [name for name in secret if re.search(rf"\b{name}\b", told)]


def test_a_reference_that_was_not_resolved_is_no_operators_key() -> None:
    """Where the platform cannot read the vault it leaves the reference, which anybody could guess."""
    left = {"TIEOUT_ADMIN_KEY": "@Microsoft.KeyVault(VaultName=kv-acme;SecretName=tieout-admin-key)"}
    assert "" == settings.operator_key(left)
    assert "whole" == settings.operator_key({"TIEOUT_ADMIN_KEY": "whole"})


async def test_a_reference_that_was_not_resolved_is_no_secret() -> None:
    """A vendor is not sent the reference in place of its secret."""
    left = {"SHOP_TOKEN": "@Microsoft.KeyVault(VaultName=kv-acme;SecretName=shop)"}
    with pytest.raises(ConfigurationError, match="env:SHOP_TOKEN is not set"):
        await settings.secret("env:SHOP_TOKEN", left)


def test_the_runtime_is_one_that_is_tested() -> None:
    """The app can be deployed on exactly those versions of Python that the workflow tests."""
    parameter = bicep.tree(bicep.MAIN)["parameters"]["pythonVersion"]
    (allowed,) = [each["argument"] for each in parameter["decorators"] if each["type"] == "allowed"]
    workflow = yaml.safe_load((ROOT / ".github/workflows/check.yml").read_text(encoding="utf-8"))
    assert workflow["jobs"]["test"]["strategy"]["matrix"]["python"] == allowed
    assert parameter["default"] in allowed


def test_settings_of_schedules_are_described() -> None:
    """The settings that are made of a kind's name exist for each kind that is polled."""
    assert all(
        settings.schedule(kind, "", {f"TIEOUT_SCHEDULE_{kind.upper()}": "x"}) == "x" for kind in POLLED
    )

"""Nothing is open that should not be: no shared key, no plain text, no role that is not needed."""

import re
from typing import Any

import pytest

from tests.infra import bicep

ROLES = {
    "storageBlobDataOwner": "b7e6dc6d-f1e8-4753-8033-0f276bb0955b",
    "storageQueueDataContributor": "974c5e8b-45b9-4653-ba55-5f855dd0fb88",
    "storageTableDataContributor": "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3",
    "keyVaultSecretsUser": "4633458b-17de-408a-b874-0445c86b69e6",
    "keyVaultSecretsOfficer": "b86a8fe4-44ce-4948-aee5-eccb2c155cd7",
    "monitoringMetricsPublisher": "3913510d-42f4-4e42-8a64-420c390055eb",
}
"""https://learn.microsoft.com/azure/role-based-access-control/built-in-roles"""
IDENTITY = bicep.INFRA / "app" / "identity.bicep"
ALERTS = bicep.INFRA / "app" / "alerts.bicep"


def _choice(private: Any, public: Any) -> dict[str, Any]:
    """Give what `isPrivate ? private : public` is in the tree."""
    operands = {"condition": "isPrivate", "true_value": private, "false_value": public}
    return {"operator": {"type": "conditional", "operands": operands}}


STORAGE = {
    "allowBlobPublicAccess": False,
    "allowSharedKeyAccess": False,
    "allowCrossTenantReplication": False,
    "defaultToOAuthAuthentication": True,
    "minimumTlsVersion": "TLS1_2",
    "supportsHttpsTrafficOnly": True,
    "publicNetworkAccess": _choice("Disabled", "Enabled"),
}
VAULT = {
    "enableRbacAuthorization": True,
    "enableSoftDelete": True,
    "enablePurgeProtection": True,
    "softDeleteRetentionInDays": 90,
    "publicNetworkAccess": _choice("Disabled", "Enabled"),
}
BLOBS = {
    "isVersioningEnabled": True,
    "deleteRetentionPolicy": {"enabled": True, "days": "daysToRegret"},
    "containerDeleteRetentionPolicy": {"enabled": True, "days": "daysToRegret"},
}
HELD = {
    "Microsoft.Storage/storageAccounts": STORAGE,
    "Microsoft.Storage/storageAccounts/blobServices": BLOBS,
    "Microsoft.Storage/storageAccounts/blobServices/containers": {"publicAccess": "None"},
    "Microsoft.KeyVault/vaults": VAULT,
    "Microsoft.Web/sites": {"httpsOnly": True, "keyVaultReferenceIdentity": "identityId"},
    "Microsoft.Insights/components": {"DisableLocalAuth": True},
}


@pytest.mark.parametrize("kind", HELD)
def test_a_resource_is_closed(kind: str) -> None:
    """Storage, vault, app and telemetry are set as strictly as they can be and still work."""
    properties = bicep.one(kind)["properties"]
    assert HELD[kind] == {name: properties.get(name) for name in HELD[kind]}


def test_the_app_takes_no_old_tls_and_no_ftp() -> None:
    """Neither the app nor its deployment site speaks TLS below 1.2, and files do not come by FTP."""
    site = bicep.one("Microsoft.Web/sites")["properties"]["siteConfig"]
    assert ("1.2", "1.2", "Disabled") == (site["minTlsVersion"], site["scmMinTlsVersion"], site["ftpsState"])


def test_no_password_deploys() -> None:
    """User name and password for deployments and files are switched off."""
    found = list(bicep.resources("Microsoft.Web/sites/basicPublishingCredentialsPolicies"))
    assert {"scm", "ftp"} == {each["name"] for _, _, each in found}
    assert [False, False] == [each["properties"]["allow"] for _, _, each in found]


def test_a_private_network_leaves_no_way_around_it() -> None:
    """With a private network, storage and vault refuse the internet by their rules as well."""
    for kind in ("Microsoft.Storage/storageAccounts", "Microsoft.KeyVault/vaults"):
        assert _choice("Deny", "Allow") == bicep.one(kind)["properties"]["networkAcls"]["defaultAction"]
        assert "AzureServices" == bicep.one(kind)["properties"]["networkAcls"]["bypass"]
    assert {"blob", "queue", "table", "vault"} == {each["name"] for each in _reached_privately()}


def test_settings_that_may_be_secrets_stand_in_no_history() -> None:
    """Further app settings may be secrets of vendors: deployments keep no secure parameter."""
    for name, parameter in (("main.bicep", "appSettings"), ("app/function.bicep", "settings")):
        assert {"type": "secure"} in bicep.tree(bicep.INFRA / name)["parameters"][parameter]["decorators"]


def _reached_privately() -> list[dict[str, Any]]:
    network = bicep.tree(bicep.INFRA / "app" / "network.bicep")
    return list(network["variables"]["services"]["value"])


def test_packages_are_read_by_identity() -> None:
    """The deployed package is fetched with the app's identity, not with a key."""
    deployment = bicep.one("Microsoft.Web/sites")["properties"]["functionAppConfig"]["deployment"]["storage"]
    assert "UserAssignedIdentity" == deployment["authentication"]["type"]


def test_roles_are_what_they_are_called() -> None:
    """Each role's id is that of the built-in role whose name it has."""
    assert bicep.tree(IDENTITY)["variables"]["roles"]["value"] == ROLES


def test_the_app_has_the_least_roles() -> None:
    """The app reads and writes its storage, reads secrets and sends telemetry; a person keeps secrets."""
    variables = bicep.tree(IDENTITY)["variables"]
    text = IDENTITY.read_text(encoding="utf-8")
    assert 3 == len(variables["appOnStorage"]["value"])
    assert 2 == len(variables["personOnStorage"]["value"])
    for role in ROLES:
        assert f"roles.{role}" in text
    assert 5 == len(list(bicep.resources("Microsoft.Authorization/roleAssignments")))


def test_roles_hold_for_one_resource_each() -> None:
    """No role is given on the group or the subscription."""
    scopes = {
        name: found["scope"] for _, name, found in bicep.resources("Microsoft.Authorization/roleAssignments")
    }
    assert {"account", "vault", "component"} == set(scopes.values())


def test_every_alert_has_a_page_in_the_runbook() -> None:
    """What an alert points to in docs/operate.md is there."""
    page = (bicep.ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
    told = re.findall(r"See ([\w-]+) in docs/operate\.md", ALERTS.read_text(encoding="utf-8"))
    assert 4 == len(told)
    assert [] == [name for name in told if f"### {name}\n" not in page]


def test_every_alert_tells_somebody() -> None:
    """Each rule writes to the operator's group, and its text says where the runbook is."""
    (rules,) = [found for _, _, found in bicep.resources("Microsoft.Insights/scheduledQueryRules")]
    assert rules["properties"]["actions"]["actionGroups"]
    texts = bicep.tree(ALERTS)["variables"]["rules"]["value"]
    assert all(f"See {each['name']} in docs/operate.md." in each["text"] for each in texts)

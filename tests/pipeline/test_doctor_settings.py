"""The doctor's look at settings, packages and the storage account: each fault has a line with its remedy."""

from datetime import UTC, datetime, timedelta

import pytest
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError, ServiceRequestError

from shared.errors import ConfigurationError
from shared.pipeline.doctor import storage
from shared.pipeline.doctor.environment import of_settings, of_sign_in
from shared.pipeline.doctor.packages import PINS, of_packages
from shared.pipeline.doctor.symptoms import AREAS, Examination, Symptom
from shared.store.inspection import QUEUES, TABLES, Inspection, Waiting

NOW = datetime(2026, 4, 14, 12, tzinfo=UTC)
TENANT = {"TIEOUT_ENTRA_TENANT": "99999999-8888-4777-8666-555555555555"}
AUDIENCE = {"TIEOUT_ENTRA_AUDIENCE": "api://tieout"}
ACCESS = {"TIEOUT_ENTRA_ACCESS": '[{"role": "Operator", "operator": true}]'}
GOOD = {
    **TENANT,
    **AUDIENCE,
    **ACCESS,
    "TIEOUT_ADMIN_KEY": "k" * 43,
    "TIEOUT_CALLBACK_HOSTS": "flows.example.com",
    "TIEOUT_KEY_VAULT": "https://acme.vault.azure.net/",
    "TIEOUT_PLATFORM_SIGN_IN": "true",
    "TIEOUT_REQUESTS_PER_MINUTE": "100",
    "TIEOUT_SCHEDULE_SHOPIFY": "0 0 * * * *",
    "WEBSITE_AUTH_ENABLED": "True",
}


def _found(environment: dict[str, str]) -> list[Symptom]:
    return [*of_settings(environment), *of_sign_in(environment)]


@pytest.mark.parametrize("environment", [{}, GOOD], ids=["nothing", "everything"])
def test_settings_that_are_right_have_no_symptoms(environment: dict[str, str]) -> None:
    """An app that nothing is set of works by key alone, and one with every setting works as well."""
    assert [] == _found(environment)


@pytest.mark.parametrize(
    ("changed", "about", "told"),
    [
        ({"TIEOUT_ADMIN_KEY": "short"}, "TIEOUT_ADMIN_KEY", "guessed"),
        ({"TIEOUT_ADMIN_KEY": "@Microsoft.KeyVault(SecretUri=https://x)"}, "TIEOUT_ADMIN_KEY", "not read"),
        ({"TIEOUT_REQUESTS_PER_MINUTE": "many"}, "TIEOUT_REQUESTS_PER_MINUTE", "whole number"),
        ({"TIEOUT_SESSION_HOURS": "0"}, "TIEOUT_SESSION_HOURS", "whole number"),
        ({"TIEOUT_KEY_VAULT": "acme.vault.azure.net"}, "TIEOUT_KEY_VAULT", "no https address"),
        ({"TIEOUT_CALLBACK_HOSTS": "https://x.example/"}, "TIEOUT_CALLBACK_HOSTS", "no host's name"),
        ({"TIEOUT_SCHEDULE_SHOPIFY": "*/15 * * * *"}, "TIEOUT_SCHEDULE_SHOPIFY", "no schedule"),
        ({"TIEOUT_SCHEDULE_SHOPFY": "0 0 * * * *"}, "TIEOUT_SCHEDULE_SHOPFY", "no source"),
        ({"TIEOUT_ENTRA_TENNANT": "x"}, "TIEOUT_ENTRA_TENNANT", "no setting"),
        ({"TIEOUT_ENTRA_TENANT": ""}, "TIEOUT_ENTRA_AUDIENCE", "only with a tenant"),
        ({"TIEOUT_ENTRA_TENANT": "acme.onmicrosoft.com"}, "TIEOUT_ENTRA_TENANT", "is no id"),
        ({"TIEOUT_ENTRA_ACCESS": ""}, "TIEOUT_ENTRA_ACCESS", "may do nothing"),
        ({"TIEOUT_ENTRA_ACCESS": "[{]"}, "TIEOUT_ENTRA_ACCESS", "Invalid JSON"),
        ({"TIEOUT_PLATFORM_SIGN_IN": "yes"}, "TIEOUT_PLATFORM_SIGN_IN", "neither"),
        ({"WEBSITE_AUTH_ENABLED": ""}, "TIEOUT_PLATFORM_SIGN_IN", "is off"),
    ],
    ids=lambda each: str(each)[:40],
)
def test_a_setting_that_is_wrong_is_named_with_its_remedy(
    changed: dict[str, str], about: str, told: str
) -> None:
    """Each fault of a setting is one line that says which setting, what is wrong and what to do."""
    found = [each for each in _found({**GOOD, **changed}) if each.about == about]
    assert any(told in each.message for each in found), found
    assert all(each.remedy and each.is_wrong for each in found)


def test_no_setting_is_quoted() -> None:
    """What stands in a setting may be a secret: no symptom repeats a key, wherever it was put."""
    secret = "sk_invented_0123456789"
    wrong = dict.fromkeys(GOOD, secret)
    assert secret not in str(_found(wrong))
    assert _found(wrong)


def test_an_audience_is_missed_where_nobody_else_signs_in() -> None:
    """Without one no token is taken; where the platform signs in none is needed."""
    assert ["TIEOUT_ENTRA_AUDIENCE"] == [each.about for each in of_sign_in({**TENANT, **ACCESS})]


def test_packages_are_held_against_their_pins() -> None:
    """What is installed here is what is pinned; another version and a missing package are told."""
    assert [] == [*of_packages(python=(3, 12))]
    assert PINS.is_file()
    found = [*of_packages("httpx==0.1\nno-such-package==1.0 ; python_version < '3.13'\n", (3, 9))]
    assert ["Python", "httpx", "no-such-package"] == [each.about for each in found]
    assert [True, False, False] == [each.is_wrong for each in found]


def _inspected(**queues: Waiting) -> list[Symptom]:
    there = dict.fromkeys(QUEUES, Waiting(0, None)) | {
        name.replace("_", "-"): each for name, each in queues.items()
    }
    return [*storage.of_account(Inspection(NOW, frozenset(TABLES), there), NOW)]


def test_a_working_account_has_no_symptoms() -> None:
    """All is there, the clock is right, and what waits has not waited for long."""
    assert [] == _inspected(pull=Waiting(40, NOW - timedelta(minutes=1)))


def test_what_waits_for_long_and_what_failed_is_told() -> None:
    """A queue that nobody works off, and messages that failed too often, with how many."""
    found = _inspected(pull=Waiting(7, NOW - timedelta(hours=1)), evaluate_poison=Waiting(3, NOW))
    assert [("pull", True), ("evaluate-poison", True)] == [(each.about, each.is_wrong) for each in found]
    assert "7 messages" in found[0].message
    assert "60 minutes" in found[0].message
    assert "3 messages" in found[1].message


def test_an_erasure_that_failed_too_often_is_not_thrown_away() -> None:
    """What no timer asks for again is not to be cleared: an erasure goes on, a message is sent again."""
    erase, notify, pull = _inspected(
        erase_poison=Waiting(1, NOW), notify_poison=Waiting(1, NOW), pull_poison=Waiting(1, NOW)
    )[::-1]
    assert [("erase-poison", False), ("notify-poison", True), ("pull-poison", True)] == [
        (each.about, "clear the queue" in each.remedy) for each in (erase, notify, pull)
    ]
    assert "put its message back" in erase.remedy
    assert "1 message failed" in erase.message


def test_what_is_missing_in_an_account_is_told() -> None:
    """A table that is missing is wrong, a queue is made with its first message; so is a clock that is off."""
    found = [*storage.of_account(Inspection(NOW + timedelta(minutes=5), frozenset(TABLES[1:]), {}), NOW)]
    assert ["table alerts", "clock", *QUEUES] == [each.about for each in found]
    assert [True, True] + [False] * len(QUEUES) == [each.is_wrong for each in found]


def _refused(status: int) -> HttpResponseError:
    error = HttpResponseError("AuthorizationPermissionMismatch")
    error.status_code = status
    return error


@pytest.mark.parametrize(
    ("error", "about", "remedy"),
    [
        (ConfigurationError("set it", "AzureWebJobsStorage"), "AzureWebJobsStorage", "app settings"),
        (ClientAuthenticationError("none"), "identity", "az login"),
        (_refused(403), "identity", "Storage Table Data Contributor"),
        (_refused(400), "account", "keys"),
        (ServiceRequestError("no route"), "account", "network rules"),
        (ValueError("Connection string missing"), "AzureWebJobsStorage", "connection string"),
    ],
    ids=lambda each: type(each).__name__,
)
def test_an_account_that_is_not_reached_says_why(error: Exception, about: str, remedy: str) -> None:
    """Setting, identity, role, network: each has a remedy of its own."""
    found = storage.unreached(error)
    assert (found.about, remedy in found.remedy) == (about, True)


def test_an_examination_is_shown_in_order() -> None:
    """Areas stand in their order, what is wrong before what is only worth knowing."""
    found = [
        Symptom(area, "x", "m", "r", is_wrong=is_wrong)
        for area in reversed(AREAS)
        for is_wrong in (False, True)
    ]
    shown = Examination(frozenset(AREAS[:3]), tuple(found)).as_json()
    assert [each["area"] for each in shown["findings"]] == [area for area in AREAS for _ in (1, 2)]
    assert [each["is_wrong"] for each in shown["findings"]] == [True, False] * len(AREAS)
    assert (shown["areas"], shown["is_well"]) == ([*AREAS[:3]], False)
    notes = tuple(each for each in found if not each.is_wrong)
    assert Examination(frozenset(), notes).as_json()["is_well"]

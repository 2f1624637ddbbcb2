"""The Bicep files hold together: what the compiler would say that we can say without it."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.infra import bicep

ROOT = bicep.ROOT
EACH_FILE = pytest.mark.parametrize("path", bicep.FILES, ids=lambda path: path.name)
OF_AZD = {"AZURE_ENV_NAME", "AZURE_LOCATION", "AZURE_PRINCIPAL_ID", "AZURE_PRINCIPAL_TYPE"}


def _azure_yaml() -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / "azure.yaml").read_text(encoding="utf-8")))


def _parameters_file() -> dict[str, Any]:
    document = json.loads((bicep.INFRA / "main.parameters.json").read_text(encoding="utf-8"))
    return dict(document["parameters"])


@EACH_FILE
def test_a_file_parses(path: Path) -> None:
    """Every Bicep file is in the subset that the parser reads, and declares something."""
    assert bicep.tree(path)["resources"]


@EACH_FILE
def test_every_name_is_declared(path: Path) -> None:
    """An expression uses only what its file declares."""
    assert set() == bicep.used(path) - bicep.declared(path)


@EACH_FILE
def test_nothing_is_declared_for_nothing(path: Path) -> None:
    """Every parameter and variable is used."""
    found = bicep.tree(path)
    assert set() == {*found.get("parameters", {}), *found.get("variables", {})} - bicep.used(path)


@EACH_FILE
def test_modules_are_given_what_they_take(path: Path) -> None:
    """A module is given every parameter that it requires, and none that it does not have."""
    for name, file, given in bicep.modules(path):
        taken = bicep.tree(file)["parameters"]
        required = {each for each, parameter in taken.items() if bicep.is_required(parameter)}
        assert set() == given.keys() - taken.keys(), name
        assert set() == required - given.keys(), name


def test_outputs_that_are_used_exist() -> None:
    """What main.bicep takes from a module, the module gives."""
    text = bicep.MAIN.read_text(encoding="utf-8")
    files = {name: file for name, file, _ in bicep.modules(bicep.MAIN)}
    used = set(bicep.OUTPUT.findall(text))
    assert len(used) >= 15
    assert set() == {(name, out) for name, out in used if out not in bicep.tree(files[name])["outputs"]}


def test_every_module_is_deployed() -> None:
    """No file lies in infra/ that main.bicep does not deploy."""
    deployed = {file for _, file, _ in bicep.modules(bicep.MAIN)}
    assert set(bicep.FILES) == {*deployed, bicep.MAIN}


def test_abbreviations_that_are_used_exist() -> None:
    """Every abbreviation is in the file of them, and none is there for nothing."""
    known = json.loads((bicep.INFRA / "abbreviations.json").read_text(encoding="utf-8"))
    text = bicep.MAIN.read_text(encoding="utf-8")
    assert set(known) == set(bicep.ABBREVIATION.findall(text))


def test_files_that_are_loaded_exist() -> None:
    """What a file loads as text or JSON is there."""
    missing = [
        (path.name, name)
        for path in bicep.FILES
        for name in bicep.LOADED.findall(path.read_text(encoding="utf-8"))
        if not (path.parent / name).exists()
    ]
    assert [] == missing


def test_azd_can_give_every_parameter() -> None:
    """The file of parameters names exactly those of main.bicep, each by a setting of its own."""
    given = _parameters_file()
    assert set(bicep.tree(bicep.MAIN)["parameters"]) == set(given)
    names = [each["value"] for each in given.values()]
    assert len(names) == len(set(names))
    assert all(name.startswith("${") and name.endswith("}") for name in names)
    assert all(name[2:-1] in OF_AZD or name.startswith("${TIEOUT_") for name in names)


def test_json_is_given_as_json() -> None:
    """A text is put into the file of parameters quotes and all, so what is JSON is an array or object."""
    kinds = {name: each["type"] for name, each in bicep.tree(bicep.MAIN)["parameters"].items()}
    assert ("array", "object") == (kinds["entraAccess"], kinds["appSettings"])
    # The first that puts such a text in as JSON.
    assert ">= 1.23.4" == _azure_yaml()["requiredVersions"]["azd"]


def test_azd_asks_for_little() -> None:
    """Besides name and region, `azd up` asks for an address for alerts, and for nothing else."""
    asked = {
        name
        for name, parameter in bicep.tree(bicep.MAIN)["parameters"].items()
        if bicep.is_required(parameter)
    }
    assert {"environmentName", "location", "alertEmail"} == asked


def test_azd_finds_where_to_deploy() -> None:
    """The function app carries the tag by which azd finds the resource of the service in azure.yaml."""
    (service,) = _azure_yaml()["services"]
    tags = bicep.one("Microsoft.Web/sites")["tags"]["function"]["parameters"]["arg_2"]
    assert {"'azd-service-name'": service} == tags
    assert "azd-env-name" in str(bicep.tree(bicep.MAIN)["variables"]["tags"])


def test_hooks_are_there() -> None:
    """Every hook of azure.yaml is a file, for every system."""
    for hook in _azure_yaml()["hooks"].values():
        assert {"posix", "windows"} == set(hook)
        for each in hook.values():
            assert (ROOT / each["run"]).is_file()


def test_outputs_of_the_deployment_have_names_for_azd() -> None:
    """What the deployment tells azd stands under names that settings have, and one is the app's address."""
    outputs = bicep.tree(bicep.MAIN)["outputs"]
    assert "TIEOUT_URL" in outputs
    assert all(name.startswith(("AZURE_", "TIEOUT_")) for name in outputs)

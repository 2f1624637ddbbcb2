"""Azurite is found, installed once, and started on its own ports."""

from pathlib import Path

import pytest
from azure.data.tables import TableServiceClient

from dev import azurite as emulator
from dev import npm


def test_each_azurite_is_one_of_its_own(azurite: str, storage_names: str):
    """A second Azurite shares nothing with the first: neither a port nor a table."""
    with emulator.running() as address:
        assert address.connection_string != azurite
        with (
            TableServiceClient.from_connection_string(azurite) as first,
            TableServiceClient.from_connection_string(address.connection_string) as second,
        ):
            first.create_table(storage_names)
            assert list(second.list_tables()) == []


def test_what_is_installed_is_not_installed_again(monkeypatch: pytest.MonkeyPatch):
    """Without a registry an installed Azurite still starts."""
    said: list[str] = []
    emulator.install(said.append)
    monkeypatch.setattr(npm, "run", None)
    assert emulator.install(said.append)


def test_a_registry_out_of_reach_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The error says what to look at, with the installer's own words."""
    failing = npm.Node("node", ("sh", "-c", "echo no route to host >&2; exit 1"))
    monkeypatch.setattr(npm, "machine_node", lambda: failing)
    with pytest.raises(npm.InstallationError, match=r"(?s)registry.*no route to host"):
        emulator.install(lambda _: None, tmp_path)


@pytest.mark.parametrize(("version", "is_used"), [("v9.11.2", False), ("v10.0.0", True), ("v20.20.2", True)])
def test_the_machines_node_is_used_where_it_is_new_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, *, is_used: bool
):
    """Azurite 3.35 needs Node 10; an older one is passed over for PyPI's."""
    for name in ("node", "npm"):
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\necho {version}\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    found = npm.machine_node()
    assert (found is not None) == is_used

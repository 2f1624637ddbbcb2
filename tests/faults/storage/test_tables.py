"""The tables in memory do what the emulator's do, wherever the emulator is right."""

from collections.abc import Sequence

import pytest
from azure.core.exceptions import ResourceExistsError

from tests.faults.storage.cases import CASES, KEYS
from tests.faults.storage.conftest import Both
from tests.faults.storage.script import Played, Step


async def _outcomes(both: Both, name: str, steps: Sequence[Step]) -> list[list[object]]:
    found = []
    for service in both.tables:
        client = await service.create_table(name)
        found.append(await Played(client).outcomes(steps))
    return found


@pytest.mark.filterwarnings("ignore:Sending a large body:ResourceWarning")
@pytest.mark.parametrize("steps", CASES.values(), ids=CASES)
async def test_a_table_answers_as_the_emulators(
    both: Both, storage_names: str, steps: Sequence[Step]
) -> None:
    """Each step of a script is seen to end as it does on the emulator: the same entities, the same errors."""
    memory, emulator = await _outcomes(both, storage_names, steps)
    for step, found, expected in zip(steps, memory, emulator, strict=True):
        assert expected == found, step


async def test_a_missing_table_is_missed_alike(both: Both, storage_names: str) -> None:
    """Operations on a table that is not there end alike, and names are alike in capitals."""
    steps = [Step(verb, KEYS) for verb in ("get", "create", "upsert", "update", "delete", "query")]
    steps.append(Step("transaction", steps=[Step("upsert", KEYS)]))
    found = []
    for service in both.tables:
        found.append(await Played(service.get_table_client(storage_names)).outcomes(steps))
        await service.create_table_if_not_exists(storage_names)
        await service.create_table_if_not_exists(storage_names.upper())
        with pytest.raises(ResourceExistsError):
            await service.create_table(storage_names)
        await service.delete_table(f"{storage_names}no")
    assert found[0] == found[1]

"""How recipients were reached of late: enough to give up on one that fails time and again.

Table `alerts`. PartitionKey: workspace. RowKey: `recipient|{channel}|{address or reference}`.
"""

from shared.store.tables import Conflict, Table, key

LONGEST_OUTCOME = 500


class Recipients:
    """The recipients of all workspaces."""

    def __init__(self, table: Table) -> None:
        self._table = table

    async def note(self, workspace: str, channel: str, recipient: str, failure: str) -> None:
        """Note how a delivery ended: "" for one that was sent, otherwise why it failed for good."""
        partition, row = key(workspace), f"recipient|{key(channel, recipient)}"
        while True:
            there = await self._table.get(partition, row)
            failures = there["failures"] + 1 if failure and there else int(bool(failure))
            entity = {
                "PartitionKey": partition,
                "RowKey": row,
                "channel": channel,
                "recipient": recipient,
                "failures": failures,
                "outcome": failure[:LONGEST_OUTCOME],
            }
            try:
                await self._table.replace(entity, there["etag"] if there else "")
            except Conflict:
                continue
            return

    async def failures(self, workspace: str, channel: str, recipient: str) -> int:
        """Give how many deliveries to a recipient have failed in a row."""
        there = await self._table.get(key(workspace), f"recipient|{key(channel, recipient)}")
        return there["failures"] if there else 0

    async def failing(self, workspace: str, at_least: int) -> dict[str, str]:
        """Give the recipients whom so many deliveries in a row did not reach, with why the last did not."""
        found = self._table.between(key(workspace), "recipient|", "recipient}")
        return {each["recipient"]: each["outcome"] async for each in found if each["failures"] >= at_least}

"""How alerts end: with a word to who heard of them, without one where nothing speaks for them any more."""

import pytest

from shared.domain.alerts import AlertKey
from shared.pipeline import deliver
from tests.pipeline.office import D365, DOCUMENT, GAP, HOOK, SAGE, Office, row

REVENUE = {"net_commerce_revenue_amount": "1000.00"}


async def _open(office: Office) -> set[AlertKey]:
    return {about for about, kept in (await office.store.alerts.of("shop")).items() if kept.alert.is_open}


@pytest.mark.parametrize("others", [True, False], ids=["beside others", "the last one"])
async def test_a_card_that_is_switched_off_closes_quietly(others: bool) -> None:  # noqa: FBT001 - a column
    """The alert of a card that is off closes after the usual number of evaluations, and nobody is told."""
    office = Office()
    await office.tell(office.judged(rows=11))
    rest = [office.judged(D365)] if others else []
    for _ in range(2):
        rest = [office.judged(D365)] if others else []
        assert [] == await office.tell(*rest)
    assert set() == await _open(office)


async def test_a_part_that_is_switched_off_closes_quietly() -> None:
    """Nobody is told that the B2B part is back below a threshold which it has no more."""
    office = Office()
    rows = [row(number, segment="b2b") for number in range(5)]
    part = [{"name": "b2b", "value": 5, "threshold": "0"}]
    assert ["opened"] == [kind for kind, _ in await office.tell(office.judged(rows=rows, subsets=part))]
    for _ in range(2):
        assert [] == await office.tell(office.judged(rows=rows))
    assert set() == await _open(office)


async def test_a_card_that_lost_its_ledger_closes_quietly() -> None:
    """A card that is not configured any more has no value to tell: its alert closes without a word."""
    office = Office()
    await office.tell(office.judged(GAP, value="60.00", compared="6.00", figures=REVENUE))
    for _ in range(2):
        gone = office.judged(GAP, 0, status="not_configured", value=None, compared=None)
        assert [] == await office.tell(gone)
    assert set() == await _open(office)


async def test_a_source_that_is_taken_out_closes_quietly() -> None:
    """Of a connection that is not there any more nobody is told that its data are complete."""
    office = Office()
    await office.tell(office.held(SAGE, ("spare", "orders of spare is stale")))
    assert [] == await office.tell(office.judged())
    assert set() == await _open(office)


async def test_who_heard_of_the_worst_hears_of_the_end() -> None:
    """Who asks for what is high and was told of it is told of the recovery, though it was low by then."""
    owner = {"owner": {"hooks": [HOOK], "minimum_severity": "high"}}
    office = Office(document=DOCUMENT | {"recipients": owner})
    assert ["opened"] == [kind for kind, _ in await office.tell(office.judged(rows=25))]
    for rows in (12, 3):
        assert [] == await office.tell(office.judged(rows=rows))
    assert [
        ("recovered", "Ecom Customers Absent from Sage is back below its threshold")
    ] == await office.tell(office.judged(rows=3))
    for rows in (11, 3, 3):
        assert [] == await office.tell(office.judged(rows=rows))


async def test_a_gap_below_its_floor_says_so() -> None:
    """A percentage that is past its threshold still is not said to be below it."""
    office = Office(document=DOCUMENT | {"cards": {GAP: {"alert": {"money_floor": 50}}}})
    await office.tell(office.judged(GAP, value="60.00", compared="6.00", figures=REVENUE))
    await office.tell(office.judged(GAP, value="40.00", compared="6.00", figures=REVENUE))
    [(kind, heading)] = await office.tell(office.judged(GAP, value="40.00", compared="6.00", figures=REVENUE))
    assert ("recovered", "Revenue Gap, Detailed Breakdown is back below its money floor") == (kind, heading)


async def test_a_recipient_that_is_gone_is_not_missed() -> None:
    """Who fails time and again is told of; once the recipient is taken out, that closes without a word."""
    office = Office()
    for _ in range(deliver.GIVEN_UP_AFTER):
        await office.store.recipients.note("shop", "hook", HOOK, "hook answered 404")
    assert [("opened", f"Messages do not arrive: {HOOK}")] == await office.tell(office.judged())
    assert {"owner"} == {each.role for each in await office.deliveries()}
    office.document = DOCUMENT | {"recipients": {"owner": {"teams": ["env:TEAMS"]}}}
    assert [] == await office.tell(office.judged())
    assert set() == await _open(office)


async def test_a_message_that_cannot_be_made_holds_up_no_other() -> None:
    """One message that breaks is logged and decided anew by the next evaluation; the others go out."""
    office = Office()
    broken = office.judged(SAGE, rows=11)
    broken.reading["breakdown"] = [None]
    told = await office.tell(broken, office.judged(D365, rows=11))
    assert [("opened", "Ecom Customers Absent from D365 is past its threshold")] == told
    told = await office.tell(office.judged(SAGE, rows=11), office.judged(D365, rows=11))
    assert [("opened", "Ecom Customers Absent from Sage is past its threshold")] == told

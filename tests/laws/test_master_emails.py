"""Which emails lead straight to one master record, told batches at a time."""

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.master_emails import PRESENT_STATES, MasterEmails
from shared.domain.records import MasterCustomer, Record
from shared.domain.snapshot import Batch, Table, batch_of
from shared.domain.texts import Texts
from tests.builders import law, master

ENTITIES = {"": "", "UK": "uk", "US": "us"}
EMAILS = {"a@x.example", "b@x.example", "c@x.example", "d@x.example"}
KNOWN = st.tuples(
    st.sampled_from(["", *sorted(EMAILS)]),
    st.sampled_from(["active", "active", "on_hold", "inactive"]),
    st.sampled_from(sorted(ENTITIES)),
)


@law
@given(
    batches=st.lists(st.lists(KNOWN, max_size=4), max_size=5),
    entity=st.sampled_from(["", "uk", "us"]),
    is_any=st.booleans(),
)
def test_batches_tell_what_the_records_tell(
    *, batches: list[list[tuple[str, str, str]]], entity: str, is_any: bool
) -> None:
    """Straight leads an email that one record has in all, which takes the postings of the entity."""
    records = [each for batch in batches for each in batch]
    table = Table(MasterCustomer, [_batch(number, each) for number, each in enumerate(batches)])
    asked = Texts.of(sorted(EMAILS))
    own = np.ones(len(table), bool)
    emails = MasterEmails(table, table.whole.texts("email"), own, asked, ENTITIES.__getitem__)
    times = Counter(email for email, *_ in records)
    straight = {
        email
        for email, state, company in records
        if times[email] == 1 and state in PRESENT_STATES and (is_any or ENTITIES[company] in {"", entity})
    }
    strangers = emails.strangers(np.arange(len(asked)), entity, is_any=is_any)
    assert set(asked.at(strangers)) == EMAILS - straight


def _batch(number: int, known: list[tuple[str, str, str]]) -> Batch:
    records: list[Record] = [
        master(f"{number}-{at}", email=email, state=state, company=company)
        for at, (email, state, company) in enumerate(known)
    ]
    return batch_of("sage", "customers", MasterCustomer, records)

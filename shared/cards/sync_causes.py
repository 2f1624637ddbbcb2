"""Why the sync has not made a customer's record: what its log and the store tell, never a guess."""

from dataclasses import dataclass

from shared.cards.causes import Cause
from shared.domain.accounts import created_at
from shared.domain.buyers import COMMERCE, Buyer
from shared.domain.records import Company
from shared.domain.snapshot import Snapshot
from shared.domain.sync_log import Failure, SyncLog

_NO_VAT = "No customer record: standard, zero-rated or reverse-charge VAT cannot be set"
NEVER_SYNCED = Cause(
    "never_synced",
    "New B2B account, never synced",
    _NO_VAT,
    "Run the customer sync for this account",
)
FAILED = Cause(
    "failed",
    "Sync failed on create",
    "The record was refused: its orders are stranded and their VAT cannot be coded",
    "Mend what the sync was refused for, then run it again",
)
LAGGING = Cause(
    "lagging",
    "Sync lagging, account newer than the last run",
    "Clears with the next sync run; no VAT consequence if it runs before the batch",
    "Wait for the next sync run",
)
MERGED = Cause(
    "merged",
    "Account merged on the store, old reference absent",
    "The order names a retired account: VAT cannot be taken from it",
    "Point the order at the account that remains",
)
UNKNOWN = Cause(
    "unknown",
    "Unknown: neither the sync log nor the store tells",
    _NO_VAT,
    "Look the account up in the sync log, or create the customer",
)
CAUSES = (NEVER_SYNCED, FAILED, LAGGING, MERGED, UNKNOWN)


@dataclass(frozen=True, slots=True)
class Told:
    """A cause and what it rests on."""

    cause: Cause
    why: str
    created_at: str
    """When the account was opened; "" where the store does not tell (Adobe Commerce)."""
    failure: Failure | None = None
    skip: Failure | None = None

    def action(self, hidden: str) -> str:
        """Say what to do, with the sync's own words; `hidden` stands in their place."""
        said = self.failure if self.cause is FAILED else self.skip
        reason = said and (hidden or said.shown()["reason"])
        return f"{self.cause.action}: {reason}" if reason else self.cause.action


def told(snapshot: Snapshot, buyer: Buyer, since: str, log: SyncLog) -> Told:
    """Give why the sync has not made a buyer's record (SAGE-CM-05); `since` is when it ever ordered first.

    An account that was retired on the store comes first: its new reference is what should be synced. Where
    the store does not tell when the account was opened, an order before the last run proves that it was
    there by then; without one nothing is proved.
    """
    companies = snapshot.table(Company, *COMMERCE)
    references = [value for _, value in buyer.keys]
    is_retired = False
    if buyer.company is not None:
        references.append(companies["id"][buyer.company])
        is_retired = companies["state"][buyer.company] == "retired"
    opened_at = created_at(snapshot, buyer)
    failure, skip = log.failure("customer", *references), log.skip("customer", *references)
    if is_retired:
        cause, why = MERGED, "the store has retired this account"
    elif failure is not None:
        cause, why = FAILED, "the sync log tells of a refusal, and of no success after it"
    else:
        cause, why = _without_failure(log, log.last("customer", *references), opened_at, since)
    return Told(cause, why, opened_at, failure, skip)


def _without_failure(
    log: SyncLog, last: tuple[str, str] | None, opened_at: str, since: str
) -> tuple[Cause, str]:
    state, tried_at = last or ("", "")
    run = log.last_run_at
    known_since = opened_at or since
    found = (
        (log.is_empty, UNKNOWN, "no sync log tells of any run"),
        (
            state == "succeeded",
            UNKNOWN,
            f"the sync log says that it was made at {tried_at}, and Sage does not have it",
        ),
        (state == "running" and tried_at > run, LAGGING, f"the sync is at work on it since {tried_at}"),
        (
            state == "running",
            UNKNOWN,
            f"an attempt began at {tried_at}, and the sync log does not tell how it ended",
        ),
        (not run, UNKNOWN, "the sync log tells of no finished run"),
        (opened_at > run, LAGGING, "the account was opened after the last run"),
        (state == "skipped", NEVER_SYNCED, "the sync passed it over"),
        (
            known_since != "" and known_since <= run,
            NEVER_SYNCED,
            "the account was there at the last run, and the sync log does not name it",
        ),
    )
    unproved = (UNKNOWN, "the store does not tell whether the account was there at the last run")
    return next(((cause, why) for applies, cause, why in found if applies), unproved)

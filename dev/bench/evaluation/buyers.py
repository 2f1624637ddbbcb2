"""Invented buyers, and what each customer master holds of them."""

from dataclasses import dataclass
from random import Random
from typing import Any

from dev.bench.evaluation.columns import Stream, stream
from shared.domain.records import CommerceCustomer, Company, CrmCustomer, MasterCustomer

COMPANY_SHARE = 100
"""Of so many buyers one is a company, which orders often."""
SURNAMES = ("archer", "baker", "carter", "dyer", "fisher", "glover", "hunter", "mason", "potter", "weaver")
_LETTERS = "ABCDEFGHJKLMNPQRSTUW"
_ABSENT, _INACTIVE, _TWICE, _OTHER_EMAIL = range(4)
KNOWN = -1
"""A master that has a buyer as it should."""


@dataclass(frozen=True, slots=True)
class Buyers:
    """Persons and companies, numbered from 0; the companies come first."""

    count: int

    @property
    def companies(self) -> int:
        """Give how many of them are companies."""
        return max(1, self.count // COMPANY_SHARE)

    def email(self, buyer: int) -> str:
        """Give a buyer's mailbox."""
        return f"buyer.{buyer}@invented.example"

    def vat(self, buyer: int) -> str:
        """Give a company's VAT number."""
        return f"GB{buyer:09}"

    def name(self, buyer: int) -> str:
        """Give a buyer's name as a key."""
        if buyer < self.companies:
            return f"{SURNAMES[buyer % 10]} tools {buyer}"
        return f"ann{buyer // 10} {SURNAMES[buyer % 10]}"

    def postcode(self, buyer: int) -> str:
        """Give a buyer's postcode: four buyers share one."""
        area = buyer // 4
        return (
            f"N{area % 90 + 10}{area // 90 % 10}{_LETTERS[area // 900 % 20]}{_LETTERS[area // 18_000 % 20]}"
        )

    def street(self, buyer: int) -> str:
        """Give a buyer's street as a key."""
        return f"{buyer % 97 + 1} {SURNAMES[buyer % 10]}s {buyer % 1_999} street"


def accounts(buyers: Buyers, shop: str, trade: str) -> list[Stream]:
    """Give the customer accounts of persons in one shop, and the companies of another."""
    persons = range(buyers.companies, buyers.count)
    firms = range(buyers.companies)
    born = ["2025-01-01T00:00:00Z"]
    return [
        stream(
            shop,
            "customers",
            CommerceCustomer,
            id=[f"c{each}" for each in persons],
            created_at=born * len(persons),
            email=[buyers.email(each) for each in persons],
            name=[buyers.name(each) for each in persons],
            postcode=[buyers.postcode(each) for each in persons],
            street=[buyers.street(each) for each in persons],
            display_name=[buyers.name(each).title() for each in persons],
        ),
        stream(
            trade,
            "companies",
            Company,
            id=[f"f{each}" for each in firms],
            state=["active"] * len(firms),
            created_at=born * len(firms),
            email=[buyers.email(each) for each in firms],
            vat=[buyers.vat(each) for each in firms],
            name=[buyers.name(each) for each in firms],
            postcode=[buyers.postcode(each) for each in firms],
            street=[buyers.street(each) for each in firms],
            display_name=[f"{buyers.name(each).title()} Ltd" for each in firms],
        ),
    ]


def master(
    buyers: Buyers, connection: str, company: str, share: float, random: Random
) -> tuple[Stream, list[int]]:
    """Give a customer master, this share of the buyers not as it should be, and each buyer's defect."""
    defects = [random.randrange(4) if random.random() < share else KNOWN for _ in range(buyers.count)]
    held = [each for each, defect in enumerate(defects) if defect != _ABSENT]
    held += [each for each, defect in enumerate(defects) if defect == _TWICE]
    numbers = [f"C{place + 1:07}" for place in range(len(held))]
    given: dict[str, Any] = {
        "number": numbers,
        "account_reference": numbers,
        "company": [company] * len(held),
        "state": ["inactive" if defects[each] == _INACTIVE else "active" for each in held],
        "email": [
            f"old.{buyers.email(each)}" if defects[each] == _OTHER_EMAIL else buyers.email(each)
            for each in held
        ],
        "vat": [
            buyers.vat(each) if each < buyers.companies and defects[each] != _OTHER_EMAIL else ""
            for each in held
        ],
        "name": [buyers.name(each) for each in held],
        "postcode": [buyers.postcode(each) for each in held],
        "street": [buyers.street(each) for each in held],
        "display_name": [buyers.name(each).title() for each in held],
        "created_at": ["2025-01-01T00:00:00Z"] * len(held),
    }
    ids = [f"{connection}-{number}" for number in numbers]
    return stream(connection, "customers", MasterCustomer, id=ids, **given), defects


def crm(buyers: Buyers, connection: str, defects: list[int], created_at: str) -> Stream:
    """Give the Dataverse contacts of those whom the master lacks: their promotion is stuck."""
    stuck = [each for each, defect in enumerate(defects) if defect == _ABSENT][::2]
    return stream(
        connection,
        "contacts",
        CrmCustomer,
        id=[f"crm-{each}" for each in stuck],
        table=["contact"] * len(stuck),
        created_at=[created_at] * len(stuck),
        is_active=[True] * len(stuck),
        is_in_scope=[True] * len(stuck),
        email=[buyers.email(each) for each in stuck],
        name=[buyers.name(each) for each in stuck],
        display_name=[buyers.name(each).title() for each in stuck],
    )

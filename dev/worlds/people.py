"""The people and companies of a world, all invented.

No two share a name, an email, a telephone number, a street address or a postcode, so that
nobody in a world is anybody else's suspected duplicate by chance.
"""

import unicodedata
from dataclasses import dataclass, field, replace
from itertools import count, product
from random import Random

from dev.vendors.facts import Person
from dev.worlds.names import AREA_CODES, FIRST_NAMES, HOUSES, LAST_NAMES, STREETS, TOWNS, TRADES

_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"
_STREET_KINDS = ("Street", "Road", "Lane", "Close", "Avenue", "Way", "Drive", "Court")
_LEGAL_FORMS = {"GB": ("Ltd", "Limited", "Ltd", "plc"), "US": ("Inc", "LLC", "Corp", "Co")}
_OTHER_FORMS = {"Ltd": "LIMITED", "Limited": "Ltd.", "plc": "PLC", "Inc": "Inc.", "Corp": "Corporation"}
_DRAMA_NUMBERS = 1000


def ascii_letters(text: str) -> str:
    """Give a name as a mailbox spells it: small letters only."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in plain if letter.isascii() and letter.isalpha())


@dataclass(kw_only=True)
class Cast:
    """Draws people and companies of one country, each only once."""

    seed: str
    country: str = "GB"
    random: Random = field(init=False)

    def __post_init__(self) -> None:
        self.random = Random(self.seed)
        self._serial = count(self.random.randrange(1, 100))
        people = list(product(FIRST_NAMES, LAST_NAMES))
        companies = list(product(HOUSES, TRADES))
        self.random.shuffle(people)
        self.random.shuffle(companies)
        self._people = iter(people)
        self._companies = iter(companies)
        self._towns = TOWNS[self.country]

    def person(self) -> Person:
        """Draw a person with an address, an email and a telephone number."""
        first, last = next(self._people)
        domain = "example.org" if self.random.randrange(4) == 0 else "example.com"
        person = Person(first_name=first, last_name=last, country=self.country)
        mailbox = f"{ascii_letters(first)}.{ascii_letters(last)}"
        return self._housed(replace(person, email=f"{mailbox}@{domain}"))

    def company(self, name: str = "") -> Person:
        """Draw a company with a contact; a name that is given is taken as it is."""
        first, last = next(self._people)
        house, trade = next(self._companies)
        form = self.random.choice(_LEGAL_FORMS[self.country])
        company = name or f"{house} {trade} {form}"
        site = ascii_letters(name or house + trade)
        contact = Person(first_name=first, last_name=last, company=company, country=self.country)
        return self._housed(replace(contact, email=f"accounts@{site}.example.com"))

    def colleague(self, company: Person) -> Person:
        """Draw another contact of a company: same address, own name and email."""
        first, last = next(self._people)
        site = company.email.rpartition("@")[2]
        mailbox = f"{ascii_letters(first)}.{ascii_letters(last)}"
        return replace(company, first_name=first, last_name=last, email=f"{mailbox}@{site}")

    def vat(self) -> str:
        """Draw a British VAT number, `GB` and nine digits."""
        return f"GB{self.random.randrange(100_000_000, 999_999_999)}"

    def _housed(self, person: Person) -> Person:
        serial = next(self._serial)
        (area, town), place = self._towns[serial % len(self._towns)], serial // len(self._towns)
        street = STREETS[serial % len(STREETS)]
        house = f"{serial % 239 + 1} {street} {_STREET_KINDS[serial % len(_STREET_KINDS)]}"
        if self.country == "US":
            zip_area, state = area.split(":")
            postcode = f"{zip_area}{place:02}"
            line = serial // len(AREA_CODES)
            phone = f"+1{AREA_CODES[serial % len(AREA_CODES)]}55501{line:02}"
        else:
            state = ""
            inward = f"{place % 9 + 1}{_LETTERS[place % 20]}{_LETTERS[place // 20]}"
            postcode = f"{area}{serial % 19 + 1} {inward}"
            phone = (
                f"+447700900{serial:03}" if serial < _DRAMA_NUMBERS else f"+4471{serial * 7919 % 10**8:08}"
            )
        return replace(person, street=house, city=town, state=state, postcode=postcode, phone=phone)


def retyped(person: Person, random: Random) -> Person:
    """Give the same person as a clerk typed them: other case, blanks and legal form, same keys."""
    typed = random.choice((str, str.upper, str.title, " {} ".format))
    national = f"0{person.phone[3:7]} {person.phone[7:]}" if person.country == "GB" else person.phone
    words = person.company.split()
    if words and words[-1] in _OTHER_FORMS and random.randrange(2):
        words[-1] = _OTHER_FORMS[words[-1]]
    return replace(
        person,
        email=typed(person.email) if person.email else "",
        phone=random.choice((person.phone, national)) if person.phone else "",
        postcode=random.choice((person.postcode, person.postcode.replace(" ", ""), person.postcode.lower())),
        street=random.choice((person.street, person.street.upper(), person.street.replace(" ", ", ", 1))),
        company=" ".join(words),
    )


def respelled_vat(number: str, random: Random) -> str:
    """Give a VAT number as people write it in a web form: small letters, blanks, dots."""
    country, digits = number[:2], number[2:]
    grouped = f"{digits[:3]} {digits[3:7]} {digits[7:]}"
    return random.choice(
        (number, f"{country} {grouped}", f"{country.lower()}{digits}", f"{country}.{digits}")
    )

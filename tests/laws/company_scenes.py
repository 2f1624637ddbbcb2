"""Draws companies as a shop and a ledger write them, with the truth about who is who.

A seeded draw, so that every run meets the same companies. Many share a first word, a trade or a
business park, as companies do; some are sisters, at one address with one first word.
"""

import string
from dataclasses import dataclass
from random import Random

from shared.domain import keys


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_OWN_WORDS = _words(
    "Adler Albion Alder Anchor Apex Ardent Argent Atlas Aurora Avalon Beacon Birch Blackwood Brücke Calder "
    "Cedar Château Cobalt Condor Crown Delta Dorfmann Eagle Eden Élan Ember Falcon Fjord García Granite "
    "Grünwald Harbour Heron Höfer Ibis Indigo Iris Jönsson Juniper Kestrel Kowalski Lark Linden Lumen Łódź "
    "Maple Meridian Müller Nimbus Nordström Oakfield Olivia Onyx Orchard Ørsted Osprey Peñalver Phoenix "
    "Pinnacle Quarry Quartz Raven Redwood Rowan Saffron Sánchez Sequoia Sterling Summit Sørensen Thistle "
    "Tudor Ulmer Valley Vasseur Velde Vernon Vulcan Weiß Wexford Willow Yarrow Zenith Zephyr Žižka"
)
_TRADES = _words(
    "Trading Logistics Foods Textiles Tools Electronics Engineering Supplies Packaging Brewery Interiors "
    "Components Manufacturing Services Technologies Consulting Bakery Furniture Sports Motors Print Pharma "
    "Distribution Holdings International Industries Wholesale Catering Ceramics Optics"
)
_PLACES = _words("North South West Central European Nordic Alpine Coastal National Metropolitan")
_FORMS = {
    "GB": ("Ltd", "Limited", "Ltd.", "PLC", "LLP", "(UK) Ltd"),
    "DE": ("GmbH", "G.m.b.H.", "AG", "GmbH & Co. KG", "UG (haftungsbeschränkt)"),
    "FR": ("SARL", "S.A.R.L.", "SAS", "S.A."),
    "NL": ("B.V.", "BV", "N.V."),
    "ES": ("S.L.", "SL", "S.A.", "S.L.U."),
    "PL": ("Sp. z o.o.", "sp. z o. o.", "S.A."),
    "DK": ("A/S", "ApS", "a/s"),
    "IT": ("S.p.A.", "SpA", "S.r.l.", "Srl"),
}
_STREETS = _words("High Mill Church Station Park Queen Market Bridge Garden Kirk Orchard Castle Canal Dock")
_KINDS = (
    ("Street", "St"),
    ("Road", "Rd."),
    ("Lane", "Ln"),
    ("Avenue", "Ave"),
    ("Industrial Estate", "Ind Est"),
)
_SHORT = {
    "International": "Intl",
    "Manufacturing": "Mfg",
    "Services": "Svcs",
    "Engineering": "Eng.",
    "Technologies": "Tech",
    "Distribution": "Dist.",
    "National": "Nat'l",
    "Holdings": "Hldgs",
    " and ": " & ",
}
_TRADING = ("t/a", "trading as", "T/A", "dba", "d/b/a")
Person = dict[str, str]


@dataclass(frozen=True)
class Companies:
    """What the shop has, what the ledger has, and which is which."""

    shop: list[Person]
    ledger: list[Person]
    truth: set[tuple[int, int]]
    """Positions in shop and ledger that are one company."""


@dataclass(frozen=True)
class _Company:
    words: str
    form: str
    country: str
    trading_name: str
    phone: str
    postcode: str
    street: str


def draw(seed: int, count: int) -> Companies:
    """Draw so many companies of the ledger, and as many of the shop, of which half are the same."""
    dice = Random(seed)  # noqa: S311 - a draw
    ledger: list[_Company] = []
    while len(ledger) < count:
        ledger.append(_company(dice))
        if dice.random() < 0.05:  # a sister: same first word, same address, a telephone of its own
            first = ledger[-1]
            words = f"{first.words.split()[0]} {dice.choice(_TRADES)} {dice.choice(_TRADES)}"
            fresh = _company(dice)
            ledger.append(_Company(words, first.form, first.country, "", fresh.phone, *_home(first)))
    known = dice.sample(range(len(ledger)), count // 2)
    shop = [(_written(dice, ledger[at], is_shop=True), at) for at in known]
    shop += [(_written(dice, _company(dice), is_shop=True), -1) for _ in range(count // 2)]
    dice.shuffle(shop)
    truth = {(position, at) for position, (_, at) in enumerate(shop) if at >= 0}
    written = [_written(dice, each, is_shop=False) for each in ledger]
    return Companies([person for person, _ in shop], written, truth)


def _home(company: _Company) -> tuple[str, str]:
    return company.postcode, company.street


def _company(dice: Random) -> _Company:
    country = dice.choice(tuple(_FORMS))
    words = [dice.choice(_OWN_WORDS)]
    if dice.random() < 0.35:
        words.append(dice.choice(("and ", "")) + dice.choice(_OWN_WORDS))
    if dice.random() < 0.3:
        words.append(dice.choice(_PLACES))
    words.append(dice.choice(_TRADES))
    if dice.random() < 0.3:
        words.append(dice.choice(_TRADES))
    trading = f"{dice.choice(_OWN_WORDS)} {dice.choice(_TRADES)}" if dice.random() < 0.25 else ""
    area = f"{dice.choice('ABDEGKLMNS')}{dice.choice('ABEHLNRSTY')}{dice.randint(1, 20)}"
    postcode = f"{area} {dice.randint(1, 9)}{dice.choice('ABDEFGHJ')}{dice.choice('ABDEFGHJ')}"
    street = f"{dice.randint(1, 120)} {dice.choice(_STREETS)} {dice.choice(_KINDS)[0]}"
    phone = f"+44 20 7946 {dice.randint(0, 9999):04}" if dice.random() < 0.3 else _mobile(dice)
    return _Company(" ".join(words), dice.choice(_FORMS[country]), country, trading, phone, postcode, street)


def _mobile(dice: Random) -> str:
    return f"+44 7{dice.randint(100000000, 999999999)}"


def _written(dice: Random, company: _Company, *, is_shop: bool) -> Person:
    """Write a company down as a person does; the shop's customers are the more careless ones."""
    phone, postcode, street = company.phone, company.postcode, company.street
    if dice.random() < (0.45 if is_shop else 0.3):
        phone = ""
    elif is_shop and dice.random() < 0.15:
        phone = _mobile(dice)
    if is_shop and dice.random() < 0.08:
        postcode = _company(dice).postcode
    elif dice.random() < 0.05:
        postcode = ""
    street = _abbreviated(dice, street, dict(_KINDS))
    if is_shop and dice.random() < 0.1:
        street = _mistyped(dice, street)
    return {
        "name": keys.name(_name(dice, company, is_shop=is_shop)),
        "phone": keys.phone(phone, "GB"),
        "postcode": keys.postcode(postcode, "GB"),
        "street": keys.street(street),
    }


def _name(dice: Random, company: _Company, *, is_shop: bool) -> str:
    words = company.words
    if is_shop and dice.random() < 0.12 and " and " not in words:
        words = " ".join(dice.sample(words.split(), len(words.split())))
    words = _abbreviated(dice, words, _SHORT)
    if is_shop and dice.random() < 0.25:
        words = _mistyped(dice, words)
    if dice.random() < 0.3:
        words = "".join(mark for mark in keys.name(words) if mark != "/") or words
    form = dice.choice(_FORMS[company.country]) if is_shop else company.form
    whole = words if is_shop and dice.random() < 0.3 else f"{words} {form}"
    if company.trading_name and (not is_shop or dice.random() < 0.5):
        whole = f"{whole} {dice.choice(_TRADING)} {company.trading_name}"
    elif company.trading_name and dice.random() < 0.5:
        whole = company.trading_name
    return whole.upper() if dice.random() < 0.2 else whole


def _abbreviated(dice: Random, text: str, shorter: dict[str, str]) -> str:
    for long, short in shorter.items():
        if dice.random() < 0.5:
            text = text.replace(long, short)
    return text


def _mistyped(dice: Random, text: str) -> str:
    at = dice.randrange(1, len(text))
    letter = dice.choice(string.ascii_lowercase)
    swapped = text[: at - 1] + text[at] + text[at - 1] + text[at + 1 :]
    return dice.choice((text[:at] + text[at + 1 :], text[:at] + letter + text[at:], swapped))

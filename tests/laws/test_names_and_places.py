"""Cases of names, streets and postcodes that people write in more than one way."""

import pytest

from shared.domain import keys


@pytest.mark.parametrize(
    ("text", "country", "expected"),
    [
        ("ls1 4ab", "GB", "LS14AB"),
        ("94105-1804", "US", "94105"),
        ("00000", "US", ""),
        ("n/a", "GB", ""),
        ("01234", "DE", "01234"),
        ("1234", "DE", "01234"),
        ("D-10115", "DE", "10115"),
        ("DE 10115", "", "DE10115"),
        ("2134", "US", "02134"),
        ("21341804", "US", "02134"),
        ("99999", "US", ""),
        ("ls1 4ab", "UK", "LS14AB"),
        ("1234 ab", "NL", "1234AB"),
        ("00-950", "PL", "00950"),
        ("1000-001", "PT", "1000001"),
        ("D02 X285", "IE", "D02X285"),
        ("S-114 55", "SE", "11455"),
        ("LV-1010", "LV", "1010"),
    ],
)
def test_postcodes(text: str, country: str, expected: str) -> None:
    """Blanks and the American suffix tell no addresses apart."""
    assert keys.postcode(text, country) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Acme Trading Ltd.", "acme trading"),
        ("ACME TRADING LIMITED", "acme trading"),
        ("Müller & Söhne GmbH", "muller sohne"),
        ("Straße 7 S.A.R.L.", "strasse 7"),
        ("O'Neill's", "oneills"),
        ("O\u2019Neill\u2019s", "oneills"),
        ("Limited", "limited"),
        ("Test", ""),
        ("Łódź Øre", "lodz ore"),
        ("Acme Sp. z o.o.", "acme"),
        ("Acme S. p. A.", "acme"),
        ("Acme a/s", "acme"),
        ("Acme GmbH & Co. KG", "acme"),
        ("The Smith Bros. Co", "smith brothers"),
        ("Smith and Jones", "smith jones"),
        ("Smith & Jones", "smith jones"),
        ("Dr. Ann Moore", "ann moore"),
        ("Acme Ltd t/a Bright Lights", "acme / bright lights"),
        ("Acme Limited Trading As Bright Lights Ltd", "acme / bright lights"),
        ("Acme, Inc. d/b/a Acme", "acme"),
        ("Acme / John Smith", "acme / john smith"),
        ("Ltd Co", "ltd"),
        ("\u0416\u0443\u043a \u0419\u043e\u0434", "\u0436\u0443\u043a \u0438\u043e\u0434"),
        ("\u682a\u5f0f\u4f1a\u793e", "\u682a\u5f0f\u4f1a\u793e"),
    ],
)
def test_names(text: str, expected: str) -> None:
    """Accents, punctuation and legal form tell no names apart; a form alone is a name (SAGE-ABS-08)."""
    assert keys.name(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12 High St.", "12 high street"),
        ("12, High Street", "12 high street"),
        ("St James Rd 5", "st james road 5"),
        ("12 Mill St Flat 2", "12 mill street flat 2"),
        ("No. 12 Mill Ln", "12 mill lane"),
        ("Hauptstr. 5", "hauptstrasse 5"),
        ("Hauptstra\u00dfe 5", "hauptstrasse 5"),
        ("Goethe Str. 7", "goethe strasse 7"),
        ("5 Bd. Saint-Michel", "5 boulevard saint michel"),
        ("12a Oak Ave", "12a oak avenue"),
    ],
)
def test_streets(text: str, expected: str) -> None:
    """Short forms are written out, and a saint is no street."""
    assert keys.street(text) == expected


@pytest.mark.parametrize(
    ("street", "number", "words"),
    [
        ("12 high street", "12", "high street"),
        ("hauptstrasse 5a", "5a", "hauptstrasse"),
        ("mill lane", "", "mill lane"),
    ],
)
def test_house_numbers(street: str, number: str, words: str) -> None:
    """The house number is found before the street and behind it."""
    assert keys.street_parts(street) == (number, words)

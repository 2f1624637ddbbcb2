"""Laws of the normalisers: idempotent, never raising, and agreeing where people would."""

from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.domain import keys

COUNTRIES = st.sampled_from(["", "GB", "gb", "DE", "GR", "US", "FR", "XI", "??", "Deutschland"])
NORMALISERS: dict[str, Callable[[str | None, str], str]] = {
    "email": lambda text, _: keys.email(text),
    "vat": keys.vat,
    "account_reference": lambda text, _: keys.account_reference(text),
    "phone": keys.phone,
    "postcode": keys.postcode,
    "name": lambda text, _: keys.name(text),
    "street": lambda text, _: keys.street(text),
    "document_reference": lambda text, _: keys.document_reference(text),
}
LEGAL_FORMS = (
    "Ltd",
    "Ltd.",
    "LIMITED",
    "plc",
    "P.L.C.",
    "GmbH",
    "S.A.",
    "B.V.",
    "Inc.",
    "Pty Ltd",
    "& Co. KG",
)

NEAR_EMAILS = st.builds("{}@{}.{}".format, st.text(max_size=8), st.text(max_size=8), st.text(max_size=4))
NEAR_NUMBERS = st.text(alphabet="0123456789 +-()/.GBDEFRELATU²٣", max_size=20)
TEXTS = st.text() | NEAR_EMAILS | NEAR_NUMBERS | st.text(alphabet="ßẞſİıŁßﬀﬁÅåΣςΐŉǰ .'-&@", max_size=12)


@pytest.mark.parametrize("kind", NORMALISERS)
@given(text=TEXTS, country=COUNTRIES)
@example(text="\udcff", country="GB")
@example(text="a@\u2024.b", country="")
@example(text="0\u0390", country="")
@example(text="a \u0301", country="")
@example(text="A" * 34 + " B", country="")
def test_normalising_twice_changes_nothing(kind: str, text: str, country: str) -> None:
    """Every normaliser takes any text without raising, and its own result as it is."""
    once = NORMALISERS[kind](text, country)
    assert NORMALISERS[kind](once, country) == once


@pytest.mark.parametrize("kind", NORMALISERS)
@given(text=TEXTS, country=COUNTRIES)
def test_a_key_stands_in_no_blanks(kind: str, text: str, country: str) -> None:
    """A key neither begins nor ends with a blank, and nothing sent is no key."""
    key = NORMALISERS[kind](text, country)
    assert key == key.strip()
    assert NORMALISERS[kind](None, country) == NORMALISERS[kind]("", country) == ""


WORDS = st.lists(
    st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=4, max_size=8).filter(
        lambda word: keys.name(word + " other") == word + " other"
    ),
    min_size=1,
    max_size=3,
)


@given(WORDS, st.sampled_from(LEGAL_FORMS), st.sampled_from(LEGAL_FORMS))
def test_legal_forms_do_not_tell_names_apart(words: list[str], one: str, other: str) -> None:
    """A name is the same whatever legal form it has, in whatever case (SAGE-ABS-08)."""
    name = " ".join(words)
    assert keys.name(f"{name} {one}") == keys.name(f" {name.upper()},  {other}") == keys.name(name)


@given(st.text(alphabet="0123456789", min_size=9, max_size=9).filter(lambda digits: len(set(digits)) > 1))
def test_a_british_vat_number_needs_no_prefix(digits: str) -> None:
    """A number means the same with its prefix, without it, and in groups (SAGE-ABS-07)."""
    grouped = f"gb {digits[:3]} {digits[3:7]}-{digits[7:]}"
    assert keys.vat(grouped) == keys.vat(digits, "GB") == f"GB{digits}"


@given(st.text(alphabet="0123456789#-ABC", min_size=1, max_size=40))
def test_a_document_reference_fits_business_central(number: str) -> None:
    """A reference is what Business Central would keep of it: 35 characters (REVGAP-03)."""
    assert keys.document_reference(f" {number.lower()} ") == number[:35]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" Ana.Ruiz+Web@Example.COM ", "ana.ruiz+web@example.com"),
        ("ana@bücher.example", "ana@xn--bcher-kva.example"),
        ("ana@xn--bcher-kva.example", "ana@xn--bcher-kva.example"),
        ("ana\uff20example.com", "ana@example.com"),
        ("noreply@example.com", ""),
        ("N/A", ""),
        ("ana@localhost", ""),
        ("ana ruiz@example.com", ""),
        ("@example.com", ""),
        ("ana@example..com", ""),
    ],
)
def test_emails(text: str, expected: str) -> None:
    """A plus tag stays, a placeholder is no address (SAGE-ABS-06)."""
    assert keys.email(text) == expected


@pytest.mark.parametrize(
    ("text", "country", "expected"),
    [
        ("GB 123 4567 89", "", "GB123456789"),
        ("123456789", "GB", "GB123456789"),
        ("XI123456789", "GB", "XI123456789"),
        ("DE 136,695 976", "DE", "DE136695976"),
        ("136695976", "DE", "DE136695976"),
        ("136695970", "DE", "136695970"),
        ("GR 094259216", "GR", "EL094259216"),
        ("094259216", "GR", "EL094259216"),
        ("EL094259216", "GR", "EL094259216"),
        ("ATU13585627", "", "ATU13585627"),
        ("000000000", "GB", ""),
        ("N/A", "GB", ""),
        ("exempt", "GB", ""),
    ],
)
def test_vat_numbers(text: str, country: str, expected: str) -> None:
    """A prefix is put in front only where the number is one of that country's (SAGE-ABS-07)."""
    assert keys.vat(text, country) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [(" c-000 19 ", "C-00019"), ("0042", "0042"), ("n/a", ""), ("None", ""), ("TBC", ""), ("", "")],
)
def test_account_references(text: str, expected: str) -> None:
    """Leading zeros stay, placeholders go."""
    assert keys.account_reference(text) == expected


@pytest.mark.parametrize(
    ("text", "country", "expected"),
    [
        ("020 7946 0018", "GB", "+442079460018"),
        ("+44 (0)20 7946 0018", "", "+442079460018"),
        ("0044 20 7946 0018", "GB", "+442079460018"),
        ("020 7946 0018", "", ""),
        ("12", "GB", ""),
        ("unknown", "GB", ""),
    ],
)
def test_phones(text: str, country: str, expected: str) -> None:
    """A number is told with its country, or by the country of the address (SAGE-ABS-13)."""
    assert keys.phone(text, country) == expected


@pytest.mark.parametrize(
    ("text", "country", "expected"),
    [
        ("ls1 4ab", "GB", "LS14AB"),
        ("94105-1804", "US", "94105"),
        ("00000", "US", ""),
        ("n/a", "GB", ""),
        ("01234", "DE", "01234"),
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
    ],
)
def test_names(text: str, expected: str) -> None:
    """Accents, punctuation and legal form tell no names apart; a form alone is a name (SAGE-ABS-08)."""
    assert keys.name(text) == expected

"""Laws and cases of finding a buyer in the master: by decision, by key, and as near as it comes."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.absence import Absence, Master, Population, population
from shared.domain.decisions import Decision, Standing
from shared.domain.evidence import evidence
from shared.domain.records import MasterCustomer, Record
from shared.domain.windows import rolling
from shared.domain.workspace import CardSettings
from tests.builders import AS_OF, law, master, order, snapshot, two_entities, workspace
from tests.laws.customer_scenes import decided

ANN = {"email": "ann@x.example"}
FIRM: dict[str, Any] = {"is_b2b": True, "vat": "GB1", "account_reference": "A1", "email": "buying@x.example"}
HOME = {"name": "ann moore", "postcode": "LS14AB", "street": "12 high street", "phone": "+441632960001"}


def _found(
    buyer: dict[str, Any], *known: Record, decisions: tuple[Decision, ...] = (), **changes: Any
) -> Population:
    here = workspace(**changes)
    seen = decided(snapshot(here, {"shop": [order(**buyer)], "sage": list(known)}), *decisions)
    return population(
        seen, rolling(here, AS_OF, 7), CardSettings(), Master(("sage_intacct",), must_carry_vat=True)
    )


def _outcome(found: Population) -> str:
    """Give what became of the only buyer."""
    (case,) = found.cases or (None,)
    return "matched" if case is None else case.match.outcome


def _case(found: Population) -> Absence:
    (case,) = found.cases
    return case


def _decision(kind: Any, number: str, identity: str = "email:ann@x.example", **changes: Any) -> Decision:
    fields: dict[str, Any] = {"decided_at": "2026-04-14T09:00:00Z", "decided_by": "bo", "company": ""}
    more = {"id": f"{kind} {number}", "connection": "sage"} | fields | changes
    return Decision(kind=kind, number=number, identity=identity, **more)


@pytest.mark.parametrize(
    ("known", "outcome"),
    [
        ([master("M1", vat="GB1"), master("M2", vat="GB1")], "ambiguous"),
        ([master("M1", vat="GB1"), master("A1", vat="GB1")], "matched"),
        ([master("M1", vat="GB1"), master("M2", vat="GB1", email="buying@x.example")], "matched"),
        ([master("M1", vat="GB1"), master("M2", vat="GB1"), master("A1")], "ambiguous"),
        ([master("M1", vat="GB1"), master("M2", vat="GB1", state="inactive")], "matched"),
        ([master("M1", vat="GB1"), master("M1", vat="GB1", company="X")], "matched"),
    ],
    ids=["two", "account decides", "email decides", "third is no help", "one is inactive", "two companies"],
)
def test_a_key_of_two_records_leaves_the_choice_to_the_next(known: list[Record], outcome: str) -> None:
    """Among several records that one key fits, a later one may decide, or none does (SAGE-ABS-07)."""
    assert outcome == _outcome(_found(FIRM, *known))


@law
@given(
    st.permutations(
        [
            master("M2", vat="GB1", id="a"),
            master("M1", vat="GB1", id="d", company="X"),
            master("M3", vat="GB1", id="e", company="X"),
            master("M1", vat="GB1", id="c"),
            master("M1", vat="GB1", id="b"),
        ]
    )
)
def test_records_that_fit_are_told_in_lasting_order(known: list[MasterCustomer]) -> None:
    """By number, then company, then id, however they were stored: each reading tells the same (GEN-13)."""
    found = _found(FIRM, *known)
    assert ["b", "c", "d", "a", "e"] == [
        found.index.masters.cell(row, "id") for row in _case(found).match.others
    ]


def test_an_ambiguous_buyer_is_listed_and_does_not_count() -> None:
    """Two records fit: the row says so and names them, and no record is missing (GEN-13)."""
    found = _found(FIRM, master("M2", vat="GB1"), master("M1", vat="GB1"))
    assert (1, (), 1) == (found.matched, found.absences, len(found.ambiguous))
    shown = evidence(found, found.ambiguous[0])
    assert shown["keys_tried"][0]["outcome"] == "fits several: found M1, M2"
    assert ["M1", "M2"] == [each["number"] for each in shown["records"]]
    assert shown["outcome"] == "ambiguous"


@law
@given(st.integers(1, 6), st.integers(1, 6))
def test_a_key_that_many_records_share_is_no_key(records: int, limit: int) -> None:
    """A mailbox of more records than the field map allows finds nobody, as the row says (SAGE-ABS-06)."""
    known = [master(f"M{number}", **ANN) for number in range(records)]
    found = _found(ANN, *known, field_map={"shared_key_limit": limit})
    if records > limit:
        ((_, _, told),) = _case(found).match.tried
        assert (found.matched, told) == (0, f"shared by {records} records")
    else:
        assert found.matched == 1


def test_one_record_in_each_of_many_companies_is_not_shared() -> None:
    """A customer of twelve companies of one ledger is one customer (D365-ABS-02)."""
    known = [master("M1", company=f"C{number}", **ANN) for number in range(12)]
    assert "matched" == _outcome(_found(ANN, *known))


@pytest.mark.parametrize(
    ("rules", "known", "outcome"),
    [
        ([], "annmoore@gmail.com", "absent"),
        (["gmail_dots"], "annmoore@gmail.com", "absent"),
        (["plus_tags"], "ann.moore@gmail.com", "matched"),
        (["plus_tags", "gmail_dots"], "annmoore+shop@googlemail.com", "matched"),
        (["plus_tags", "gmail_dots"], "annmoore@x.example", "absent"),
    ],
)
def test_providers_habits_count_if_asked_for(rules: list[str], known: str, outcome: str) -> None:
    """Plus tags and Gmail's dots tell addresses apart until the field map says otherwise (SAGE-ABS-06)."""
    found = _found(
        {"email": "ann.moore+web@gmail.com"}, master(email=known), field_map={"email_rules": rules}
    )
    assert outcome == _outcome(found)


@pytest.mark.parametrize("number", ["WEB-SALES", " web-sales "])
def test_holding_customers_are_looked_through(number: str) -> None:
    """A buyer whose only record is a holding customer is absent, and it is no candidate (SAGE-ABS-15)."""
    known = master("WEB-SALES", **ANN, **HOME)
    assert "matched" == _outcome(_found(ANN | HOME, known))
    case = _case(_found(ANN | HOME, known, field_map={"holding_customers": [number]}))
    assert ("absent", ()) == (case.match.outcome, case.candidates)


def test_a_blocked_record_is_to_be_reactivated() -> None:
    """A record that takes no posting is found, named and not enough (SAGE-ABS-17)."""
    case = _case(_found(ANN, master("M1", **ANN, state="blocked")))
    assert ("inactive", "takes no posting: found M1") == (case.match.outcome, case.match.tried[0][2])


def test_vat_missing_on_every_record_is_a_case() -> None:
    """A record without the VAT number counts, unless another of the same buyer carries one (SAGE-ABS-21)."""
    without = master("A1", email="other@x.example")
    assert _case(_found(FIRM, without)).lacks_vat
    with_one = master("M2", email="buying@x.example", vat="GB1X")
    assert () == _found(FIRM, without, with_one).cases


def test_an_alias_finds_the_record() -> None:
    """What a person said a buyer is, it is, as long as the record takes postings (GEN-07)."""
    alias = _decision("alias", "M1")
    assert "matched" == _outcome(_found(ANN, master("M1"), decisions=(alias,)))
    assert "inactive" == _outcome(_found(ANN, master("M1", state="inactive"), decisions=(alias,)))
    assert "absent" == _outcome(_found(ANN, master("M2"), decisions=(alias,)))
    assert "matched" == _outcome(
        _found(ANN, master("M1"), master("M2", **ANN), master("M3", **ANN), decisions=(alias,))
    )


def test_not_the_same_takes_a_record_away() -> None:
    """A record that a person told apart neither matches nor is a candidate; of two, the other matches."""
    apart = _decision("not_same", "M1")
    known = master("M1", **ANN, **HOME)
    case = _case(_found(ANN | HOME, known, decisions=(apart,)))
    assert ("absent", ()) == (case.match.outcome, case.candidates)
    assert "matched" == _outcome(_found(ANN, known, master("M2", **ANN), decisions=(apart,)))


@pytest.mark.parametrize(
    ("known", "outcome"),
    [
        ({"name": "acme", "street": "12 high street", "postcode": "LS14AB"}, "matched"),
        ({"name": "bright lights", "street": "12 high street", "postcode": "LS14AB"}, "matched"),
        ({"name": "zenith / acme", "street": "12 high street", "postcode": "LS14AB"}, "matched"),
        ({"name": "acme", "street": "12 high street"}, "absent"),
        ({"name": "acme", "street": "14 high street", "postcode": "LS14AB"}, "absent"),
        ({"name": "acme"}, "absent"),
    ],
)
def test_a_name_matches_with_its_address_only(known: dict[str, str], outcome: str) -> None:
    """Any name that someone goes by, with street and postcode, is a key for Dynamics 365 (D365-ABS-04)."""
    home = {"name": "acme / bright lights", "street": "12 high street", "postcode": "LS14AB"}
    here = workspace()
    seen = snapshot(here, {"shop": [order(**home)], "ledger": [master(**known)]})
    dynamics = Master(("business_central",), ("name_and_address",))
    found = population(seen, rolling(here, AS_OF, 7), CardSettings(), dynamics)
    assert outcome == _outcome(found)


@pytest.mark.parametrize(
    ("decisions", "aliases"),
    [
        ([_decision("alias", "M1")], ["M1"]),
        ([_decision("alias", "M1"), _decision("alias", "M2", decided_at="2026-04-14T10:00:00Z")], ["M2"]),
        (
            [
                _decision("alias", "M1"),
                _decision("alias", "M2", decided_at="2026-04-14T10:00:00Z"),
                _decision("alias", "M1", decided_at="2026-04-14T11:00:00Z"),
            ],
            ["M1"],
        ),
        ([_decision("alias", "M1"), _decision("alias", "M2", company="US")], ["M1", "M2"]),
        ([_decision("alias", "M1"), _decision("not_same", "M1", decided_at="2026-04-14T10:00:00Z")], []),
        ([_decision("alias", "M1", reversed_at="2026-04-14T12:00:00Z")], []),
        ([_decision("alias", "M1", reversed_at="2026-04-14T12:00:01Z")], ["M1"]),
        ([_decision("alias", "M1", decided_at="2026-04-14T12:00:01Z")], []),
    ],
    ids=[
        "one",
        "later",
        "again",
        "another company",
        "withdrawn",
        "reversed",
        "reversed later",
        "taken later",
    ],
)
def test_the_later_decision_stands(decisions: list[Decision], aliases: list[str]) -> None:
    """Of two decisions about the same thing the later counts, in whatever order they are kept."""
    for each in (decisions, decisions[::-1]):
        standing = Standing(each, "2026-04-14T12:00:00Z")
        assert aliases == [number for _, _, number in standing.aliases("email:ann@x.example")]


def test_a_suspicion_shows_its_points_and_what_differs() -> None:
    """A row names the nearest record, its points field by field, and what is not the same (SAGE-ABS-14)."""
    known = master("M1", **(HOME | {"phone": "+441632960002", "vat": "GB2"}), email="old@x.example")
    found = _found(FIRM | HOME, known)
    (candidate,) = evidence(found, _case(found))["candidates"]
    assert candidate["why"] == ["name +4", "phone +2.5", "vat +3.5", "postcode +2", "street +3"]
    assert candidate["differs"] == ["phone", "vat", "account_reference"]
    assert (candidate["points"], candidate["confidence"]) == (15, "strong")


@pytest.mark.parametrize(
    "shared",
    [
        {"postcode": "LS14AB", "name": "moore ann"},
        {"phone": "+441632960001"},
        {"name": "moore ann", "street": "12 high street"},
        {"name": "ann / bright lights", "street": "12 high street"},
        {"street": "12 high street", "phone": "+441632960002", "name": "ann more"},
    ],
)
def test_each_block_leads_to_candidates(shared: dict[str, str]) -> None:
    """Postcode, phone, name in any word order, and doorstep each lead to a record (SAGE-ABS-13)."""
    seeker = {"name": "ann moore / ann", "postcode": "", "street": "12 high street", "phone": "+441632960001"}
    seeker |= {"postcode": "LS14AB"} if "postcode" in shared else {}
    assert [0] == [each.row for each in _case(_found(ANN | seeker, master("M1", **shared))).candidates]


def test_a_block_of_too_many_says_nothing() -> None:
    """Fifty records at one postcode are compared, fifty-one are not: a tower, a placeholder (SAGE-ABS-13)."""
    near = {"postcode": "LS14AB", "name": "ann moor"}
    for others, candidates in ((49, 1), (50, 0)):
        crowd = [master(f"N{number}", postcode="LS14AB", name="zoe") for number in range(others)]
        assert candidates == len(_case(_found(ANN | HOME, master("M1", **near), *crowd)).candidates)


def test_candidates_are_of_the_expected_entity() -> None:
    """A record of another entity is no duplicate here; one at the top level serves all (SAGE-ABS-18)."""
    known = [master("M1", company="US", **HOME), master("M2", **HOME), master("M3", company="UK", **HOME)]
    case = _case(_found(ANN | HOME | {"store": "uk"}, *known, **two_entities()))
    assert [1, 2] == sorted(each.row for each in case.candidates)

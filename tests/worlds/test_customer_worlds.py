"""The worked examples of the customer cards, counted from the facts by plain set differences."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from dev.vendors.facts import ShopOrder
from tests.worlds.reading import account, built, mail, masters, orders_in, place, tight, window

S0, S1, S2, S3 = "supplements-d365", "machinery-dataverse", "gifts-sage", "wholesale-sage"


def _buyer(order: ShopOrder) -> str:
    return mail(order.buyer.email) or f"guest {order.id}"


def _name(order: ShopOrder) -> str:
    return f"{order.buyer.first_name} {order.buyer.last_name}"


def _absent_from_d365() -> dict[str, list[ShopOrder]]:
    known = masters(S0, "ledger")
    emails = {mail(each.address.email) for each in known}
    places = {place(each.name, each.address) for each in known}
    absent: dict[str, list[ShopOrder]] = {}
    for order in orders_in(S0, "web-shop"):
        if _buyer(order) not in emails and place(_name(order), order.buyer) not in places:
            absent.setdefault(_buyer(order), []).append(order)
    return absent


def test_supplements_shows_23_absent_buyers() -> None:
    """1,284 buyers less 1,261 with a customer are 23, with one order each (D365-ABS-01, -08, -09)."""
    orders = orders_in(S0, "web-shop")
    buyers = {_buyer(order) for order in orders}
    emails = {mail(each.address.email) for each in masters(S0, "ledger")}
    absent = _absent_from_d365()
    assert len(buyers) == 1_284
    assert len(buyers - absent.keys()) == 1_261
    assert len(buyers & emails) == 1_249
    assert len(absent) == sum(map(len, absent.values())) == 23
    assert 1_650 <= len(account(S0, "web-shop").orders) <= 1_750


def test_supplements_has_a_guest_and_a_near_miss() -> None:
    """One absent buyer gave no email, one mistyped an email that the ledger has (D365-ABS-10, -11)."""
    absent = _absent_from_d365()
    assert sum(key.startswith("guest ") for key in absent) == 1
    emails = {mail(each.address.email) for each in masters(S0, "ledger")}
    assert [key for key in absent if sorted(key) in map(sorted, emails)] == ["ann.whitfeild@example.com"]


def test_supplements_lets_the_flow_fail_after_15_of_the_orders() -> None:
    """A failed or skipped run follows 15 of the absent buyers' orders, and no other (D365-ABS-15)."""
    runs = [each for each in account(S0, "dataverse").automation_runs if each.state != "succeeded"]
    placed = [order.placed_at for orders in _absent_from_d365().values() for order in orders]
    near = [
        sum(timedelta() < each.started_at - moment < timedelta(minutes=5) for each in runs)
        for moment in placed
    ]
    far = [sum(abs(each.started_at - moment) < timedelta(hours=3) for each in runs) for moment in placed]
    assert Counter(near) == Counter(far) == {1: 15, 0: 8}


def test_supplements_has_six_of_them_in_dataverse() -> None:
    """6 of the absent buyers are contacts in scope, but no customers (D365-ABS-16)."""
    contacts = {mail(each.person.email) for each in account(S0, "dataverse").crm_records if each.is_in_scope}
    assert len(contacts & _absent_from_d365().keys()) == 6


def test_supplements_has_buyers_who_do_not_count() -> None:
    """Test, cancelled and abandoned orders have buyers whom the ledger does not know (decision 21)."""
    emails = {mail(each.address.email) for each in masters(S0, "ledger")}
    others = orders_in(S0, "web-shop", states={"test", "cancelled", "abandoned"})
    assert Counter(order.state for order in others) == {"test": 12, "cancelled": 14, "abandoned": 18}
    assert not {_buyer(order) for order in others} & emails


def test_machinery_shows_4_stuck_of_47() -> None:
    """47 were created, 43 promoted, 4 stuck, 3 of them with business open (DV-01, -04, -06, -07)."""
    start, end = window(built(S1), 7)
    crm = account(S1, "dataverse")
    customers = {(each.company, each.number) for each in masters(S1, "finance")}
    created = [
        each
        for each in crm.crm_records
        if each.is_in_scope and each.is_active and start <= each.created_at <= end
    ]
    stuck = [each for each in created if (each.company, each.account_number) not in customers]
    assert len(created) == 47
    assert len(stuck) == 4
    assert {each.crm_id for each in crm.open_business} & {each.id for each in stuck} == {
        each.id for each in stuck[:3]
    }
    assert all(end - each.created_at > timedelta(minutes=15) for each in created)
    assert [each.customer_group for each in stuck].count("") == 2
    failed = [each for each in crm.automation_runs if each.state == "failed"]
    assert [[each.account_number in run.error for run in failed] for each in stuck].count([True]) == 1
    emails = {mail(each.address.email) for each in masters(S1, "finance")}
    assert not emails & {mail(each.person.email) for each in stuck}


def test_machinery_has_records_that_do_not_count() -> None:
    """Partners, personal contacts and inactive accounts are out of scope, and so are old ones (DV-11)."""
    start, _ = window(built(S1), 7)
    records = account(S1, "dataverse").crm_records
    customers = {each.number for each in masters(S1, "finance")}
    recent = [each for each in records if each.created_at >= start]
    assert Counter((each.is_in_scope, each.is_active) for each in recent) == {
        (True, True): 47,
        (False, True): 11,
        (True, False): 4,
    }
    old = [each for each in records if each.created_at < start]
    assert sum(each.account_number not in customers for each in old) == 2


def _known(world_id: str) -> set[str]:
    """Give every key that a customer of Intacct can be found by."""
    known = masters(world_id, "intacct")
    emails = {mail(each.address.email) for each in known}
    return (emails | {tight(each.number) for each in known} | {tight(each.vat) for each in known}) - {""}


def _companies(world_id: str, connection: str, states: set[str]) -> dict[int, int]:
    """Count the orders of each company that bought on a store in the week."""
    orders = orders_in(world_id, connection, states=states)
    return Counter(order.company_id for order in orders if order.company_id)


def _absent_companies(world_id: str, connection: str, states: set[str]) -> dict[int, int]:
    known = _known(world_id)
    keys = {
        each.id: {tight(each.vat), tight(each.account_reference), mail(each.address.email)}
        for each in account(world_id, connection).companies
    }
    counted = _companies(world_id, connection, states)
    return {company: orders for company, orders in counted.items() if not keys[company] & known}


def test_gifts_lacks_27_shoppers_with_30_orders() -> None:
    """21 new shoppers have an order each, 6 with another email have 9 (SAGE-ABS-01, -10, -13)."""
    known = masters(S2, "intacct")
    emails = {mail(each.address.email) for each in known}
    orders = orders_in(S2, "web-shop")
    absent = [order for order in orders if mail(order.buyer.email) not in emails]
    named = {place(each.name, each.address)[::2] for each in known}
    again = [order for order in absent if place(_name(order), order.buyer)[::2] in named]
    assert (len({_buyer(order) for order in absent}), len(absent)) == (27, 30)
    assert (len({_buyer(order) for order in again}), len(again)) == (6, 9)
    assert all(order.buyer.email for order in absent)
    assert len({_buyer(order) for order in orders}) == 330 + 27


def test_gifts_lacks_7_companies_with_21_orders() -> None:
    """5 companies with 14 orders have no master, 2 with 7 no VAT number there (SAGE-ABS-10, -21)."""
    portal = account(S2, "trade-portal")
    new = _absent_companies(S2, "trade-portal", {"placed", "refunded"})
    assert (len(new), sum(new.values())) == (5, 14)
    unkeyed = {tight(each.number) for each in masters(S2, "intacct") if not each.vat}
    orders = _companies(S2, "trade-portal", {"placed", "refunded"})
    without_vat = [
        each.id for each in portal.companies if each.vat and tight(each.account_reference) in unkeyed
    ]
    assert (len(without_vat), sum(orders[each] for each in without_vat)) == (2, 7)
    assert len(orders) == 5 + 2 + 50


def test_gifts_parks_one_company_on_the_holding_account() -> None:
    """One of the new companies is known by the holding account only, which does not count (SAGE-ABS-15)."""
    parked = [
        each.id for each in account(S2, "trade-portal").companies if each.account_reference == "WEB-SALES"
    ]
    assert len(parked) == 1
    assert parked[0] in _absent_companies(S2, "trade-portal", {"placed", "refunded"})
    assert built(S2).document["field_map"]["holding_customers"] == ["WEB-SALES"]


def _causes() -> Counter[tuple[str, str]]:
    """Count companies and their orders by the cause that the facts show."""
    log = account(S3, "sage-network").sync_log
    last_run = max(each.started_at for each in log if not each.subject)
    failed = {each.reference for each in log if each.subject == "customer" and each.state == "failed"}
    counted: Counter[tuple[str, str]] = Counter()
    for connection in ("trade-portal", "adobe"):
        companies = {each.id: each for each in account(S3, connection).companies}
        for company_id, orders in _absent_companies(S3, connection, {"placed"}).items():
            company = companies[company_id]
            cause = "never synced"
            if company.state == "retired":
                cause = "merged"
            elif company.created_at > last_run:
                cause = "lagging"
            elif company.account_reference in failed:
                cause = "failed"
            counted[cause, "customers"] += 1
            counted[cause, "orders"] += orders
    return counted


def test_wholesale_lacks_14_companies_with_39_active_orders() -> None:
    """The causes are those of the worked example (SAGE-CM-01, -05, -07, -08)."""
    assert _causes() == {
        ("never synced", "customers"): 6,
        ("never synced", "orders"): 19,
        ("failed", "customers"): 4,
        ("failed", "orders"): 11,
        ("lagging", "customers"): 3,
        ("lagging", "orders"): 7,
        ("merged", "customers"): 1,
        ("merged", "orders"): 2,
    }


def test_wholesale_fails_for_one_field_again_and_again() -> None:
    """The 4 failures name one missing field, each in every run since the account (SAGE-CM-12, -18)."""
    log = account(S3, "sage-network").sync_log
    failed = Counter(each.reference for each in log if each.subject)
    assert len(failed) == 4
    assert min(failed.values()) >= 3
    assert {each.error_field for each in log if each.subject} == {"VAT registration number"}
    runs = [each for each in log if not each.subject]
    assert {each.state for each in runs} == {"succeeded"}
    assert max(each.started_at for each in runs) == datetime(2026, 4, 14, 5, tzinfo=UTC)


def test_wholesale_has_absences_that_do_not_count() -> None:
    """Shoppers, and companies without an active order, are absent too, but not counted (SAGE-CM-02)."""
    emails = {mail(each.address.email) for each in masters(S3, "intacct")}
    for connection in ("trade-portal", "adobe"):
        shoppers = [order for order in orders_in(S3, connection) if not order.company_id]
        assert len({_buyer(order) for order in shoppers} - emails) == 7
        idle = _absent_companies(S3, connection, {"cancelled", "refunded", "abandoned"})
        assert len(idle) >= 2
        assert not idle.keys() & _absent_companies(S3, connection, {"placed"}).keys()
    matched = sum(len(_companies(S3, each, {"placed"})) for each in ("trade-portal", "adobe")) - 14
    assert matched == 60


def test_wholesale_gives_new_companies_time() -> None:
    """Companies that were never synced opened their account at least two days before (SAGE-CM-06)."""
    _, end = window(built(S3), 7)
    today = end.replace(hour=0, minute=0)
    for connection in ("trade-portal", "adobe"):
        absent = _absent_companies(S3, connection, {"placed"})
        for company in account(S3, connection).companies:
            if company.id in absent and company.created_at < today:
                assert end - company.created_at > timedelta(days=2)

"""Draws shops, masters and logs in which keys collide, records contradict and states mix."""

from itertools import chain
from random import Random
from typing import Any

from shared.domain.decisions import Decision
from shared.domain.records import MasterCustomer, Record
from shared.domain.snapshot import Snapshot
from shared.domain.workspace import Workspace
from tests.builders import (
    commerce_customer,
    company,
    crm_customer,
    flow_run,
    master,
    member,
    open_business,
    order,
    sync_attempt,
    two_entities,
    workspace,
)

Scene = dict[str, list[Record]]

_IDENTITY = {
    "email": ("a@x.example", "a+web@x.example", "b@x.example", "c@x.example", "d@x.example"),
    "vat": ("", "", "GB1", "GB2"),
    "account_reference": ("", "", "M1", "M2", "M3"),
    "phone": ("", "+441", "+442"),
    "postcode": ("", "P1", "P2"),
    "name": ("", "ann moore", "bo lee"),
    "street": ("", "1 mill lane", "2 high street"),
}
_MOMENTS = (
    "2026-04-06T12:00:00Z",
    "2026-04-07T23:00:00Z",
    "2026-04-10T12:00:00Z",
    "2026-04-13T12:00:00Z",
    "2026-04-14T16:50:00Z",
)
_IDS = ("", "1", "2", "3")
_ORDER_STATES = ("placed", "placed", "placed", "refunded", "cancelled", "abandoned", "test")
_MASTER_STATES = ("active", "active", "on_hold", "inactive", "blocked")
_ATTEMPT_STATES = ("succeeded", "failed", "failed", "skipped", "running")
_UNUSUAL = {
    "key_precedence": {"b2b": ["email", "vat", "name_and_address"], "dtc": ["name_and_address", "email"]},
    "holding_customers": ["1"],
    "email_rules": ["plus_tags"],
    "customer_overrides": [{"key": "email", "value": "C@x.example", "entity": "us"}],
}
WORKSPACES: tuple[Workspace, ...] = (
    workspace(),
    workspace(**two_entities()),
    workspace(**two_entities(**_UNUSUAL), include_today=False),
)


def draw_master(seed: int) -> Record:
    """Draw a master record that no scene has."""
    dice = Random(seed)  # noqa: S311 - a draw
    drawn = {name: dice.choice(values) for name, values in _IDENTITY.items()}
    company, state = dice.choice(("", "UK", "US")), dice.choice(_MASTER_STATES)
    return master("M9", company=company, state=state, **drawn)


def draw_decisions(seed: int, scene: Scene) -> list[Decision]:
    """Draw decisions about the scene's buyers and master records, some of them about nobody."""
    dice = Random(seed)  # noqa: S311 - a draw
    identities = [f"{name}:{value}" for name in ("email", "vat") for value in _IDENTITY[name] if value]
    identities += [f"email:p{number}@x.example" for number in range(4)]
    masters = [(name, each) for name in ("sage", "ledger", "finance") for each in scene[name]]
    return [
        Decision(
            id=f"D{number}",
            kind=dice.choice(("alias", "not_same")),
            identity=dice.choice((*identities, "email:nobody@x.example")),
            connection=connection,
            company=known.company,
            number=known.number,
            decided_at="2026-04-14T09:00:00Z",
            decided_by="ana",
        )
        for number, (connection, known) in enumerate(dice.choices(masters, k=4) if masters else [])
        if isinstance(known, MasterCustomer)
    ]


def decided(seen: Snapshot, *decisions: Decision) -> Snapshot:
    """Give the same snapshot, in which people decided so."""
    return Snapshot(seen.workspace, seen.as_of, seen.batches, seen.inputs, decisions)


def draw_town(seed: int) -> Scene:
    """Draw a scene in which, beside all others, many people order who are plainly themselves, or nearly."""
    dice = Random(seed)  # noqa: S311 - a draw
    scene = draw_scene(seed)
    people = [f"p{number}" for number in range(dice.randint(1, 8))]

    def bought(number: int) -> Record:
        who = dice.choice(people)
        return order(
            f"p{number}",
            email=f"{who}@x.example" if dice.random() < 0.95 else "",
            customer_id=dice.choice(("", who, who, who, dice.choice(people), dice.choice(_IDS))),
            is_b2b=dice.random() < 0.03,
            company_id="1" if dice.random() < 0.03 else "",
            vat="GB1" if dice.random() < 0.05 else "",
            placed_at=dice.choice(_MOMENTS),
            state=dice.choice(_ORDER_STATES),
            store=dice.choice(("uk", "uk", "uk", "us")),
            name=dice.choice(_IDENTITY["name"]),
            postcode=dice.choice(_IDENTITY["postcode"]),
            street=dice.choice(_IDENTITY["street"]),
        )

    def known() -> list[Record]:
        return [
            master(
                f"P{number}",
                email=f"{dice.choice(people)}@x.example",
                company=dice.choice(("", "UK", "US")),
                state=dice.choice(_MASTER_STATES),
                vat=dice.choice(_IDENTITY["vat"]),
            )
            for number in range(dice.randint(0, 2 * len(people)))
        ]

    accounts = [
        commerce_customer(
            who,
            email=f"{dice.choice(people)}@x.example",
            company_id="1" if dice.random() < 0.1 else "",
            is_b2b=dice.random() < 0.1,
        )
        for who in people
        if dice.random() < 0.5
    ]
    more: Scene = {
        "shop": [*map(bought, range(dice.randint(0, 12))), *accounts],
        "trade": [*map(bought, range(dice.randint(0, 4)))],
        **{name: known() for name in ("ledger", "finance", "sage")},
    }
    return {name: [*records, *more.get(name, [])] for name, records in scene.items()}


def draw_scene(seed: int) -> Scene:
    """Draw a scene; the same seed gives the same."""
    dice = Random(seed)  # noqa: S311 - a draw

    def some(most: int) -> range:
        return range(dice.randint(0, most))

    def who() -> dict[str, Any]:
        drawn = {name: dice.choice(values) for name, values in _IDENTITY.items()}
        return drawn | ({"email": ""} if dice.random() < 0.3 else {})

    def orders() -> list[Record]:
        return [
            order(
                str(number),
                placed_at=dice.choice(_MOMENTS),
                state=dice.choice(_ORDER_STATES),
                customer_id=dice.choice(_IDS),
                company_id=dice.choice(_IDS),
                is_b2b=dice.random() < 0.3,
                store=dice.choice(("", "uk", "us")),
                display_name=dice.choice(("", "Ann", "Bo")),
                **who(),
            )
            for number in some(8)
        ]

    def masters() -> list[Record]:
        return [
            master(
                str(number),
                company=dice.choice(("", "UK", "US")),
                state=dice.choice(_MASTER_STATES),
                is_privacy_blocked=dice.random() < 0.2,
                **who(),
            )
            for number in some(4)
        ]

    def companies() -> list[Record]:
        states, created = ("active", "active", "retired"), ("", *_MOMENTS)
        return [
            company(each, state=dice.choice(states), created_at=dice.choice(created), **who())
            for each in _IDS[1:]
            if dice.randrange(2)
        ]

    def customers() -> list[Record]:
        return [
            commerce_customer(each, company_id=dice.choice(_IDS), is_b2b=dice.random() < 0.3, **who())
            for each in _IDS[1:]
            if dice.randrange(2)
        ]

    def attempts() -> list[Record]:
        references = ("", "", "a@x.example", "GB1", "M2", "1")
        drawn = [
            sync_attempt(
                dice.choice(references), state=dice.choice(_ATTEMPT_STATES), started_at=dice.choice(_MOMENTS)
            )
            for _ in some(6)
        ]
        return list({each.id: each for each in drawn}.values())

    def crm() -> list[Record]:
        drawn = [
            crm_customer(
                str(number),
                created_at=dice.choice(_MOMENTS),
                is_active=dice.random() < 0.8,
                is_in_scope=dice.random() < 0.8,
                company=dice.choice(("", "UK", "US")),
                missing_fields=dice.choice(((), ("customer group",))),
                **who(),
            )
            for number in some(5)
        ]
        runs = [
            flow_run(str(number), error=dice.choice(("", "M1 refused")), started_at=dice.choice(_MOMENTS))
            for number in some(3)
        ]
        return [*drawn, *runs, *(open_business(each) for each in "0123" if dice.randrange(2))]

    members = [member(each, dice.choice(_IDS)) for each in _IDS[1:] if dice.randrange(2)]
    return {
        "shop": list(chain(orders(), companies(), customers(), members)),
        "trade": orders(),
        "ledger": masters(),
        "finance": masters(),
        "sage": masters(),
        "network": attempts(),
        "crm": crm(),
    }

"""The field map: which field means what, and which entity an order posts to (GEN-12)."""

from functions.dashboard.fields import Field, Group, Table
from functions.dashboard.settings_form import Section
from shared.cards import CARDS
from shared.domain.workspace import FieldMap, Workspace

_KEYS = (
    ("vat", "VAT number"),
    ("account_reference", "account reference"),
    ("email", "email"),
    ("name_and_address", "name and address"),
)
_RULES = (("plus_tags", "a+shop@x is a@x"), ("gmail_dots", "dots in Gmail addresses do not count"))
_ORDER_FIELDS = (
    ("external_document_number", "External document number"),
    ("customer_reference", "Customer reference"),
)


def section_of(workspace: Workspace) -> Section:
    """Give the page of a workspace's field map."""
    entities = (("", "choose"), *((each.id, each.name) for each in workspace.entities))
    connections = (("", "any"), *((each.name, each.name) for each in workspace.connections))
    return Section(
        title="Field map",
        end="settings/field-map",
        groups=(
            Group(
                "Match keys",
                _keys(),
                "A buyer is looked for by these, in this order; the first that fits counts.",
            ),
            Group(
                "Fields",
                _fields(),
                "What is empty is not read. Records are read anew when one of these changes.",
            ),
            Group("Entities", _routing(entities, connections), "Which legal entity an order should post to."),
        ),
        text="What the shops and the ledgers of this workspace call the same thing.",
        defaults={"field_map": FieldMap().model_dump(mode="json")},
        cards=CARDS,
    )


def _keys() -> tuple[Field, ...]:
    path = "field_map.key_precedence"
    return (
        Field(f"{path}.b2b", "Businesses", "order", options=_KEYS),
        Field(f"{path}.dtc", "Consumers", "order", options=_KEYS),
        Field(f"{path}.d365_fallback", "Last, in Dynamics 365 only", "order", options=_KEYS),
        Field("field_map.email_rules", "Two spellings of one address", "marks", options=_RULES, empty="none"),
        Field(
            "field_map.shared_key_limit",
            "A key is nobody's if more records share it than",
            "whole",
            "A reseller's or a clerk's mailbox, say.",
            "records",
        ),
        Field(
            "field_map.holding_customers",
            "Holding customers",
            "lines",
            "Ledger accounts that stand for many buyers, one a line, such as WEB-SALES.",
        ),
    )


def _fields() -> tuple[Field, ...]:
    return (
        Field(
            "field_map.commerce_id_field",
            "The ledger keeps the shop's order number in",
            "choice",
            options=_ORDER_FIELDS,
        ),
        Field(
            "field_map.vat_field",
            "Field with the VAT number",
            hint="Its name in the shop.",
            empty="the standard one",
        ),
        Field(
            "field_map.account_reference_field",
            "Field with the account reference",
            hint="Its name in the shop.",
            empty="the standard one",
        ),
        Field(
            "field_map.b2b_customer_groups",
            "Customer groups that are businesses",
            "lines",
            "One a line, as the shop names them.",
        ),
    )


def _routing(
    entities: tuple[tuple[str, str], ...], connections: tuple[tuple[str, str], ...]
) -> tuple[Field | Table, ...]:
    return (
        Field(
            "field_map.default_entity",
            "Where no rule fits",
            "choice",
            options=(("", "no entity"), *entities[1:]),
        ),
        Table(
            "field_map.entity_routing",
            "Rules",
            (
                Field("entity", "Entity", "choice", options=entities),
                Field("connection", "Connection", "choice", options=connections),
                Field("store", "Store"),
                Field("currency", "Currency"),
                Field("ship_to_country", "Ship-to country"),
                Field("tag", "Tag"),
            ),
            "The first rule whose every entry fits an order counts. An empty row is left out.",
        ),
        Table(
            "field_map.customer_overrides",
            "Customers with an entity of their own",
            (
                Field("key", "Known by", "choice", options=(("", "choose"), *_KEYS[:3])),
                Field("value", "Value"),
                Field("entity", "Entity", "choice", options=entities),
            ),
            "These come before the rules. A VAT number is written with its country's prefix.",
        ),
    )

"""What Shopify's answers look like, as far as we read them (Admin GraphQL API 2026-10)."""

from decimal import Decimal
from typing import Generic, TypeVar

from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_camel

from shared.domain.deferred import Deferred

Item = TypeVar("Item")


class Node(Deferred):
    """A part of an answer: names in camel case, and whatever we did not ask for ignored."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, coerce_numbers_to_str=True)


class Money(Node):
    """An amount as decimal text, and its currency."""

    amount: Decimal
    currency_code: str


class MoneyBag(Node):
    """An amount in the shop's currency; the customer's currency is not asked for."""

    shop_money: Money


class Whole(Node, Generic[Item]):
    """A nested list that was read to its end: one with a `pageInfo` left was not."""

    model_config = ConfigDict(extra="forbid")

    nodes: tuple[Item, ...]


class Email(Node):
    """A customer's mailbox."""

    email_address: str | None = None


class Phone(Node):
    """A customer's telephone."""

    phone_number: str | None = None


class Address(Node):
    """A mailing address."""

    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    address1: str | None = None
    city: str | None = None
    zip: str | None = None
    country_code_v2: str | None = None
    phone: str | None = None


class TaxLine(Node):
    """A tax on something."""

    price_set: MoneyBag


class ShippingLine(Node):
    """What shipping costs after discounts; with tax where the order's prices include it."""

    discounted_price_set: MoneyBag
    tax_lines: tuple[TaxLine, ...] = ()


class Buyer(Node):
    """The customer of an order."""

    id: str
    first_name: str | None = None
    last_name: str | None = None
    default_email_address: Email | None = None


class TaxSettings(Node):
    """A company location's tax registration."""

    tax_registration_id: str | None = None


class CompanyOfBuyer(Node):
    """The company that an order or a customer buys for."""

    id: str
    name: str | None = None
    external_id: str | None = None


class Site(Node):
    """The location of a company that an order is for."""

    external_id: str | None = None
    tax_settings: TaxSettings | None = None


class PurchasingEntity(Node):
    """Who buys: a company's contact (`PurchasingCompany`) or a customer."""

    typename: str = Field(default="", alias="__typename")
    company: CompanyOfBuyer | None = None
    location: Site | None = None


class OwnField(Node):
    """What a field of the merchant's own says."""

    value: str | None = None


class LocalizedField(OwnField):
    """A field that a country asks for on orders, such as a tax credential."""

    key: str = ""


class OwnFields(Node):
    """The merchant's own fields that the field map names; absent where it names none."""

    vat_field: OwnField | None = None
    account_field: OwnField | None = None


class OrderNode(OwnFields):
    """An order."""

    legacy_resource_id: str
    name: str
    processed_at: str
    updated_at: str
    cancelled_at: str | None = None
    test: bool = False
    display_financial_status: str | None = None
    taxes_included: bool = False
    email: str | None = None
    phone: str | None = None
    po_number: str | None = None
    tags: tuple[str, ...] = ()
    total_price_set: MoneyBag
    total_tax_set: MoneyBag | None = None
    edited: bool = False
    current_total_price_set: MoneyBag | None = None
    current_total_tax_set: MoneyBag | None = None
    total_refunded_set: MoneyBag | None = None
    localized_fields: Whole[LocalizedField] = Whole[LocalizedField](nodes=())
    shipping_lines: Whole[ShippingLine]
    customer: Buyer | None = None
    purchasing_entity: PurchasingEntity | None = None
    billing_address: Address | None = None
    shipping_address: Address | None = None


class RefundLine(Node):
    """A refunded line, as far as its tax."""

    total_tax_set: MoneyBag


class TaxAmount(Node):
    """Refunded shipping or an adjustment, as far as its tax."""

    tax_amount_set: MoneyBag


class Reference(Node):
    """Something that is named by its id."""

    id: str


class Transaction(Node):
    """A movement of money, as far as whether it happened."""

    status: str = ""


class RefundNode(Node):
    """A refund; `total_refunded_set` is the money that moved."""

    legacy_resource_id: str
    created_at: str | None = None
    processed_at: str | None = None
    order: Reference
    total_refunded_set: MoneyBag
    refund_line_items: Whole[RefundLine]
    refund_shipping_lines: Whole[TaxAmount]
    order_adjustments: Whole[TaxAmount]
    transactions: Whole[Transaction]

    @property
    def has_failed(self) -> bool:
        """Say whether the money did not move: all that tried to move it failed."""
        statuses = [each.status for each in self.transactions.nodes]
        return bool(statuses) and all(status in {"FAILURE", "ERROR"} for status in statuses)


class CustomerTax(Node):
    """A customer's tax number."""

    tax_id: str | None = None


class Profile(Node):
    """A customer's place in a company."""

    company: CompanyOfBuyer


class CustomerNode(OwnFields):
    """A customer account."""

    legacy_resource_id: str
    created_at: str
    updated_at: str
    first_name: str | None = None
    last_name: str | None = None
    tax_settings: CustomerTax | None = None
    default_email_address: Email | None = None
    default_phone_number: Phone | None = None
    default_address: Address | None = None
    company_contact_profiles: tuple[Profile, ...] = ()


class SiteAddress(Node):
    """A company location's address."""

    company_name: str | None = None
    address1: str | None = None
    city: str | None = None
    zip: str | None = None
    country_code: str | None = None
    phone: str | None = None


class Location(Site):
    """A company's location with its addresses."""

    phone: str | None = None
    billing_address: SiteAddress | None = None
    shipping_address: SiteAddress | None = None


class Member(Node):
    """The customer behind a company's contact."""

    default_email_address: Email | None = None


class Contact(Node):
    """A company's contact."""

    customer: Member | None = None


class CompanyNode(OwnFields):
    """A B2B company."""

    id: str
    name: str
    external_id: str | None = None
    created_at: str
    updated_at: str
    main_contact: Contact | None = None
    locations: Whole[Location]

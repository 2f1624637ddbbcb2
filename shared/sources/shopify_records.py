"""Shopify's nodes as canonical records; each function raises ValueError for what cannot be read."""

from shared.domain import keys
from shared.domain.money import parse_money, prorate
from shared.domain.records import CommerceCustomer, Company, Order, Refund
from shared.sources.read import is_number, utc
from shared.sources.shopify_nodes import (
    Address,
    Buyer,
    CompanyNode,
    CustomerNode,
    Location,
    MoneyBag,
    OrderNode,
    OwnField,
    RefundNode,
    SiteAddress,
)


def order(node: OrderNode, shop: str, localized_field: str = "") -> Order:
    """Give the order as it was placed or last edited: amounts before returns, in the shop's currency.

    The VAT number is the merchant's own field's, else the localized field's, else the location's.
    """
    address = node.billing_address or node.shipping_address or Address()
    country = address.country_code_v2 or ""
    entity = node.purchasing_entity
    company = entity.company if entity and entity.typename == "PurchasingCompany" else None
    location = entity.location if entity and company else None
    company_name = (company.name or "") if company else ""
    buyer = node.customer
    person = _person(address) or _person(buyer)
    mailbox = buyer.default_email_address.email_address if buyer and buyer.default_email_address else None
    site_vat = location.tax_settings.tax_registration_id if location and location.tax_settings else None
    localized = (each.value for each in node.localized_fields.nodes if each.key == localized_field)
    gross, tax = _after_edits(node)
    return Order(
        id=node.legacy_resource_id,
        number=node.name,
        placed_at=_time(node.processed_at),
        state=_state(node),
        currency=node.total_price_set.shop_money.currency_code,
        gross=gross,
        net=gross - tax,
        tax=tax,
        shipping_net=_shipping(node),
        customer_id=number_of(buyer.id) if buyer else "",
        company_id=number_of(company.id) if company else "",
        is_b2b=company is not None,
        email=keys.email(node.email) or keys.email(mailbox),
        vat=keys.vat(_own(node.vat_field) or next(localized, None) or site_vat, country),
        account_reference=_account(
            _own(node.account_field),
            location.external_id if location else None,
            company.external_id if company else None,
        ),
        phone=keys.phone(node.phone, country) or _phone(node.billing_address, node.shipping_address),
        postcode=keys.postcode(address.zip, country),
        name=keys.name(company_name or person),
        street=keys.street(address.address1),
        store=shop,
        ship_to_country=(node.shipping_address.country_code_v2 or "") if node.shipping_address else "",
        tags=node.tags,
        updated_at=_time(node.updated_at),
        display_name=company_name or person,
        company_name=company_name or address.company or "",
        city=address.city or "",
        country=country,
        purchase_order=node.po_number or "",
        url=f"https://admin.shopify.com/store/{shop}/orders/{node.legacy_resource_id}",
    )


def refund(node: RefundNode) -> Refund:
    """Give the refund: gross is the money that moved, tax what its parts say.

    An adjustment's tax has the opposite sign: below zero it was given back, too.
    """
    gross = _amount(node.total_refunded_set)
    tax = (
        sum(_amount(line.total_tax_set) for line in node.refund_line_items.nodes)
        + sum(_amount(line.tax_amount_set) for line in node.refund_shipping_lines.nodes)
        - sum(_amount(each.tax_amount_set) for each in node.order_adjustments.nodes)
    )
    # Where less was given back than was returned, the parts may name more tax than money moved.
    tax = max(0, min(tax, gross))
    return Refund(
        id=node.legacy_resource_id,
        order_id=number_of(node.order.id),
        number=node.legacy_resource_id,
        refunded_at=_time(node.created_at or node.processed_at),
        currency=node.total_refunded_set.shop_money.currency_code,
        gross=gross,
        net=gross - tax,
        tax=tax,
    )


def customer(node: CustomerNode) -> CommerceCustomer:
    """Give the customer; one with a place in a company is B2B, by its first company."""
    address = node.default_address or Address()
    country = address.country_code_v2 or ""
    company = node.company_contact_profiles[0].company if node.company_contact_profiles else None
    display_name = (company.name if company else None) or _person(node) or _person(address)
    telephone = node.default_phone_number.phone_number if node.default_phone_number else None
    mailbox = node.default_email_address.email_address if node.default_email_address else None
    return CommerceCustomer(
        id=node.legacy_resource_id,
        created_at=_time(node.created_at),
        company_id=number_of(company.id) if company else "",
        is_b2b=company is not None,
        email=keys.email(mailbox),
        vat=keys.vat(
            _own(node.vat_field) or (node.tax_settings.tax_id if node.tax_settings else None), country
        ),
        account_reference=_account(_own(node.account_field), company.external_id if company else None),
        phone=keys.phone(telephone, country) or _phone(address),
        postcode=keys.postcode(address.zip, country),
        name=keys.name(display_name),
        street=keys.street(address.address1),
        updated_at=_time(node.updated_at),
        display_name=display_name,
    )


def company(node: CompanyNode) -> Company:
    """Give the company, seen at its first location with a VAT number, else its first location."""
    locations = node.locations.nodes
    location = next(filter(_vat, locations), locations[0] if locations else Location())
    address = location.billing_address or location.shipping_address or SiteAddress()
    country = address.country_code or ""
    member = node.main_contact.customer if node.main_contact else None
    mailbox = member.default_email_address.email_address if member and member.default_email_address else None
    return Company(
        id=number_of(node.id),
        state="active",
        created_at=_time(node.created_at),
        email=keys.email(mailbox),
        vat=keys.vat(_own(node.vat_field) or _vat(location), country),
        account_reference=_account(_own(node.account_field), location.external_id, node.external_id),
        phone=keys.phone(location.phone, country) or keys.phone(address.phone, country),
        postcode=keys.postcode(address.zip, country),
        name=keys.name(node.name),
        street=keys.street(address.address1),
        updated_at=_time(node.updated_at),
        display_name=node.name,
        country=country,
    )


def number_of(gid: str) -> str:
    """Give the number at the end of a global id such as `gid://shopify/Company/7`."""
    number = gid.rpartition("/")[2].partition("?")[0]
    if not is_number(number):
        msg = "not a global id"
        raise ValueError(msg)
    return number


def _time(text: str | None) -> str:
    """Give a time that must be there."""
    moment = utc(text)
    if not moment:
        msg = "no time"
        raise ValueError(msg)
    return moment


def _amount(bag: MoneyBag | None) -> int:
    return parse_money(bag.shop_money.amount) if bag else 0


def _after_edits(node: OrderNode) -> tuple[int, int]:
    """Give gross and tax before returns, and without what an edit removed and nobody paid for.

    `totalPriceSet` grows by what an edit adds and keeps what one removes. What is missing from the current
    total and was not refunded was removed; what was refunded has records of its own (decision 23).
    """
    gross, tax = _amount(node.total_price_set), _amount(node.total_tax_set)
    if not node.edited or node.current_total_price_set is None:
        return gross, tax
    taken = gross - _amount(node.current_total_price_set)
    removed = min(gross, max(0, taken - _amount(node.total_refunded_set)))
    if not removed:
        return gross, tax
    taken_tax = tax - _amount(node.current_total_tax_set)
    removed_tax, _ = prorate(taken_tax, [removed, taken - removed])
    return gross - removed, tax - removed_tax


def _state(node: OrderNode) -> str:
    if node.test:
        return "test"
    if node.cancelled_at:
        return "cancelled"
    return "refunded" if node.display_financial_status == "REFUNDED" else "placed"


def _shipping(node: OrderNode) -> int:
    """Add up shipping before tax; its prices hold tax where the order's prices do."""
    lines = node.shipping_lines.nodes
    price = sum(_amount(line.discounted_price_set) for line in lines)
    if not node.taxes_included:
        return price
    return price - sum(_amount(tax.price_set) for line in lines for tax in line.tax_lines)


def _person(who: Address | CustomerNode | Buyer | None) -> str:
    return " ".join(filter(None, (who.first_name, who.last_name))).strip() if who else ""


def _phone(*addresses: Address | None) -> str:
    """Give the first telephone that can be read, each in its address's own country."""
    known = (keys.phone(each.phone, each.country_code_v2 or "") for each in addresses if each)
    return next(filter(None, known), "")


def _account(*references: str | None) -> str:
    """Give the first account number that says something."""
    return next(filter(None, map(keys.account_reference, references)), "")


def _own(field: OwnField | None) -> str:
    return (field.value or "") if field else ""


def _vat(location: Location) -> str:
    return (location.tax_settings.tax_registration_id or "") if location.tax_settings else ""

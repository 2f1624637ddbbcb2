"""Customers, approvals and exchange rates of Business Central: what is read, and the records it becomes."""

from decimal import Decimal

from pydantic import Field

from shared.domain import keys
from shared.domain.records import Approval, ExchangeRate, MasterCustomer
from shared.sources.business_central_fields import Choice, Dated, Day, Properties, Row, Text, state_of
from shared.sources.business_central_privacy import Privacy
from shared.sources.read import utc


class ContactLink(Properties):
    """An item of a customer's contactsInformation."""

    contact_id: Text = ""
    contact_type: Choice = ""


class CustomerRow(Row):
    """An item of customers."""

    number: str
    display_name: Text = ""
    type: Choice = ""
    address_line1: Text = ""
    city: Text = ""
    country: Text = ""
    postal_code: Text = ""
    phone_number: Text = ""
    email: Text = ""
    tax_registration_number: Text = ""
    blocked: Choice = ""
    last_modified_date_time: Dated = ""
    contacts_information: tuple[ContactLink, ...] = ()


_BLOCKED = {"": "active", "Ship": "blocked_shipping", "Invoice": "blocked_invoicing", "All": "blocked"}


def customer(row: CustomerRow, company: str, privacy: Privacy) -> MasterCustomer:
    """Give a customer; `privacy` says whose data must not be shown."""
    # A person who is a contact of a company is not that company.
    own = (each for each in row.contacts_information if each.contact_type == row.type)
    contacts = tuple(each.contact_id.lower() for each in own)
    return MasterCustomer(
        id=row.id,
        number=row.number,
        company=company,
        # A value that a later version adds blocks something: never read it as active.
        state=_BLOCKED.get(row.blocked, "on_hold"),
        email=keys.email(row.email),
        vat=keys.vat(row.tax_registration_number, row.country),
        account_reference=keys.account_reference(row.number),
        phone=keys.phone(row.phone_number, row.country),
        postcode=keys.postcode(row.postal_code, row.country),
        name=keys.name(row.display_name),
        street=keys.street(row.address_line1),
        is_privacy_blocked=privacy.hides(row.number, contacts),
        modified_at=utc(row.last_modified_date_time),
        display_name=row.display_name,
        city=row.city,
        country=row.country,
    )


class ApprovalRow(Row):
    """An item of approvalEntries or postedApprovalEntries."""

    document_number: str
    status: Choice = ""
    date_time_sent_for_approval: Dated = ""


_APPROVAL_STATES = {"": "open", "Created": "open", "Canceled": "cancelled"}


def approval(row: ApprovalRow, company: str) -> Approval:
    """Give an approval request."""
    return Approval(
        id=row.id,
        company=company,
        document_number=row.document_number,
        state=state_of(_APPROVAL_STATES, row.status),
        requested_at=utc(row.date_time_sent_for_approval),
    )


class RateRow(Row):
    """An item of currencyExchangeRates: so many units are worth so many of the related currency."""

    currency_code: str
    starting_date: Day = ""
    exchange_rate_amount: Decimal = Field(gt=0)
    relational_currency_code: Text = ""
    relational_exchange_rate_amount: Decimal = Field(gt=0)


def exchange_rate(row: RateRow, company: str, local: str) -> ExchangeRate:
    """Give what one unit of a currency is worth."""
    rate = row.relational_exchange_rate_amount / row.exchange_rate_amount
    return ExchangeRate(
        id=row.id,
        company=company,
        currency=row.currency_code,
        base_currency=row.relational_currency_code or local,
        starts_on=row.starting_date,
        rate=format(rate.normalize(), "f"),
    )

"""Recipients: who is told, over which channel, of which cards, and when it is quiet."""

from typing import get_args

from functions.dashboard.fields import Field, Group
from functions.dashboard.settings_form import Section
from shared.cards import CARDS
from shared.domain.notifications import WEEKDAYS, Notifications, Recipients, Role
from shared.domain.severity import SEVERITIES

CARD_ROLES: tuple[Role, ...] = get_args(Role)
_DAYS = tuple((each, each.title()) for each in WEEKDAYS)
_AT_LEAST = {"low": "all of them", "critical": "critical only"}
_SEVERITIES = tuple((each, _AT_LEAST.get(each, f"{each} and worse")) for each in SEVERITIES)
_REFERENCES = "One a line: env:NAME or keyvault:NAME."


def section() -> Section:
    """Give the page of a workspace's recipients."""
    return Section(
        title="Recipients",
        end="settings/recipients",
        groups=(
            *(Group(role.title(), _role(role), nothing="nobody is told") for role in CARD_ROLES),
            Group(
                "Quiet hours",
                _quiet(),
                "Only what is critical is told in them; the rest waits until they are over.",
                "none",
            ),
            Group(
                "Names",
                (
                    Field(
                        "notifications.show_names",
                        "Messages name customers",
                        "flag",
                        "Off, they say how many and how much.",
                    ),
                ),
            ),
        ),
        text="Nobody is told of a card that their role may not see. Teams workflows and hooks are named by "
        "references of secrets, and only the operator brings in new ones.",
        defaults={
            "notifications": Notifications().model_dump(mode="json"),
            **{f"recipients.{role}": Recipients().model_dump(mode="json") for role in CARD_ROLES},
        },
        optional=("notifications.quiet_hours", *(f"notifications.digest.{role}" for role in CARD_ROLES)),
    )


def _role(role: Role) -> tuple[Field, ...]:
    path = f"recipients.{role}"
    cards = tuple((card.id, card.title) for card in CARDS if role in card.roles)
    return (
        Field(f"{path}.email", "Email", "lines", "One address a line.", empty="nobody"),
        Field(f"{path}.teams", "Teams workflows", "lines", _REFERENCES),
        Field(f"{path}.hooks", "Signed hooks", "lines", _REFERENCES),
        Field(f"{path}.cards", "Of which cards", "marks", "None marked: all.", "", "all", cards),
        Field(f"{path}.minimum_severity", "How severe", "choice", options=_SEVERITIES),
        Field(f"notifications.digest.{role}.days", "Summary on", "marks", "", "", "no day", _DAYS),
        Field(
            f"notifications.digest.{role}.at",
            "Summary at",
            "time",
            "In the workspace's time zone.",
            "",
            "not set",
        ),
    )


def _quiet() -> tuple[Field, ...]:
    path = "notifications.quiet_hours"
    return (
        Field(f"{path}.begins", "Begin", "time", "In the workspace's time zone.", "", "none"),
        Field(f"{path}.ends", "End", "time", "Earlier than they begin, it is the next day.", "", "none"),
        Field(f"{path}.days", "Quiet all day", "marks", "", "", "no day", _DAYS),
    )

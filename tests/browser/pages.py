"""All pages, for what has to hold on each of them."""

from dataclasses import dataclass

from playwright.async_api import Page, expect

from tests.browser.stage import ABSENT, GAP, GIFTS, TRADE


@dataclass(frozen=True)
class Place:
    """A page: where it is, and the heading by which one knows that it is there."""

    name: str
    path: str
    heading: str
    workspace: str = GIFTS

    async def is_shown(self, page: Page) -> None:
        """Hold a window against the place that it should show."""
        await expect(page.get_by_role("heading", level=1)).to_contain_text(self.heading)


PLACES = (
    Place("overview", "", "Overview"),
    Place("card", f"/cards/{ABSENT}", "Ecom Customers Absent from Sage"),
    Place("gap", f"/cards/{GAP}", "Revenue Gap", TRADE),
    Place("alerts", "/alerts", "Alerts"),
    Place("sources", "/sources", "Sources"),
    Place("audit", "/audit", "Audit"),
    Place("settings", "/settings", "Settings"),
    Place("threshold", f"/settings/cards/{ABSENT}", "Ecom Customers Absent from Sage"),
    Place("field-map", "/settings/field-map", "Field map"),
    Place("recipients", "/settings/recipients", "Recipients"),
    Place("keys", "/settings/keys", "Keys"),
)

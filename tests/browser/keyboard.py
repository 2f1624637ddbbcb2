"""Hands that use no mouse."""

from playwright.async_api import Locator, Page

MOST_STEPS = 120
_HAS_FOCUS = "node => node === document.activeElement"
_SHOWS_FOCUS = """node => { const style = getComputedStyle(node);
    const hasOutline = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
    return hasOutline || style.boxShadow !== "none"; }"""


async def tab_to(page: Page, wanted: Locator) -> None:
    """Go on with Tab until an element has the focus, which everyone can see."""
    for _ in range(MOST_STEPS):
        await page.keyboard.press("Tab")
        if await wanted.evaluate(_HAS_FOCUS):
            assert await wanted.evaluate(_SHOWS_FOCUS), "nobody sees where the focus is"
            return
    raise AssertionError(f"Tab does not reach {wanted}")

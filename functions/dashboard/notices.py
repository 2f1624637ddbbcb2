"""What a page says of what its visitor just did: the address names it, and only these can be named."""

import azure.functions as func

from functions.dashboard.pages import seen_other
from functions.dashboard.visit import Visit

_SAID = {
    "acknowledge": "Acknowledged. Nobody is reminded of it any more; it closes by itself.",
    "snooze": "Snoozed. It comes back when the time is over, if it is still above its threshold.",
    "reopen": "Reopened. People are told of it again.",
    "send": "It is being sent again.",
    "pull": "Reading begins. This page shows how far it is.",
    "pull_anew": "Everything is read anew. The cards keep their values until that is done.",
    "check": "Checked. What it found stands below.",
    "confirm": "Taken as it is. The cards are recalculated.",
    "evaluate": "The cards are being recalculated from what was read.",
    "save": "Saved. The cards are being recalculated with it.",
    "save_told": "Saved. It holds from the next message on.",
    "revoke": "Revoked. The next request with this key is refused.",
    "nothing": "Nothing was different, so nothing was saved.",
}


def notice(visit: Visit) -> str:
    """Give what the visitor's address says was done; "" for nothing."""
    return _SAID.get(str(visit.request.params.get("done", "")), "")


def done(place: str, what: str) -> func.HttpResponse:
    """Go to a page, which says what was done."""
    mark = "&" if "?" in place else "?"
    return seen_other(f"{place}{mark}done={what}")

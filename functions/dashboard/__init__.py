"""The dashboard: pages for people, over the same routes and walls that programs have.

How a page is made:

1. a file here with `BLUEPRINT = blueprint()` and `@page(BLUEPRINT, "show_x", "{workspace}/x", roles=...)`
   over `async def show_x(visit: Visit) -> func.HttpResponse`; enter the file's BLUEPRINT below;
2. it gets its data by `await ask(visit, "GET", f"/workspaces/{visit.workspace.id}/x?...")`, never otherwise;
3. it answers `await shown(visit, "x.html", title="X", **values)`; x.html extends base.html and imports
   macros.html; figures go through `reader` (money, number, instant, ago ...); no inline script or style;
4. a form posts to `@page(..., method="POST")` with `{{ m.csrf() }}`, which asks by `ask(visit, "POST", ...)`
   and answers `seen_other(address)`; a script sends `x-csrf-token` from `<meta name="csrf-token">`;
5. its own style or script is a file in static/, named by `static("x.css")` in block `head`.
"""

import azure.functions as func

from functions.dashboard import alerts, audit, card, home, keys, overview, settings, sign_in, sources, static

BLUEPRINTS: tuple[func.Blueprint, ...] = (
    static.BLUEPRINT,
    sign_in.BLUEPRINT,
    home.BLUEPRINT,
    overview.BLUEPRINT,
    card.BLUEPRINT,
    alerts.BLUEPRINT,
    sources.BLUEPRINT,
    audit.BLUEPRINT,
    settings.BLUEPRINT,
    keys.BLUEPRINT,
)
"""All pages."""

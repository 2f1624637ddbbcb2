"""Documents of messages, invented: what tests render and send."""

from typing import Any

ROW = {
    "name": "Fern & Sons",
    "about": "BC-PO-2284912",
    "amount": "USD 84,200.00",
    "why": "Released-Not-Invoiced",
    "age": "12 days",
    "action": "Post the sales invoice for SO-208441, shipped 2 Apr",
}

DOCUMENT: dict[str, Any] = {
    "kind": "opened",
    "workspace": "fern",
    "subset": "",
    "entity": "",
    "severity": "high",
    "opened_at": "2026-04-12T17:00:00Z",
    "number": 1,
    "facts": [
        ["Now", "8.4 %"],
        ["Amount", "USD 680,000.00"],
        ["Alert at", "more than 5 %"],
        ["Severity", "high"],
        ["Open since", "12 Apr 2026, 18:00 BST"],
        ["As of", "12 Apr 2026, 18:00 BST"],
    ],
    "title": "Revenue Gap, Detailed Breakdown",
    "heading": "Revenue Gap, Detailed Breakdown is past its threshold",
    "card": "revenue_gap_detailed_breakdown",
    "evaluation": "20260412T170000Z",
    "value": "8.4 %",
    "what": "Every commerce order and return against what Business Central made of it.",
    "todo": "Work from the top: the largest gap comes first.",
    "parts": [{"label": "Released-Not-Invoiced", "value": "USD 126,600.00"}],
    "rows": [ROW],
    "row_count": 254,
    "sources": [],
    "links": {
        "dashboard": "https://tieout.example.com/dashboard/fern/revenue_gap_detailed_breakdown",
        "csv": "https://tieout.example.com/dashboard/fern/revenue_gap_detailed_breakdown/rows.csv",
    },
}

RECOVERED = {
    **DOCUMENT,
    "kind": "recovered",
    "number": 2,
    "facts": [["Now", "3.1 %"], ["Lasted", "2 hours 15 minutes"]],
    "heading": "Revenue Gap, Detailed Breakdown is back below its threshold",
    "value": "3.1 %",
}

MISSING = {
    **DOCUMENT,
    "facts": [["Open since", "12 Apr 2026, 18:00 BST"]],
    "title": "Missing data",
    "heading": "Data are missing: books, shop",
    "card": "missing_data",
    "evaluation": "",
    "value": "2 sources",
    "what": "Cards that need these data keep their last value until they are complete again.",
    "todo": "Look at the sources: each says what is wrong and what to do.",
    "parts": [],
    "rows": [],
    "row_count": 0,
    "sources": [
        {
            "connection": "books",
            "why": ["the last pull of invoices of books failed: books answered 502"],
            "cards": ["Revenue Gap, Detailed Breakdown"],
        },
        {"connection": "shop", "why": ["orders of shop was last read 12 Apr 16:00 UTC"], "cards": []},
    ],
    "links": {"dashboard": "https://tieout.example.com/dashboard/fern/sources"},
}

DIGEST: dict[str, Any] = {
    "kind": "digest",
    "workspace": "fern",
    "severity": "low",
    "title": "Digest",
    "heading": "1 card past the threshold, 13 April 2026",
    "card": "digest",
    "evaluation": "",
    "lines": [
        {
            "title": "Revenue Gap, Detailed Breakdown",
            "value": "USD 680,000.00 (8.4 %)",
            "status": "past the threshold",
            "is_alert": True,
            "why": "",
            "trend": "▁▂▃·▅▆█",
            "open": 254,
            "new": 12,
            "resolved": 31,
            "older": 4,
            "href": "https://tieout.example.com/dashboard/fern/revenue_gap_detailed_breakdown",
        }
    ],
    "links": {"dashboard": "https://tieout.example.com/dashboard/fern"},
}

EVERY = {"opened": DOCUMENT, "recovered": RECOVERED, "missing": MISSING}

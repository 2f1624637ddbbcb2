"""Triggers only: parse, authorise, call one function of shared/, shape the answer."""

import azure.functions as func

from functions import (
    alerts,
    audit,
    bad_records,
    cards,
    decisions,
    deliveries,
    evaluate,
    exceptions,
    health,
    keys,
    notify,
    pull,
    rows,
    sources,
    uploads,
    workspaces,
)

BLUEPRINTS: tuple[func.Blueprint, ...] = (
    pull.BLUEPRINT,
    evaluate.BLUEPRINT,
    notify.BLUEPRINT,
    workspaces.BLUEPRINT,
    cards.BLUEPRINT,
    rows.BLUEPRINT,
    exceptions.BLUEPRINT,
    alerts.BLUEPRINT,
    deliveries.BLUEPRINT,
    decisions.BLUEPRINT,
    audit.BLUEPRINT,
    sources.BLUEPRINT,
    bad_records.BLUEPRINT,
    uploads.BLUEPRINT,
    keys.BLUEPRINT,
    health.BLUEPRINT,
)
"""All that function_app.py registers."""

"""Triggers only: parse, authorise, call one function of shared/, shape the answer."""

import azure.functions as func

from functions import cards, evaluate, health, keys, pull, rows, sources, workspaces

BLUEPRINTS: tuple[func.Blueprint, ...] = (
    pull.BLUEPRINT,
    evaluate.BLUEPRINT,
    workspaces.BLUEPRINT,
    cards.BLUEPRINT,
    rows.BLUEPRINT,
    sources.BLUEPRINT,
    keys.BLUEPRINT,
    health.BLUEPRINT,
)
"""All that function_app.py registers."""

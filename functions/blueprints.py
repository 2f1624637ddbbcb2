"""Where a file's functions are gathered, until function_app.py registers them."""

import azure.functions as func


def blueprint() -> func.Blueprint:
    """Give an empty blueprint."""
    return func.Blueprint()  # type: ignore[no-untyped-call]

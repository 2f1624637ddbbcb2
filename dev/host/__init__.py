"""A local Functions host: runs the real function_app.py on Azurite, as Azure does it."""

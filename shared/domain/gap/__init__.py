"""The revenue gap: each commerce order and return against what the ledger made of it."""

"""Faults, given on purpose: a storage account in memory, and runs that are drawn from a seed."""

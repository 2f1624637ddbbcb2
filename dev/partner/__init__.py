"""What the commands for partners and operators are made of: they ask a running app as its callers do."""

"""How fast, how close to the vendors' limits, and in how much memory: measured on this machine."""

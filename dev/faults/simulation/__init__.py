"""The whole system in one process, under faults that a seed draws: simulated time, vendors and storage."""

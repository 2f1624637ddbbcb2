"""Everything Tieout knows, apart from the triggers that call it."""

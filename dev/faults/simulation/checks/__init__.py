"""The promises, each with the check that finds where it was not kept."""

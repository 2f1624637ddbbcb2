"""What evaluating costs: made data, measured runs, and other engines at the same job."""

"""The simulated vendors, each in its real wire format."""

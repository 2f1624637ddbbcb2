"""The ways out to people: each takes a client to its address and what to send."""

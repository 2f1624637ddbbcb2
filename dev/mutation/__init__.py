"""Mutation testing of what judges: small changes of the code, each of which some test should notice.

Our own, of a few hundred lines: mutmut rewrites each function into a trampoline, which frozen dataclasses,
`inspect` and pickling do not stand, and leaves constants as they are, while thresholds and tables of reasons
are what cards are made of; cosmic-ray changes the working tree itself and runs one command for every change,
while here each change meets only the tests that come by its line.
"""

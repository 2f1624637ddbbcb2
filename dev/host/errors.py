"""What can go wrong before the local host runs."""


class StartupError(Exception):
    """The function app asks for what this host cannot do as Azure does it; the message names the function."""

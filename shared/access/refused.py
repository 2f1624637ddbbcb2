"""A credential that came and does not do."""


class Refused(Exception):
    """A credential that opens nothing; `why` is for the log alone, and names nobody."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class TooManyGroups(Exception):
    """A token that names more groups than a token holds, so that it does not say which (Entra's overage)."""

"""What can go wrong, told apart by what to do next.

TieoutError
├── ConfigurationError    stop: nothing improves until the operator changes a setting
├── RetryLater            later: the same call is expected to work after a wait
├── SourceError           this source is out: the others go on, its cards are held
└── BadRecord             this record is bad: it is quarantined, counted and shown
"""


class TieoutError(Exception):
    """Whatever Tieout raises on purpose."""


class ConfigurationError(TieoutError):
    """A setting is missing or wrong; the message says which and what to do."""

    def __init__(self, message: str, path: str = "") -> None:
        super().__init__(message)
        self.path = path


class RetryLater(TieoutError):
    """The other side asks us to wait; `seconds` says for how long."""

    def __init__(self, message: str, seconds: float) -> None:
        super().__init__(message)
        self.seconds = seconds


class SourceError(TieoutError):
    """A vendor refused or answered what cannot be right; what was read before it is kept."""


class BadRecord(TieoutError):
    """One record that cannot be read: which one, why, and the names of the fields that are wrong.

    Never carries a field's value.
    """

    def __init__(self, stream: str, record_id: str, why: str, fields: tuple[str, ...] = ()) -> None:
        super().__init__(f"{stream} {record_id}: {why}")
        self.stream = stream
        self.record_id = record_id
        self.why = why
        self.fields = fields

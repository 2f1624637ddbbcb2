"""What one queue has: messages that hide while someone works on them, and come back unless deleted."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

from dev.faults.storage.errors import refusal

MESSAGE_BYTES = 64 * 1024
MOST_AT_ONCE = 32
_WEEK = 7 * 24 * 3600
_FOREVER = datetime.max.replace(tzinfo=UTC, microsecond=0)


@dataclass(slots=True)
class Message:
    """A message as it is kept."""

    id: str
    text: str
    inserted_at: datetime
    expires_at: datetime
    visible_at: datetime
    receipt: str
    dequeue_count: int = 0


class Queue:
    """The messages of one queue."""

    def __init__(self, clock: Callable[[], datetime], draw: Random | None) -> None:
        self._clock = clock
        self._draw = draw
        self._messages: dict[str, Message] = {}
        self._made = 0

    @property
    def messages(self) -> list[Message]:
        """All messages that have not expired, hidden ones too, the oldest first."""
        now = self._clock()
        for each in [each for each in self._messages.values() if each.expires_at <= now]:
            del self._messages[each.id]
        return list(self._messages.values())

    def send(self, text: str, hidden: int | None, lives: int | None) -> Message:
        """Add a message that shows after `hidden` seconds and expires after `lives`; -1 is never."""
        _check_text(text)
        lives = _WEEK if lives is None else lives
        if not 0 <= (hidden or 0) <= _WEEK or (lives != -1 and lives <= (hidden or 0)):
            raise refusal(400, "OutOfRangeQueryParameterValue")
        now = self._clock().astimezone(UTC)
        expires = _FOREVER if lives == -1 else now + timedelta(seconds=lives)
        shown = now + timedelta(seconds=hidden or 0)
        name = self._name()
        self._messages[name] = Message(name, text, now, expires, shown, self._name())
        return self._messages[name]

    def receive(self, most: int | None, hidden: int | None) -> list[Message]:
        """Give messages that show, at most so many, and hide them for `hidden` seconds."""
        hidden = 30 if hidden is None else hidden
        if not 1 <= hidden <= _WEEK:
            raise refusal(400, "OutOfRangeQueryParameterValue")
        found = self.peek(most)
        for each in found:
            each.dequeue_count += 1
            self._hide(each, hidden)
        return found

    def peek(self, most: int | None) -> list[Message]:
        """Give messages that show, at most so many."""
        count = 1 if most is None else most
        if not 1 <= count <= MOST_AT_ONCE:
            raise refusal(400, "OutOfRangeQueryParameterValue")
        now = self._clock()
        shown = [each for each in self.messages if each.visible_at <= now]
        if self._draw is not None:
            self._draw.shuffle(shown)
        return shown[:count]

    def renew(self, name: str, receipt: str, hidden: int, text: str | None) -> Message:
        """Hide a message for so long, and change its text where one is given."""
        message = self._held(name, receipt)
        if not 0 <= hidden <= _WEEK:
            raise refusal(400, "OutOfRangeQueryParameterValue")
        if text is not None:
            _check_text(text)
            message.text = text
        self._hide(message, hidden)
        return message

    def remove(self, name: str, receipt: str) -> None:
        """Delete a message."""
        del self._messages[self._held(name, receipt).id]

    def clear(self) -> None:
        """Delete all messages."""
        self._messages.clear()

    def _held(self, name: str, receipt: str) -> Message:
        message = next((each for each in self.messages if each.id == name), None)
        if message is None:
            raise refusal(404, "MessageNotFound")
        if message.receipt != receipt:
            raise refusal(400, "PopReceiptMismatch")
        return message

    def _hide(self, message: Message, seconds: int) -> None:
        message.visible_at = self._clock().astimezone(UTC) + timedelta(seconds=seconds)
        message.receipt = self._name()

    def _name(self) -> str:
        self._made += 1
        return str(UUID(int=self._made))


def _check_text(text: str) -> None:
    if len(text.encode()) > MESSAGE_BYTES:
        raise refusal(413, "RequestBodyTooLarge")

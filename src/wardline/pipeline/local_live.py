"""The live topic within one process: a worker tells, a ward listens, no broker in between."""

import threading
from collections import deque
from collections.abc import Sequence

from wardline.pipeline.partitions import Outgoing

MESSAGES_MAX = 5_000
"""Messages not taken yet; beyond it the oldest are dropped, and the listener sees the gap."""


class LocalLive:
    """Implements `partitions.Publisher` for the teller and `remote_ward.Tail` for the ward."""

    def __init__(self) -> None:
        self._messages: deque[bytes] = deque(maxlen=MESSAGES_MAX)
        self._news = threading.Condition()

    def publish(self, messages: Sequence[Outgoing], timeout_s: float) -> None:
        """Hand messages over."""
        self.offer(messages)

    def offer(self, messages: Sequence[Outgoing]) -> None:
        """Hand messages over."""
        with self._news:
            self._messages.extend(message.value for message in messages)
            self._news.notify()

    def poll(self, timeout_s: float) -> list[bytes]:
        """What has come, waiting for the first message."""
        with self._news:
            self._news.wait_for(lambda: self._messages, timeout_s)
            taken = list(self._messages)
            self._messages.clear()
            return taken

    def problem(self) -> str:
        """None is possible."""
        return ""

    def close(self, timeout_s: float = 0.0) -> None:
        """Nothing to give back."""

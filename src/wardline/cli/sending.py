"""Readings or admissions sent to a running Wardline by HTTP, in batches repeated until taken."""

import http.client
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import urlsplit

from wardline.cli.failures import CommandError

PATH = "/api/v1/readings"
ADMISSIONS_PATH = "/api/v1/admissions"
ITEMS_MAX = 5_000
"""Readings in one request."""

TRIES_MAX = 60
FIRST_TRIES_MAX = 3
"""Somebody who was never reached is probably not there."""

WAIT_MAX_S = 10.0
TIMEOUT_S = 60.0
ANSWER_BYTES_MAX = 64 << 20


@dataclass(slots=True)
class Sent:
    """What became of everything sent."""

    accepted: int = 0
    duplicates: int = 0
    rejected: int = 0
    rejected_values: int = 0
    requests: int = 0
    reasons: dict[str, int] = field(default_factory=dict[str, int])

    def add(self, answer: dict[str, Any]) -> None:
        """Count one answer."""
        self.requests += 1
        self.accepted += int(answer["accepted"])
        self.duplicates += int(answer.get("duplicates", 0))
        self.rejected += len(answer["rejected"])
        self.rejected_values += len(answer.get("flagged", ()))
        for note in answer["rejected"]:
            self.reasons[note["reason"]] = self.reasons.get(note["reason"], 0) + 1


class Sender:
    """One connection to a Wardline, made again when it breaks.

    A request is repeated, at most TRIES_MAX times, while the other side is away, busy or without
    its store; repeating is safe, because what was stored already counts as a duplicate.
    """

    def __init__(
        self,
        url: str,
        token: str | None,
        sleep: Callable[[float], object] = time.sleep,
        path: str = PATH,
    ):
        """`path`: what takes them, such as ADMISSIONS_PATH."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise CommandError(f"{url} is no address of a Wardline; write http://127.0.0.1:8501")
        self._place = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        kind = http.client.HTTPSConnection if parts.scheme == "https" else None
        self._connection = (kind or http.client.HTTPConnection)(
            parts.hostname, parts.port, timeout=TIMEOUT_S
        )
        self._path = parts.path.rstrip("/") + path
        self._headers = {"Content-Type": "application/json"}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"
        self._sleep = sleep
        self.sent = Sent()

    def send(self, readings: Sequence[dict[str, Any]]) -> None:
        """Send readings in order; returns when all are durable there. Raises CommandError."""
        self.send_messages([json.dumps(reading).encode() for reading in readings])

    def send_messages(self, messages: Sequence[bytes]) -> None:
        """The same for readings that are JSON objects already."""
        for start in range(0, len(messages), ITEMS_MAX):
            body = b"[" + b",".join(messages[start : start + ITEMS_MAX]) + b"]"
            self.sent.add(self._answer(body))

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()

    def _answer(self, body: bytes) -> dict[str, Any]:
        problem = ""
        for attempt in range(TRIES_MAX):
            wait_s = min(0.25 * 2**attempt, WAIT_MAX_S)
            try:
                status, text, retry_after = self._exchange(body)
            except (OSError, http.client.HTTPException) as error:
                self._connection.close()
                problem = str(error) or type(error).__name__
                if not self.sent.requests and attempt >= FIRST_TRIES_MAX:
                    break
            else:
                if status in (200, 422):
                    return self._counts(text)
                if status != 503:
                    raise CommandError(f"{self._place} answered {status}: {_reason(text)}")
                problem = f"it answered 503: {_reason(text)}"
                wait_s = min(float(retry_after) if retry_after.isdigit() else wait_s, WAIT_MAX_S)
            self._sleep(wait_s)
        raise CommandError(f"{self._place} could not be reached: {problem}")

    def _exchange(self, body: bytes) -> tuple[int, bytes, str]:
        self._connection.request("POST", self._path, body, self._headers)
        response = self._connection.getresponse()
        text = response.read(ANSWER_BYTES_MAX)
        return response.status, text, response.getheader("Retry-After", "")

    def _counts(self, text: bytes) -> dict[str, Any]:
        try:
            answer: object = json.loads(text)
        except ValueError:
            answer = None
        if not isinstance(answer, dict) or "accepted" not in answer:
            raise CommandError(f"{self._place} does not answer like a Wardline")
        return cast("dict[str, Any]", answer)


def _reason(text: bytes) -> str:
    return " ".join(text.decode(errors="replace").split())[:200]

"""A viewer of the live feed over a real socket, that merges what it is sent."""

import json
from collections.abc import Callable
from typing import Any, Self

from tests.pipeline.screen import Screen
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

WAIT_S = 30.0


def open_socket(port: int, **headers: str) -> ClientConnection:
    """A socket on the live feed, without proxies of this machine between."""
    url = f"ws://127.0.0.1:{port}/api/v1/live"
    return connect(url, additional_headers=headers, proxy=None, max_size=None)


class Watcher:
    """One viewer; `screen` holds what it knows."""

    def __init__(self, port: int, **headers: str):
        self._opening = open_socket(port, **headers)
        self.screen = Screen()

    def __enter__(self) -> Self:
        self.socket = self._opening.__enter__()
        self.until_type("snapshot")
        return self

    def __exit__(self, *problem: object) -> None:
        self._opening.__exit__(*problem)

    def next(self) -> dict[str, Any]:
        text = self.socket.recv(timeout=WAIT_S)
        assert isinstance(text, str)
        self.screen.take(text)
        return self.screen.messages[-1]

    def until(self, is_it: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        while True:
            message = self.next()
            if is_it(message):
                return message

    def until_type(self, kind: str) -> dict[str, Any]:
        return self.until(lambda message: message["type"] == kind)

    def until_known(self, is_it: Callable[[Screen], bool]) -> Screen:
        """Until what was merged is so."""
        while not is_it(self.screen):
            self.next()
        return self.screen

    def say(self, **message: Any) -> None:
        self.socket.send(json.dumps(message))

    def closed_with(self) -> int:
        """The code with which the server closes; what comes before is taken."""
        try:
            while True:
                self.next()
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 1006

"""The network between a browser and the server: a relay that can be cut."""

import socket
import threading
from contextlib import suppress
from typing import Self

PIECE_BYTES = 65_536
BACKLOG = 64
"""A browser opens six connections and a WebSocket per page."""
END_MAX_S = 10.0


class Link:
    """Passes bytes from its own port to another one of this machine, while it is not cut."""

    def __init__(self, port: int):
        self._target = ("127.0.0.1", port)
        self._is_cut = False
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=BACKLOG)
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._start(self._accept)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self.cut()
        for thread in self._threads:
            thread.join(END_MAX_S)

    def cut(self) -> None:
        """Every connection breaks, and no new one comes about."""
        with self._lock:
            self._is_cut = True
            for end in self._open:
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        with self._lock:
            self._is_cut = False

    def _start(self, work: object, *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)  # pyright: ignore[reportArgumentType]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                self._connect(self._listening.accept()[0])

    def _connect(self, near: socket.socket) -> None:
        with self._lock:
            far = None if self._is_cut else self._reach()
            if far is None:
                near.close()
                return
            self._open |= {near, far}
        self._start(self._relay, near, far)

    def _reach(self) -> socket.socket | None:
        try:
            return socket.create_connection(self._target)
        except OSError:
            return None

    def _relay(self, near: socket.socket, far: socket.socket) -> None:
        back = threading.Thread(target=_pass, args=(far, near), daemon=True)
        back.start()
        _pass(near, far)
        back.join()
        with self._lock:
            self._open -= {near, far}
        near.close()
        far.close()


def _pass(source: socket.socket, sink: socket.socket) -> None:
    """Until either end breaks; then both are broken."""
    with suppress(OSError):
        while piece := source.recv(PIECE_BYTES):
            sink.sendall(piece)
    for end in (source, sink):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)

"""Viewers of the live feed that are not allowed, that talk nonsense or that do not read."""

import logging
import socket
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx
import pytest
from tests.server.site import TOKEN, Site, now
from tests.server.watching import WAIT_S, open_socket
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from wardline.pipeline.hub import LiveUpdate
from wardline.server.context import context_of
from wardline.server.run import SOCKET_MESSAGE_MAX
from wardline.server.sessions import COOKIE
from wardline.server.viewer import TOO_SLOW

SECRET = "PT-secret-77"

NONSENSE = {
    "no JSON": "hello",
    "nothing": "",
    "a list": "[]",
    "a number": "7",
    "null": "null",
    "deep nesting": "[" * 60_000,
    "deep objects": '{"watch":' * 7_000,
    "a huge number": '{"resume":' + "9" * 5_000 + "}",
    "a number too great": '{"resume":9007199254740992}',
    "a negative number": '{"resume":-1}',
    "no whole number": '{"resume":1e5}',
    "infinity": '{"resume":1e999}',
    "not a number": '{"resume":NaN}',
    "true": '{"resume":true}',
    "a text for a number": '{"resume":"5"}',
    "null for a number": '{"resume":null}',
    "a text for a list": '{"watch":"' + SECRET + '"}',
    "numbers for ids": '{"watch":[1]}',
    "too many ids": '{"watch":[' + ",".join(['"p"'] * 1_001) + "]}",
    "an unknown word": '{"' + SECRET + '":1}',
    "bytes": SECRET.encode(),
    "no bytes": b"",
}


@pytest.mark.parametrize("message", NONSENSE.values(), ids=NONSENSE.keys())
def test_nonsense_is_closed_with_1008_and_leaves_others_and_the_log_alone(
    site: Site, message: str | bytes, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.WARNING)
    with site.watch() as good, site.watch() as bad:
        bad.socket.send(message)
        assert bad.closed_with() == 1008
        good.until_type("heartbeat")
        good.until_type("heartbeat")
    assert SECRET not in caplog.text
    assert "Traceback" not in caplog.text
    assert caplog.records == []


@pytest.mark.parametrize(
    ("code", "message"), [(1009, b"\x81\xff\x00\x00\x00\x00\x00\x01\x00\x01" + bytes(70_000)),
                          (1007, b"\x81\x82\x00\x00\x00\x00\xff\xfe"),
                          (1007, b"\x81\x82\x00\x00\x00\x00\xff\xfe" * 50),
                          (1002, b"\xf1\x82\x00\x00\x00\x00ab"), (1002, b"\x81\x02ab")],
    ids=["too long", "no text", "no text again and again", "no such frame", "not masked"],
)  # fmt: skip
def test_what_breaks_the_protocol_is_closed_and_leaves_others_and_the_log_alone(
    site: Site, code: int, message: bytes, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.WARNING)
    with site.watch() as good, site.watch() as bad:
        bad.socket.socket.sendall(message)
        assert bad.closed_with() == code
        good.until_type("heartbeat")
    assert caplog.records == []


def test_a_message_of_64_kib_is_the_longest(site: Site):
    with site.watch() as watcher:
        words = '{"watch":["' + "a" * (SOCKET_MESSAGE_MAX - 14) + '"]}'
        assert len(words) == SOCKET_MESSAGE_MAX
        watcher.socket.send(words)
        watcher.until_type("heartbeat")
        watcher.socket.send(words + " ")
        assert watcher.closed_with() == 1009


def frame(text: bytes) -> bytes:
    """A short text as a viewer sends it, masked with nothing."""
    return bytes([0x81, 0x80 | len(text), 0, 0, 0, 0]) + text


def test_a_flood_of_resumes_is_answered_in_the_end_and_hurts_nobody(site: Site):
    site.alarm()
    with site.watch() as good, site.watch() as wild:
        said = b'{"resume":%d}'
        frames = [frame(said % number) for number in range(10_000)]
        wild.socket.socket.sendall(b"".join(frames))
        wild.until_type("resumed")
        good.until_type("heartbeat")
        site.post("q")
        good.until_known(lambda screen: "q" in screen.patients)


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "http://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}],
)
def test_other_pages_are_refused_before_the_socket_opens(site: Site, headers: dict[str, str]):
    with pytest.raises(InvalidStatus) as refused, open_socket(site.port, **headers):
        pass
    assert refused.value.response.status_code == 403


def test_a_name_that_is_not_ours_is_refused_before_the_socket_opens(site: Site):
    url = f"ws://evil.example:{site.port}/api/v1/live"
    with (
        pytest.raises(InvalidStatus) as refused,
        connect(url, sock=socket.create_connection(("127.0.0.1", site.port)), proxy=None),
    ):
        pass
    assert refused.value.response.status_code == 403


def test_without_the_token_nobody_watches(guarded: Site):
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Cookie": f"{COOKIE}=made-up"}):
        with pytest.raises(InvalidStatus) as refused, open_socket(guarded.port, **headers):
            pass
        assert refused.value.response.status_code == 403
    with guarded.watch(Authorization=f"Bearer {TOKEN}") as watcher:
        assert watcher.until_type("heartbeat")


def test_who_signs_out_is_cut_off_with_4401(guarded: Site):
    with httpx.Client(base_url=guarded.server.url, trust_env=False) as browser:
        own = {"Origin": guarded.server.url}
        answer = browser.post("/api/v1/session", json={"token": TOKEN}, headers=own)
        cookie = {"Cookie": f"{COOKIE}={answer.cookies[COOKIE]}", **own}
        with guarded.watch(**cookie) as watcher, guarded.watch(**cookie) as second:
            watcher.until_type("heartbeat")
            assert browser.delete("/api/v1/session", headers=cookie).status_code in {200, 204}
            assert watcher.closed_with() == 4401
            assert second.closed_with() == 4401
            assert watcher.screen.kinds().count("heartbeat") <= 3


def test_one_viewer_too_many_is_sent_away_with_1013_and_may_come_later(site: Site):
    viewers = context_of(site.app).viewers
    viewers.viewers_max = 2
    with site.watch() as first, site.watch():
        with open_socket(site.port) as third, pytest.raises(ConnectionClosed) as closed:
            third.recv(timeout=WAIT_S)
        assert closed.value.rcvd.code == 1013
        first.socket.close()
        while len(viewers) > 1:
            first_answer = site.client.get("/healthz")
            assert first_answer.status_code == 200
        with site.watch() as later:
            later.until_type("heartbeat")


def small_socket(port: int) -> socket.socket:
    """A viewer that says hello over a connection of small buffers, and reads no more."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.settimeout(WAIT_S)
    connection.connect(("127.0.0.1", port))
    connection.sendall(
        f"GET /api/v1/live HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode()
    )
    return connection


def rest_of(connection: socket.socket) -> bytes:
    """All that still comes until the other side ends."""
    parts: list[bytes] = []
    with suppress(ConnectionResetError):
        while part := connection.recv(65_536):
            parts.append(part)
    return b"".join(parts)


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def test_viewers_that_stop_reading_are_cut_off_while_others_go_on_in_bounded_memory(
    site: Site, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("wardline.server.viewer_socket.GOODBYE_TIME_MAX_S", 600.0)
    viewers = context_of(site.app).viewers
    large = {f"p{number}": {"about": '"ward":"' + "x" * 20_000 + '"'} for number in range(10)}
    before, turns = resident_bytes(), 0
    with ExitStack() as opened, site.watch() as good:
        stalled = [opened.enter_context(small_socket(site.port)) for _ in range(20)]
        good.until(lambda message: len(viewers) == 21)
        while len(viewers) > 1:
            turns += 1
            site.host.live.hub.publish(LiveUpdate(now(), large))
            good.until_type("values")
            good.screen.messages.clear()
        assert resident_bytes() - before < 60_000_000
        ends = [rest_of(connection)[-60:] for connection in stalled]
    assert turns > 1
    assert all(TOO_SLOW.to_bytes(2, "big") in end for end in ends)


def test_a_cut_off_connection_ends_though_it_reads_nothing(
    site: Site, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("wardline.server.viewer_socket.GOODBYE_TIME_MAX_S", 0.2)
    monkeypatch.setattr("wardline.server.viewer.SEND_TIME_MAX_S", 0.2)
    connections = site.server._server.server_state.connections
    large = {f"p{number}": {"about": '"ward":"' + "x" * 20_000 + '"'} for number in range(10)}
    with small_socket(site.port), site.watch() as good:
        good.until(lambda message: len(context_of(site.app).viewers) == 2)
        while sum(type(one).__name__ == "ViewerSocket" for one in tuple(connections)) > 1:
            site.host.live.hub.publish(LiveUpdate(now(), large))
            good.until_type("values")

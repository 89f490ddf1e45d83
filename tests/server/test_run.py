import socket

import httpx
import pytest
from starlette.websockets import WebSocket
from tests.server.records import reading
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from wardline.server.app import create_app
from wardline.server.run import SOCKET_MESSAGE_MAX, RunningServer, ServerStartError
from wardline.server.sessions import COOKIE
from wardline.server.settings import READINGS_BODY_MAX, ServerSettings

TOKEN = "canary-token-7f3a"


@pytest.fixture
def server(ward):
    settings = ServerSettings(port=0)
    running = RunningServer(create_app(ward, settings), settings)
    yield running
    running.stop()


def test_a_real_server_takes_and_gives_over_a_socket(server):
    with httpx.Client(base_url=server.url) as client:
        sent = client.post("/api/v1/readings", json=[reading("A"), reading("B")])
        assert sent.json()["accepted"] == 2
        listed = client.get("/api/v1/patients").json()["patients"]
    assert [patient["patient_id"] for patient in listed] == ["A", "B"]


def test_the_server_does_not_name_its_software(server):
    assert "server" not in httpx.get(f"{server.url}/health").headers


def test_a_too_long_body_is_refused_while_the_sender_still_holds_it(server):
    head = (
        f"POST /api/v1/readings HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {READINGS_BODY_MAX + 1}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(head.encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 413")


def test_a_sender_that_sends_all_of_a_too_long_body_still_gets_its_answer(server):
    def chunks():
        for _ in range(20):
            yield b" " * 1_048_576

    url = f"{server.url}/api/v1/readings"
    headers = {"Content-Type": "application/json"}
    assert httpx.post(url, content=chunks(), headers=headers).status_code == 413


@pytest.mark.parametrize(
    "request_bytes", [
        b"\x16\x03\x01\x00\xa5\x01", b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/9.9\r\nHost: x\r\n\r\n",
        b"GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"a" * 200_000 + b"\r\n\r\n",
    ],
)  # fmt: skip
def test_what_is_no_clean_http_is_400(server, request_bytes):
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(request_bytes)
        assert b" 400 " in connection.recv(100)


def test_a_taken_port_is_one_clear_line(ward, server):
    settings = ServerSettings(port=server.port)
    with pytest.raises(
        ServerStartError, match=f"cannot listen on 127.0.0.1 port {server.port}"
    ) as caught:
        RunningServer(create_app(ward, settings), settings)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "settings", [ServerSettings(port=99_999), ServerSettings(host="::1", port=-1)]
)
def test_a_port_that_cannot_be_is_one_clear_line(ward, settings):
    with pytest.raises(ServerStartError, match="cannot listen"):
        RunningServer(create_app(ward, settings), settings)


def test_a_stopped_server_gives_its_port_back_and_may_be_stopped_again(ward):
    settings = ServerSettings(port=0)
    running = RunningServer(create_app(ward, settings), settings)
    port = running.port
    running.stop()
    running.stop()
    again = ServerSettings(port=port)
    second = RunningServer(create_app(ward, again), again)
    assert httpx.get(f"{second.url}/health").status_code == 200
    second.stop()


@pytest.mark.parametrize(("host", "shown"), [("::1", "[::1]"), ("127.0.0.1", "127.0.0.1")])
def test_the_address_shown_is_one_a_browser_understands(ward, host, shown):
    settings = ServerSettings(host=host, port=0)
    running = RunningServer(create_app(ward, settings), settings)
    try:
        assert running.url == f"http://{shown}:{running.port}"
        assert httpx.get(f"{running.url}/health").status_code == 200
    finally:
        running.stop()


async def echo(websocket: WebSocket):
    await websocket.accept()
    async for text in websocket.iter_text():
        await websocket.send_text(text)


@pytest.fixture
def guarded(ward):
    """A server with a token, and with a WebSocket that says everything back."""
    settings = ServerSettings(port=0, token=TOKEN)
    app = create_app(ward, settings)
    app.add_api_websocket_route("/echo", echo)
    running = RunningServer(app, settings)
    yield running
    running.stop()


def greet(server, **headers):
    """A WebSocket with further headers, without proxies of this machine between."""
    url = f"ws://127.0.0.1:{server.port}/echo"
    return connect(url, additional_headers=headers, proxy=None, max_size=None)


def test_a_websocket_without_sign_in_is_refused_with_403_before_it_opens(guarded):
    with pytest.raises(InvalidStatus) as refused, greet(guarded):
        pass
    assert refused.value.response.status_code == 403


def test_a_browser_that_signed_in_gets_its_websocket(guarded):
    answer = httpx.post(f"{guarded.url}/api/v1/session", json={"token": TOKEN})
    cookie = f"{COOKIE}={answer.cookies[COOKIE]}"
    with greet(guarded, Cookie=cookie, Origin=guarded.url) as socket:
        socket.send("hello")
        assert socket.recv(timeout=10) == "hello"
    with pytest.raises(InvalidStatus), greet(guarded, Cookie=cookie):
        pass


def test_websocket_messages_are_bounded_and_not_compressed(guarded):
    with greet(guarded, Authorization=f"Bearer {TOKEN}") as socket:
        assert "Sec-WebSocket-Extensions" not in socket.response.headers
        socket.send("a" * SOCKET_MESSAGE_MAX)
        assert len(socket.recv(timeout=10)) == SOCKET_MESSAGE_MAX
        socket.send("a" * (SOCKET_MESSAGE_MAX + 1))
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(timeout=10)
    assert closed.value.rcvd.code == 1009

import asyncio

import pytest
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from tests.server.caller import ADDRESS

from wardline.server.security import Gatekeeper, is_same_origin
from wardline.server.settings import ServerSettings

TOKEN = "canary-token-7f3a"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
OPEN_ROUTES = {"/health", "/healthz", "/readyz", "/static/status.css", "/api/v1/session"}


def routes_of(call):
    """(method, path) of every route there is, with an id where the path asks for one."""
    paths = call.app.openapi()["paths"]
    listed = [
        (method.upper(), path.replace("{patient_id}", "PT-001"))
        for path, methods in paths.items()
        for method in methods
    ]
    pages = (
        "/", "/overview", "/admissions", "/patients/PT-001", "/status", "/static/status.css",
        "/openapi.json",
    )  # fmt: skip
    return [*listed, *(("GET", page) for page in pages)]


def test_without_a_console_every_route_that_names_patients_asks_for_the_token_beyond_loopback(
    serve,
):
    call = serve(host="0.0.0.0", token=TOKEN)
    routes = routes_of(call)
    assert len(routes) > 25
    closed = {path for method, path in routes if call(method, path).status_code == 401}
    assert closed == {path for _, path in routes} - OPEN_ROUTES


def test_the_pages_of_a_built_console_need_no_token_and_nothing_else_opens_with_them(
    serve, console
):
    routes = routes_of(serve())
    call = serve(console, host="0.0.0.0", token=TOKEN)
    opened = {path for method, path in routes if call(method, path).status_code == 200}
    assert opened - OPEN_ROUTES == {"/", "/overview", "/admissions", "/patients/PT-001"}


def test_on_loopback_metrics_need_no_token(serve):
    call = serve(token=TOKEN)
    assert call.get("/metrics").status_code == 200
    assert call.get("/api/v1/patients").status_code == 401


def test_the_right_token_opens_and_the_answer_without_it_says_what_is_missing(serve):
    call = serve(token=TOKEN)
    assert call.get("/api/v1/patients", headers=BEARER).status_code == 200
    refused = call.get("/api/v1/patients")
    assert refused.headers["www-authenticate"] == "Bearer"
    assert "Authorization" in refused.json()["error"]


@pytest.mark.parametrize(
    "header", [
        "Bearer", "Bearer ", "Bearer wrong", f"Basic {TOKEN}", TOKEN, f"Bearer {TOKEN}x",
        f"Bearer {TOKEN[:-1]}", "Bearer \u00fc".encode("latin-1"),
    ],
)  # fmt: skip
def test_a_wrong_token_is_refused_and_counted(serve, header):
    call = serve(token=TOKEN)
    assert call.get("/api/v1/patients", headers={"Authorization": header}).status_code == 401
    assert "wardline_auth_failures_total 1.0" in call.get("/metrics").text


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.0.0.1:8501", "localhost:8501", "LOCALHOST", "[::1]:8501"]
)
def test_a_request_for_this_machine_by_any_of_its_names_is_answered(call, host):
    assert call.get("/health", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", [
        "evil.example", "evil.example:8501", "127.0.0.1.evil.example", "10.0.0.7", "", "[::1",
        "localhost:port", "user@localhost", "localhost/x", "localhost?x", "localhost#x",
    ],
)  # fmt: skip
def test_a_name_this_server_is_not_known_by_is_refused(call, host):
    refused = call.get("/health", headers={"Host": host})
    assert refused.status_code == 400
    assert "Host" in refused.json()["error"]


def test_further_host_names_can_be_allowed(serve):
    call = serve(allowed_hosts=("ward.example",))
    assert call.get("/health", headers={"Host": "Ward.example:80"}).status_code == 200


def test_beyond_loopback_plain_addresses_are_names_of_the_server_but_dns_names_are_not(serve):
    call = serve(host="0.0.0.0", token=TOKEN)
    assert call.get("/health", headers={"Host": "10.0.0.7:8501"}).status_code == 200
    assert call.get("/health", headers={"Host": "evil.example:8501"}).status_code == 400


def test_two_host_headers_are_refused(call):
    headers = [("Host", "localhost"), ("Host", "evil.example")]
    assert call.get("/health", headers=headers).status_code == 400


@pytest.mark.parametrize(
    "origin", [
        "http://evil.example", "null", "http://127.0.0.1:9999", "http://127.0.0.1", "file://",
        "127.0.0.1:8501", "http://127.0.0.1:8501.evil.example", "ftp://127.0.0.1:8501", "",
    ],
)  # fmt: skip
def test_a_write_from_a_foreign_page_is_refused(call, ward, origin):
    refused = call.post("/api/v1/readings", [], headers={"Origin": origin})
    assert refused.status_code == 403
    assert ward.sources == []


def test_every_unsafe_route_refuses_a_foreign_page(call):
    unsafe = [(method, path) for method, path in routes_of(call) if method != "GET"]
    foreign = {"Origin": "http://evil.example"}
    assert {
        path for m, path in unsafe if call(m, path, headers=foreign).status_code != 403
    } == set()
    assert len(unsafe) >= 6


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_write_that_the_browser_calls_foreign_is_refused(call, site):
    refused = call.post("/api/v1/readings", [], headers={"Sec-Fetch-Site": site})
    assert refused.status_code == 403


def test_our_own_page_and_programs_without_origin_may_write(call):
    own = {"Origin": ADDRESS, "Sec-Fetch-Site": "same-origin"}
    assert call.post("/api/v1/readings", [], headers=own).status_code == 200
    assert call.post("/api/v1/readings", []).status_code == 200


def test_two_origins_are_refused(call):
    headers = [("Origin", ADDRESS), ("Origin", ADDRESS)]
    assert call.post("/api/v1/readings", [], headers=headers).status_code == 403


def test_reading_is_not_hindered_by_an_origin_but_no_other_page_may_see_the_answer(call):
    answer = call.get("/api/v1/patients", headers={"Origin": "http://evil.example"})
    assert answer.status_code == 200
    assert "access-control-allow-origin" not in answer.headers
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize(
    ("origin", "host", "is_same"), [
        ("http://ward", "ward", True), ("http://ward:80", "ward", True),
        ("https://ward", "ward:443", True), ("https://WARD:8501", "ward:8501", True),
        ("http://ward:443", "ward", False), ("http://ward/path", "ward", False),
    ],
)  # fmt: skip
def test_origins_are_compared_with_default_ports_in_mind(origin, host, is_same):
    assert is_same_origin(origin, host) is is_same


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/"), ("GET", "/api/v1/patients"), ("GET", "/nowhere"), ("POST", "/api/v1/readings")],
)
def test_every_answer_carries_the_security_headers(call, method, path):
    headers = call(method, path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    parts = dict(part.split(" ", 1) for part in policy.split("; "))
    own = {name for name, sources in parts.items() if sources == "'self'"}
    assert own >= {"script-src", "style-src", "font-src", "img-src", "connect-src"}
    assert "camera=()" in headers["permissions-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"


def test_refusals_carry_the_security_headers_too(call):
    refused = call.get("/health", headers={"Host": "evil.example"})
    assert refused.headers["x-content-type-options"] == "nosniff"


def socket_answer(runner, headers, **settings):
    """What a WebSocket handshake with these headers is answered first."""

    async def greet(websocket):
        await websocket.accept()
        await websocket.close()

    inner = Starlette(routes=[WebSocketRoute("/live", greet)])
    app = Gatekeeper(inner, ServerSettings(**settings), lambda: None)
    scope = {
        "type": "websocket", "path": "/live", "query_string": b"", "root_path": "",
        "headers": [(k.encode(), v.encode()) for k, v in headers], "subprotocols": [],
    }  # fmt: skip
    sent = []
    inbox = asyncio.Queue()
    inbox.put_nowait({"type": "websocket.connect"})

    async def send(message):
        sent.append(message)

    runner.run(app(scope, inbox.get, send))
    return sent[0]


HOST = ("host", "127.0.0.1:8501")


@pytest.mark.parametrize("headers", [[HOST], [HOST, ("origin", ADDRESS)]])
def test_a_websocket_of_our_own_is_accepted(runner, headers):
    assert socket_answer(runner, headers)["type"] == "websocket.accept"


@pytest.mark.parametrize(
    "headers", [
        [HOST, ("origin", "http://evil.example")],
        [HOST, ("sec-fetch-site", "cross-site")],
        [("host", "evil.example")],
        [],
    ],
)  # fmt: skip
def test_a_foreign_websocket_is_refused_at_the_handshake(runner, headers):
    refused = socket_answer(runner, headers)
    assert refused["type"] == "websocket.close"
    assert refused["code"] == 1008


def test_a_websocket_without_the_token_is_refused(runner):
    assert socket_answer(runner, [HOST], token=TOKEN)["type"] == "websocket.close"
    bearer = ("authorization", f"bearer {TOKEN}")
    assert socket_answer(runner, [HOST, bearer], token=TOKEN)["type"] == "websocket.accept"


def test_what_is_neither_http_nor_websocket_passes(runner):
    seen = []

    async def inner(scope, receive, send):
        seen.append(scope["type"])

    runner.run(Gatekeeper(inner, ServerSettings(), lambda: None)({"type": "lifespan"}, None, None))
    assert seen == ["lifespan"]

import pytest
from tests.server.caller import ADDRESS

from wardline.server.sessions import COOKIE, SESSION_TIME_S
from wardline.server.wrong_tries import TRIES_MAX

TOKEN = "canary-token-7f3a"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
PATH = "/api/v1/session"
OWN = {"Origin": ADDRESS, "Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def call(serve):
    return serve(token=TOKEN)


def signed_in(call, **headers):
    """The headers of a browser that has signed in."""
    answer = call.post(PATH, {"token": TOKEN}, headers=OWN | headers)
    assert answer.status_code == 200
    return {"Cookie": f"{COOKIE}={answer.cookies[COOKIE]}"}


def state(call, headers=None):
    return call.get(PATH, headers=headers).json()


def test_without_a_token_nobody_has_to_sign_in(serve):
    call = serve()
    assert state(call) == {"required": False, "signed_in": True}
    answer = call.post(PATH, {"token": "anything"})
    assert answer.json() == {"required": False, "signed_in": True}
    assert "set-cookie" not in answer.headers


def test_a_browser_learns_whether_it_is_signed_in(call):
    assert state(call) == {"required": True, "signed_in": False}
    assert state(call, BEARER) == {"required": True, "signed_in": True}
    assert state(call, signed_in(call)) == {"required": True, "signed_in": True}


def test_signing_in_opens_what_the_token_opens(call):
    assert call.get("/api/v1/patients").status_code == 401
    cookie = signed_in(call)
    assert call.get("/api/v1/patients", headers=cookie).status_code == 200
    assert call.get("/status", headers=cookie).status_code == 200
    sent = call.put("/api/v1/patients/A/settings", {"actor": "K", "age": 60}, headers=cookie | OWN)
    assert sent.status_code == 200


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(call):
    header = call.post(PATH, {"token": TOKEN}, headers=OWN).headers["set-cookie"]
    value, *attributes = header.lower().split("; ")
    assert len(value) >= 43 + len(COOKIE)
    assert set(attributes) == {
        "httponly", "samesite=strict", "path=/", f"max-age={SESSION_TIME_S}"
    }  # fmt: skip


def test_over_https_the_cookie_travels_over_https_only(call):
    headers = {"Origin": "https://127.0.0.1:8501"}
    answer = call.post(PATH, {"token": TOKEN}, headers=headers)
    assert "; Secure" in answer.headers["set-cookie"]


def test_the_answer_never_holds_the_token_and_is_not_kept(call):
    answer = call.post(PATH, {"token": TOKEN}, headers=OWN)
    assert answer.json() == {"required": True, "signed_in": True}
    assert TOKEN not in answer.text + str(answer.headers)
    assert answer.headers["cache-control"] == "no-store"


def test_a_wrong_token_opens_nothing(call):
    answer = call.post(PATH, {"token": TOKEN + "x"}, headers=OWN)
    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers
    assert "wardline_auth_failures_total 1.0" in call.get("/metrics").text


@pytest.mark.parametrize(
    "entry", [{}, {"token": 7}, {"token": None}, {"token": "x" * 5000}, [], {"token": "x", "y": 1}]
)
def test_a_wrong_form_is_refused_without_repeating_what_was_typed(call, entry):
    answer = call.post(PATH, entry, headers=OWN)
    assert answer.status_code == 422
    assert "xxx" not in answer.text


def test_any_text_may_be_tried_as_a_token(call):
    answer = call("POST", PATH, content=b'{"token": "\\ud800\\u00fc"}', headers=OWN | {
        "Content-Type": "application/json"
    })  # fmt: skip
    assert answer.status_code in {401, 422}


def test_guessing_gets_slow_even_for_the_right_token_but_bearers_go_on(call):
    for _ in range(TRIES_MAX):
        assert call.post(PATH, {"token": "guess"}, headers=OWN).status_code == 401
    refused = call.post(PATH, {"token": TOKEN}, headers=OWN)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["retry-after"]) <= 60
    assert call.get("/api/v1/patients", headers=BEARER).status_code == 200


def test_right_tokens_do_not_count_as_guesses(call):
    for _ in range(TRIES_MAX + 2):
        signed_in(call)


def test_signing_out_ends_the_session_for_whoever_has_the_cookie(call):
    cookie = signed_in(call)
    answer = call("DELETE", PATH, headers=cookie | OWN)
    assert answer.json() == {"required": True, "signed_in": False}
    assert f"{COOKIE}=" in answer.headers["set-cookie"]
    assert "max-age=0" in answer.headers["set-cookie"].lower()
    assert call.get("/api/v1/patients", headers=cookie).status_code == 401
    assert call("DELETE", PATH, headers=OWN).status_code == 200


def test_signing_in_again_ends_the_session_before(call):
    first = signed_in(call)
    second = signed_in(call, **first)
    assert call.get("/api/v1/patients", headers=first).status_code == 401
    assert call.get("/api/v1/patients", headers=second).status_code == 200


@pytest.mark.parametrize("path", [PATH, "/api/v1/readings"])
@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_another_page_can_neither_sign_in_nor_out_nor_write(call, method, path):
    cookie = signed_in(call)
    foreign = {"Origin": "http://127.0.0.1:9999"}
    assert call(method, path, json={}, headers=cookie | foreign).status_code == 403
    assert state(call, cookie)["signed_in"]


def test_with_the_cookie_a_write_must_say_which_page_it_comes_from(call):
    cookie = signed_in(call)
    refused = call.post("/api/v1/readings", [], headers=cookie)
    assert refused.status_code == 403
    assert "Origin" in refused.json()["error"]
    assert call.post("/api/v1/readings", [], headers=cookie | OWN).status_code == 200
    assert call.post("/api/v1/readings", [], headers=cookie | BEARER).status_code == 200


def first_answer(call, headers):
    """What a WebSocket handshake is answered first."""
    sent = []

    async def receive():
        return {"type": "websocket.connect"}

    async def send(message):
        sent.append(message)

    scope = {
        "type": "websocket", "path": "/nothing", "query_string": b"", "root_path": "",
        "headers": [(k.lower().encode(), v.encode()) for k, v in headers.items()],
        "subprotocols": [], "scheme": "ws",
    }  # fmt: skip
    call.run(call.app(scope, receive, send))
    return sent[0]


def test_a_websocket_opens_with_the_cookie_only_from_our_own_page(call):
    host = {"Host": "127.0.0.1:8501"}
    cookie = signed_in(call)
    assert "token" in first_answer(call, host)["reason"]
    assert "Origin" in first_answer(call, host | cookie)["reason"]
    assert "Origin" in first_answer(call, host | cookie | {"Origin": "http://x"})["reason"]
    let_in = first_answer(call, host | cookie | {"Origin": ADDRESS})
    assert let_in["code"] == 1000  # of the router: nothing is served at this address

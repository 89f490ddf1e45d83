import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers

from wardline.server.sessions import (
    COOKIE,
    COOKIES_MAX,
    SESSION_TIME_S,
    SESSIONS_MAX,
    Sessions,
)
from wardline.server.wrong_tries import ADDRESSES_MAX, TRIES_MAX, TRIES_TIME_S, WrongTries


class Watch:
    """A clock that a test moves."""

    def __init__(self):
        self.now_s = 0.0

    def __call__(self):
        return self.now_s


@pytest.fixture
def watch():
    return Watch()


@pytest.fixture
def sessions(watch):
    return Sessions(watch)


def with_cookie(text):
    return Headers({"cookie": text})


def test_a_session_is_found_by_its_cookie_among_others(sessions):
    session_id = sessions.open()
    key = sessions.of(with_cookie(f"a=b; {COOKIE}={session_id};c"))
    assert key is not None
    assert sessions.is_open(key)


@pytest.mark.parametrize(
    "text", ["", ";", COOKIE, f"{COOKIE}=", f"{COOKIE}=x", f"x{COOKIE}=y", "="]
)
def test_no_other_cookie_opens(sessions, text):
    sessions.open()
    assert sessions.of(with_cookie(text)) is None


@given(st.lists(st.binary(max_size=60), max_size=4))
def test_no_bytes_in_a_cookie_open_or_fail(texts):
    sessions = Sessions()
    sessions.open()
    headers = Headers(raw=[(b"cookie", COOKIE.encode() + b"=" + text) for text in texts])
    assert sessions.of(headers) is None


def test_the_id_is_long_new_each_time_and_not_kept(sessions):
    ids = {sessions.open() for _ in range(20)}
    assert len(ids) == 20
    assert min(map(len, ids)) >= 43
    assert not any(session_id in str(vars(sessions)) for session_id in ids)


def test_a_key_is_not_an_id(sessions):
    key = sessions.of(with_cookie(f"{COOKIE}={sessions.open()}"))
    assert sessions.of(with_cookie(f"{COOKIE}={key}")) is None


def test_a_cookie_set_by_another_page_does_not_hide_ours(sessions):
    session_id = sessions.open()
    assert sessions.of(with_cookie(f"{COOKIE}=foreign; {COOKIE}={session_id}")) is not None


def test_only_so_many_cookies_of_one_request_are_looked_at(sessions):
    session_id = sessions.open()
    foreign = f"{COOKIE}=foreign; " * COOKIES_MAX
    assert sessions.of(with_cookie(f"{foreign}{COOKIE}={session_id}")) is None


def test_a_session_can_be_ended_twice(sessions):
    key = sessions.of(with_cookie(f"{COOKIE}={sessions.open()}"))
    sessions.end(key)
    sessions.end(key)
    assert not sessions.is_open(key)


def test_a_session_ends_after_a_shift_and_not_before(sessions, watch):
    cookie = with_cookie(f"{COOKIE}={sessions.open()}")
    key = sessions.of(cookie)
    watch.now_s = SESSION_TIME_S - 1
    assert sessions.of(cookie) == key
    watch.now_s = SESSION_TIME_S
    assert sessions.of(cookie) is None
    assert not sessions.is_open(key)


def test_beyond_the_most_sessions_the_oldest_ends(sessions):
    first = with_cookie(f"{COOKIE}={sessions.open()}")
    second = with_cookie(f"{COOKIE}={sessions.open()}")
    for _ in range(SESSIONS_MAX - 1):
        sessions.open()
    assert sessions.of(first) is None
    assert sessions.of(second) is not None


def test_after_too_many_wrong_tries_an_address_waits_and_others_do_not(watch):
    tries = WrongTries(watch)
    for number in range(TRIES_MAX):
        assert tries.wait_s("10.0.0.1") == 0
        watch.now_s = float(number)
        tries.note("10.0.0.1")
    assert tries.wait_s("10.0.0.1") == TRIES_TIME_S - TRIES_MAX + 1
    assert tries.wait_s("10.0.0.2") == 0
    watch.now_s = TRIES_TIME_S - 0.5
    assert tries.wait_s("10.0.0.1") == 1
    watch.now_s = TRIES_TIME_S
    assert tries.wait_s("10.0.0.1") == 0


@pytest.mark.parametrize("other", ["2001:db8::2", "2001:db8:0:0:ffff::1"])
def test_all_addresses_of_one_ipv6_network_are_one_caller(watch, other):
    tries = WrongTries(watch)
    for _ in range(TRIES_MAX):
        tries.note("2001:db8::1")
    assert tries.wait_s(other) == TRIES_TIME_S
    assert tries.wait_s("2001:db8:0:1::1") == 0


@pytest.mark.parametrize("address", ["", "no address", "fe80::1%eth0", "::1"])
def test_any_text_can_be_an_address(watch, address):
    tries = WrongTries(watch)
    tries.note(address)
    assert tries.wait_s(address) == 0


def test_only_so_many_addresses_are_remembered(watch):
    tries = WrongTries(watch)
    for _ in range(TRIES_MAX):
        tries.note("first")
    for number in range(ADDRESSES_MAX):
        tries.note(f"other {number}")
    assert tries.wait_s("first") == 0
    assert len(tries._tries_s) == ADDRESSES_MAX

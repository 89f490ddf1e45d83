"""Readings sent to a running Wardline: a real one, and one that is busy or says strange things."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Run

from wardline.assembly import start_server
from wardline.cli.failures import CommandError
from wardline.cli.redating import AHEAD_MAX_MS, played_ms
from wardline.cli.sending import Sender
from wardline.pipeline.clock import WallClock
from wardline.pipeline.host import EngineHost
from wardline.pipeline.ports import Query
from wardline.server.run import RunningServer
from wardline.server.settings import ServerSettings
from wardline.stores.relational.store import RelationalStore


@pytest.fixture
def host() -> Iterator[EngineHost]:
    host = EngineHost(RelationalStore("sqlite://"))
    host.start()
    yield host
    host.stop()
    host.store.close()


@pytest.fixture
def server(host: EngineHost) -> Iterator[RunningServer]:
    server = start_server(host, ServerSettings(port=0))
    yield server
    server.stop()


def stored(host: EngineHost) -> list[tuple[Any, ...]]:
    return [row for rows in host.store.rows(Query("readings")) for row in rows]


def test_a_recording_sent_to_a_wardline_starts_now_and_keeps_its_intervals(
    run: Run, recording: Path, host: EngineHost, server: RunningServer
):
    before = WallClock().now_ms()
    done = run("replay", recording, "--into", server.url, "--speed", "max", "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout.splitlines()[-1])
    # The value that was implausible is not sent, so the conflict is the only refusal there.
    assert (told["readings"], told["accepted"], told["rejected"]) == (5, 3, 2)
    assert told["rejected_values"] == 1
    assert told["findings_sha256"] is None
    times = [row[1] for row in stored(host) if row[0] == "p"]
    assert times[1] - times[0] == 1_000
    assert before <= times[0] <= WallClock().now_ms()


def test_simulated_messages_arrive(run: Run, host: EngineHost, server: RunningServer):
    start = str(WallClock().now_ms() - 20_000)
    done = run("simulate", "--to", server.url, "--patients", "2", "--duration", "10s",
               "--start", start, "--json")  # fmt: skip
    assert json.loads(done.stdout.splitlines()[-1])["messages"] == 20
    assert len(stored(host)) == 20


def test_however_fast_a_recording_is_sent_it_stays_within_what_is_accepted():
    assert played_ms(0, None) == AHEAD_MAX_MS < 300_000
    assert played_ms(1_000, 60.0) == 60_000
    assert played_ms(3_600_000, 60.0) == 3_600_000 + AHEAD_MAX_MS
    assert played_ms(1_000, 1.0) == 1_000


class Scripted:
    """Answers from a list, and remembers what it was asked."""

    def __init__(self, answers: list[tuple[int, str]]):
        script = self
        self.asked: list[Any] = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                script.asked.append((json.loads(body), self.headers.get("Authorization")))
                status, text = answers.pop(0)
                self.send_response(status)
                self.send_header("Retry-After", "7")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_: Any) -> None:
                """Silence."""

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


TAKEN = json.dumps({"accepted": 1, "duplicates": 0, "rejected": []})


def sent(answers: list[tuple[int, str]], waits: list[float]) -> Scripted:
    """What a wardline that gives these answers is sent when one reading is."""
    other = Scripted(answers)
    sender = Sender(other.url, "secret", waits.append)
    try:
        sender.send([{"patient_id": "p"}])
    finally:
        sender.close()
        other.close()
    return other


def test_a_busy_wardline_is_asked_again_when_it_says_so():
    waits: list[float] = []
    other = sent([(503, "busy"), (503, "busy"), (200, TAKEN)], waits)
    assert [asked for asked, _ in other.asked] == [[{"patient_id": "p"}]] * 3
    assert waits == [7.0, 7.0]


def test_the_token_is_sent_in_a_header():
    assert sent([(200, TAKEN)], []).asked[0][1] == "Bearer secret"


@pytest.mark.parametrize(
    ("answer", "line"),
    [
        ((401, '{"error":"token"}'), "answered 401"),
        ((200, "<html>"), "does not answer like a Wardline"),
        ((500, "oh"), "answered 500"),
    ],
)
def test_other_answers_end_it_with_a_clear_line(answer: tuple[int, str], line: str):
    with pytest.raises(CommandError, match=line):
        sent([answer], [])


def test_who_was_never_reached_is_given_up_soon():
    waits: list[float] = []
    with pytest.raises(CommandError, match="could not be reached"):
        Sender("http://127.0.0.1:9", None, waits.append).send([{}])
    assert len(waits) <= 3


def test_simulated_admissions_arrive(run: Run, host: EngineHost, server: RunningServer):
    start = str(WallClock().now_ms() - 60_000)
    sent = ("simulate", "--to", server.url, "--profile", "admissions", "--count", "20",
            "--start", start, "--json")  # fmt: skip
    for _ in range(2):
        done = run(*sent)
        assert json.loads(done.stdout.splitlines()[-1])["messages"] == 20
    store = host.store
    assert isinstance(store, RelationalStore)
    assert store.admission_summary().admissions == 20
    admitted = [a for a in store.admission_page().admissions if not a.is_discharged]
    in_bed = {patient.admission_id for patient in store.patients() if patient.bed}
    assert in_bed == {admission.admission_id for admission in admitted}

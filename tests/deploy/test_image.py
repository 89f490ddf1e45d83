"""The image: what it is made of, and how it says that it is well."""

import re
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from tests.deploy.manifests import COMPOSE, DEPLOY, DOCKERFILE, ROOT

LOCK = DEPLOY / "requirements.lock"
HEALTHY = DEPLOY / "healthy.py"
EXTRAS = ("kafka", "postgresql")
"""What the set needs besides Wardline's own dependencies."""


def stages() -> list[str]:
    """The Dockerfile without comments, cut at every FROM, lines joined."""
    lines = [line for line in DOCKERFILE.read_text().splitlines() if not line.startswith("#")]
    text = re.sub(r"\\\n\s*", "", "\n".join(lines))
    return re.split(r"(?=^FROM )", text, flags=re.MULTILINE)[1:]


def test_both_stages_start_from_the_same_tagged_python():
    bases = [re.match(r"FROM (\S+)", stage) for stage in stages()]
    assert [base and base[1] for base in bases] == ["python:3.12-slim"] * 2


def test_what_runs_has_no_compiler_and_is_not_root():
    final = stages()[-1]
    assert not re.search(r"apt|apk|gcc|build-essential|pip ", final)
    assert re.findall(r"^USER (\S+)", final, re.MULTILINE) == ["10001:10001"]
    assert final.index("USER") < final.index("ENTRYPOINT")


def test_everything_copied_is_there_and_not_ignored():
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text().split()
    copies = re.findall(r"^COPY (?!--from)(.+) \S+$", "".join(stages()), re.MULTILINE)
    names = [name for line in copies for name in line.split()]
    assert len(names) > 5
    assert [name for name in names if not (ROOT / name).exists()] == []
    assert [name for name in names if f"!{name}" not in ignored] == []


def test_no_secret_reaches_git_or_the_builder():
    secrets = re.findall(r"file: (deploy/secrets/\S+?)\}", COMPOSE.read_text())
    assert len(secrets) == 2
    asked = subprocess.run(
        ["git", "check-ignore", "--no-index", *secrets],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert asked.stdout.split() == secrets
    allowed = [
        line for line in (DEPLOY / "Dockerfile.dockerignore").read_text().split() if line[0] == "!"
    ]
    assert not any(f"!{secret}".startswith(line) for secret in secrets for line in allowed)


def pins(text: str) -> set[tuple[str, str]]:
    """(requirement, version); NumPy has one for each Python."""
    return set(re.findall(r"^([\w-]+)==(\S+)", text, re.MULTILINE))


def names(found: set[tuple[str, str]]) -> set[str]:
    return {name for name, _ in found}


def test_the_image_installs_what_wardline_and_its_drivers_need():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = list(project["dependencies"])
    for extra in EXTRAS:
        asked += project["optional-dependencies"][extra]
    wanted = {re.split(r"[^\w.-]", name)[0] for name in asked}
    assert wanted | {"psycopg-binary"} <= names(pins(LOCK.read_text()))


def test_the_image_installs_the_versions_that_the_tests_run_with():
    ours, tested = pins(LOCK.read_text()), pins((ROOT / "requirements-test.lock").read_text())
    both = names(ours) & names(tested)
    assert "psycopg" in both
    assert {pin for pin in ours if pin[0] in both} <= tested


def test_the_lock_of_the_image_pins_by_hash_and_names_no_index():
    text = LOCK.read_text()
    entries = [e for e in re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE) if "==" in e]
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []
    assert not re.search(r"https?://|--index|--find-links|--extra-index", text)


@contextmanager
def answering(status: int) -> Iterator[int]:
    """A server on loopback that answers everything alike; gives its port."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/healthz" else 404)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
            pass

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


def health(port: int) -> int:
    command = [sys.executable, str(HEALTHY), str(port)]
    elsewhere = {"http_proxy": "http://127.0.0.1:1", "HTTP_PROXY": "http://127.0.0.1:1"}
    return subprocess.run(command, env=elsewhere, check=False, timeout=30).returncode


@pytest.mark.parametrize(("status", "exit_status"), [(200, 0), (503, 1), (404, 1)])
def test_a_container_is_healthy_when_it_answers_so_whatever_the_proxy(
    status: int, exit_status: int
):
    with answering(status) as port:
        assert health(port) == exit_status


def test_a_container_where_nothing_listens_is_not_healthy():
    with answering(200) as port:
        pass
    assert health(port) == 1

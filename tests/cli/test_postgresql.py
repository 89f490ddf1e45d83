"""Commands on a store in PostgreSQL, and how its password comes and does not come."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.conftest import Run
from tests.postgresql import GUARDED, Server, execute, url_of

from wardline.assembly import open_store

PASSWORD = "not-0-be%shown"


@pytest.fixture
def url(postgresql: Server, tmp_path: Path) -> str:
    return url_of(tmp_path)


@pytest.fixture
def guarded(postgresql: Server) -> Iterator[str]:
    """A database of a user who must give a password, and who owns nothing else."""
    execute(postgresql.url, f"CREATE ROLE {GUARDED} LOGIN PASSWORD '{PASSWORD}'")
    execute(postgresql.url, f"CREATE DATABASE {GUARDED} OWNER {GUARDED}")
    yield f"postgresql://{GUARDED}@127.0.0.1:{postgresql.port}/{GUARDED}"
    execute(postgresql.url, f"DROP DATABASE {GUARDED} WITH (FORCE)")
    execute(postgresql.url, f"DROP ROLE {GUARDED}")


def answer(done) -> dict:
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_a_replay_finds_the_same_as_in_sqlite_and_again_nothing_new(
    run: Run, recording: Path, url: str, store: str
):
    told = [answer(run("replay", recording, "--store", to, "--json")) for to in (store, url, url)]
    assert told[0]["findings_sha256"] == told[1]["findings_sha256"] == told[2]["findings_sha256"]
    assert [one["accepted"] for one in told] == [3, 3, 0]
    exports = [run("export", "readings", "--store", of).stdout for of in (store, url)]
    assert exports[0] == exports[1]


def test_refused_records_are_sent_again(run: Run, recording: Path, url: str):
    run("replay", recording, "--store", url)
    told = answer(run("dead-letters", "redrive", "--store", url, "--json"))
    assert told["letters"] > 0


def test_a_store_that_somebody_writes_to_can_be_read_and_takes_no_replay(
    run: Run, recording: Path, url: str
):
    writing = open_store(url, writes=True)
    refused = run("replay", recording, "--store", url)
    exported = run("export", "readings", "--store", url)
    writing.close()
    assert refused.exit_code == 1
    assert "another Wardline is writing" in refused.stderr
    assert exported.exit_code == 0


def test_reading_does_not_make_a_store(run: Run, url: str):
    done = run("export", "readings", "--store", url)
    assert (done.exit_code, "there is no store at" in done.stderr) == (1, True)
    schema = url.rpartition("%3D")[2]
    tables = "SELECT count(*) FROM pg_tables WHERE schemaname = %s"
    assert execute(url, tables, schema) == [(0,)]


def test_a_doctor_looks_at_it(run: Run, recording: Path, url: str):
    run("replay", recording, "--store", url)
    checks = answer(run("doctor", "--store", url, "--json"))["checks"]
    found = {check["name"]: check["finding"] for check in checks}
    assert found["store"].endswith("holds 3 readings")
    assert found["PostgreSQL (psycopg)"] == "there"


def test_the_password_comes_from_a_file_or_from_the_environment(
    run: Run, recording: Path, guarded: str, monkeypatch: pytest.MonkeyPatch
):
    secret = recording.with_name("password")
    secret.write_text(f"{PASSWORD}\n")
    monkeypatch.setenv("WARDLINE_STORE_PASSWORD_FILE", str(secret))
    assert answer(run("replay", recording, "--store", guarded, "--json"))["accepted"] == 3
    monkeypatch.delenv("WARDLINE_STORE_PASSWORD_FILE")
    monkeypatch.setenv("WARDLINE_STORE_PASSWORD", PASSWORD)
    assert run("export", "readings", "--store", guarded).exit_code == 0
    monkeypatch.delenv("WARDLINE_STORE_PASSWORD")
    passfile = recording.with_name("pgpass")
    passfile.write_text(f"*:*:*:*:{PASSWORD.replace(':', chr(92) + ':')}\n")
    passfile.chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(passfile))
    assert run("export", "readings", "--store", guarded).exit_code == 0


def test_somebody_who_may_only_look_can_export_and_nothing_else(
    run: Run,
    recording: Path,
    url: str,
    postgresql: Server,
    guarded: str,
    monkeypatch: pytest.MonkeyPatch,
):
    run("replay", recording, "--store", url)
    schema = url.rpartition("%3D")[2]
    execute(url, f"GRANT USAGE ON SCHEMA {schema} TO {GUARDED}")
    execute(url, f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {GUARDED}")
    monkeypatch.setenv("WARDLINE_STORE_PASSWORD", PASSWORD)
    looking = url.replace("wardline@", f"{GUARDED}@")
    export = run("export", "readings", "--store", looking)
    assert export.stdout == run("export", "readings", "--store", url).stdout
    refused = run("replay", recording.with_name("ward.csv"), "--store", looking)
    execute(url, f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {GUARDED}")
    execute(url, f"REVOKE ALL ON SCHEMA {schema} FROM {GUARDED}")
    assert refused.exit_code == 1
    assert "permission denied" in refused.stderr.splitlines()[-1]


def test_a_password_file_that_is_not_there_is_one_clear_line(
    run: Run, url: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("WARDLINE_STORE_PASSWORD_FILE", "nowhere")
    done = run("export", "readings", "--store", url)
    assert done.exit_code == 1
    assert "WARDLINE_STORE_PASSWORD_FILE: nowhere cannot be read" in done.stderr


def test_a_wrong_password_is_one_line_that_does_not_show_it(
    run: Run, guarded: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("WARDLINE_STORE_PASSWORD", "wrong-secret")
    done = run("export", "readings", "--store", guarded)
    assert done.exit_code == 1
    assert "password authentication failed" in done.stderr
    assert "wrong-secret" not in done.output
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("url", "line"),
    [
        ("postgresql://me:hidden@h/d", "WARDLINE_STORE_PASSWORD_FILE"),
        ("postgresql://h/d?password=hidden", "WARDLINE_STORE_PASSWORD_FILE"),
        ("postgresql://h/d?sslpassword=hidden", "WARDLINE_STORE_PASSWORD_FILE"),
        ("postgresql://me@h", "names no database"),
        ("postgresql://h:port/d", "cannot be read"),
        ("postgresql://127.0.0.1:1/d", "Connection refused"),
        ("postgresql://127.0.0.1:1/d?sslmode=nonsense", "sslmode"),
        ("postgresql://127.0.0.1:1/d?nonsense=1", "nonsense"),
        ("postgres://me:hidden@h/d", "postgres://me:***@h/d is no store"),
    ],
)
def test_a_url_that_cannot_be_used_is_one_clear_line(run: Run, url: str, line: str):
    done = run("export", "readings", "--store", url)
    assert done.exit_code == 1
    assert line in done.stderr
    assert "hidden" not in done.output
    assert len(done.stderr.splitlines()) == 1


def test_what_the_url_says_about_encryption_reaches_the_driver(run: Run, url: str):
    done = run("export", "readings", "--store", f"{url}&sslmode=require")
    assert (done.exit_code, "does not support SSL" in done.stderr) == (1, True)


def test_without_the_driver_one_line_says_how_to_get_it(run: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delitem(
        sys.modules, "wardline.stores.relational.databases.postgresql", raising=False
    )
    monkeypatch.setitem(sys.modules, "psycopg", None)
    done = run("export", "readings", "--store", "postgresql://h/d")
    assert done.exit_code == 1
    assert "pip install 'wardline[postgresql]'" in done.stderr


def test_a_backup_is_the_databases_own_business(run: Run, url: str):
    done = run("backup", "--store", url, "--out", "ward.db")
    assert (done.exit_code, "pg_dump" in done.stderr) == (1, True)

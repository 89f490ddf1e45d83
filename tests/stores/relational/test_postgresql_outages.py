"""A PostgreSQL that stops, ends sessions, hangs or is full: nothing lost, nothing twice."""

import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress

import psycopg
import pytest
from tests.contracts.building import Ward
from tests.postgresql import Server, end_sessions, execute
from tests.stores.relational.numbered import assert_holds, numbered

from wardline.pipeline.ports import Commit, StoreUnavailableError
from wardline.stores.relational.databases.patience import PatientSession
from wardline.stores.relational.store import RelationalStore

WRITER, READER = "wardline writer", "wardline reader"
LOOKS_MAX = 2_000


class Committing(threading.Thread):
    """Commits one after the other and repeats what was refused, as a gateway behind it would."""

    def __init__(self, store: RelationalStore, ward: Ward):
        super().__init__(daemon=True)
        self.done = 0
        self.refused = 0
        self.went_on = threading.Semaphore(0)
        self.is_over = threading.Event()
        self.problem: BaseException | None = None
        self._store, self._ward = store, ward

    def run(self) -> None:
        try:
            while not self.is_over.is_set():
                self._once(numbered(self._ward, self.done))
        except BaseException as problem:
            self.problem = problem
            raise

    def _once(self, commit: Commit) -> None:
        try:
            self._store.commit(commit)
        except StoreUnavailableError:
            self.refused += 1
            self.is_over.wait(0.02)
            return
        self.done += 1
        self.went_on.release()

    def wait_for(self, commits: int) -> None:
        for _ in range(commits):
            assert self.went_on.acquire(timeout=60), self.problem

    def end(self) -> None:
        self.is_over.set()
        self.join(60)
        assert self.problem is None


@pytest.fixture
def committing(in_postgresql: RelationalStore, ward: Ward) -> Iterator[Committing]:
    thread = Committing(in_postgresql, ward)
    yield thread
    thread.end()


def test_sessions_ended_between_commits_are_not_even_noticed(
    in_postgresql: RelationalStore, url: str, ward: Ward
):
    for number in range(3):
        in_postgresql.commit(numbered(ward, number))
        assert end_sessions(url, WRITER) >= 1
        assert in_postgresql.position("feed") == number
        assert end_sessions(url, READER) >= 1
    assert_holds(in_postgresql, 3)


def test_sessions_ended_at_any_moment_lose_nothing_and_double_nothing(
    in_postgresql: RelationalStore, url: str, committing: Committing
):
    committing.start()
    for _ in range(12):
        committing.wait_for(2)
        end_sessions(url, WRITER)
    committing.wait_for(1)
    committing.end()
    assert_holds(in_postgresql, committing.done)


@pytest.mark.slow
@pytest.mark.parametrize("end", [Server.kill, Server.stop])
def test_a_server_that_dies_under_load_and_comes_back_has_everything_once(
    postgresql: Server,
    in_postgresql: RelationalStore,
    committing: Committing,
    end: Callable[[Server], None],
):
    committing.start()
    for _ in range(3):
        committing.wait_for(5)
        end(postgresql)
        postgresql.start()
    committing.wait_for(3)
    committing.end()
    assert committing.refused > 0
    assert_holds(in_postgresql, committing.done)


def test_a_stopped_server_is_an_unavailable_store_until_it_is_back(
    postgresql: Server, in_postgresql: RelationalStore, url: str, ward: Ward
):
    in_postgresql.commit(numbered(ward, 0))
    postgresql.stop()
    try:
        with pytest.raises(StoreUnavailableError, match="refused"):
            in_postgresql.commit(numbered(ward, 1))
        with pytest.raises(StoreUnavailableError, match="refused"):
            in_postgresql.patients()
        with pytest.raises(StoreUnavailableError, match="refused"):
            RelationalStore(url)
    finally:
        postgresql.start()
    assert in_postgresql.commit(numbered(ward, 1)) == 2
    assert_holds(in_postgresql, 2)


def test_a_session_ended_in_the_middle_of_a_commit_leaves_nothing_of_it(
    in_postgresql: RelationalStore, url: str, ward: Ward
):
    in_postgresql.commit(numbered(ward, 0))
    with committing_blocked(in_postgresql, numbered(ward, 1), url) as failure:
        assert end_sessions(url, WRITER) >= 1
    assert "terminat" in str(failure.problem)
    assert_holds(in_postgresql, 1)
    assert in_postgresql.commit(numbered(ward, 1)) == 2
    assert_holds(in_postgresql, 2)


def test_a_server_frozen_in_the_middle_of_a_commit_is_given_up(
    postgresql: Server, url: str, ward: Ward, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(PatientSession, "answer_max_s", property(lambda _: 0.5, lambda *_: None))
    store = RelationalStore(url)
    store.commit(numbered(ward, 0))
    with committing_blocked(store, numbered(ward, 1), url) as failure:
        postgresql.freeze()
        failure.came.wait(30)
        with pytest.raises(StoreUnavailableError, match="timeout expired"):
            store.position("feed")
        postgresql.thaw()
    assert "does not answer" in str(failure.problem)
    assert_holds(store, 1)
    assert store.commit(numbered(ward, 1)) == 2
    assert_holds(store, 2)
    store.close()


class Failure:
    """What a commit in another thread ended with."""

    def __init__(self) -> None:
        self.came = threading.Event()
        self.problem: StoreUnavailableError | None = None


@contextmanager
def committing_blocked(store: RelationalStore, commit: Commit, url: str) -> Generator[Failure]:
    """While a commit hangs in its middle; afterwards one knows how it ended."""
    failure = Failure()

    def run() -> None:
        try:
            store.commit(commit)
        except StoreUnavailableError as problem:
            failure.problem = problem
            failure.came.set()

    thread = threading.Thread(target=run)
    with psycopg.connect(url) as other:
        other.execute("LOCK TABLE scores IN SHARE MODE")
        thread.start()
        wait_until_blocked(url)
        yield failure
        thread.join()


def wait_until_blocked(url: str) -> None:
    blocked = (
        "SELECT 1 FROM pg_stat_activity WHERE application_name = %s AND wait_event_type = 'Lock'"
    )
    for _ in range(LOOKS_MAX):
        if execute(url, blocked, WRITER):
            return
    pytest.fail("the commit was never blocked")


def test_a_lock_held_too_long_is_an_unavailable_store(
    in_postgresql: RelationalStore, url: str, ward: Ward
):
    with psycopg.connect(url) as other:
        other.execute("LOCK TABLE positions IN SHARE MODE")
        with pytest.raises(StoreUnavailableError, match="lock timeout"):
            in_postgresql.commit(numbered(ward, 0))
    assert_holds(in_postgresql, 0)
    assert in_postgresql.commit(numbered(ward, 0)) == 1


FAILURE = """
    CREATE OR REPLACE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'told to' USING ERRCODE = '{}'; END $$
"""
TRIGGER = "CREATE TRIGGER failing BEFORE INSERT ON positions EXECUTE FUNCTION fail()"
PASSING = ("53100", "53200", "53300", "57014", "57P01", "58030", "40001", "40P01", "25006",
           "42501", "XX001")  # fmt: skip
MISTAKES = ("22012", "23514", "42P01", "XX000", "54000")


@pytest.mark.parametrize("code", PASSING)
def test_full_disks_and_their_like_refuse_the_whole_commit_and_heal_by_themselves(
    in_postgresql: RelationalStore, url: str, ward: Ward, code: str
):
    in_postgresql.commit(numbered(ward, 0))
    execute(url, FAILURE.format(code))
    execute(url, TRIGGER)
    with pytest.raises(StoreUnavailableError, match="told to"):
        in_postgresql.commit(numbered(ward, 1))
    assert_holds(in_postgresql, 1)
    execute(url, "DROP TRIGGER failing ON positions")
    assert in_postgresql.commit(numbered(ward, 1)) == 2
    assert_holds(in_postgresql, 2)


@pytest.mark.parametrize("code", MISTAKES)
def test_mistakes_are_not_passed_off_as_an_unavailable_store(
    in_postgresql: RelationalStore, url: str, ward: Ward, code: str
):
    execute(url, FAILURE.format(code))
    execute(url, TRIGGER)
    with pytest.raises(Exception, match="told to") as failure:
        in_postgresql.commit(numbered(ward, 0))
    assert not isinstance(failure.value, StoreUnavailableError)
    execute(url, "DROP TRIGGER failing ON positions")
    assert in_postgresql.commit(numbered(ward, 0)) == 1


def test_too_many_sessions_are_an_unavailable_store(
    in_postgresql: RelationalStore, url: str, ward: Ward
):
    in_postgresql.commit(numbered(ward, 0))
    taken: list[psycopg.Connection] = []
    with suppress(psycopg.OperationalError):
        while True:
            taken.append(psycopg.connect(url))
    with pytest.raises(StoreUnavailableError, match="too many"):
        RelationalStore(url)
    assert in_postgresql.commit(numbered(ward, 1)) == 2
    for connection in taken:
        connection.close()
    RelationalStore(url).close()


WAITING = """
    CREATE FUNCTION wait_there() RETURNS trigger LANGUAGE plpgsql SET lock_timeout = 0 AS
    $$ BEGIN PERFORM pg_advisory_xact_lock(4711); RETURN NULL; END $$
"""
WAITING_AT_COMMIT = """
    CREATE CONSTRAINT TRIGGER waiting AFTER INSERT OR UPDATE ON positions
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wait_there()
"""


def test_nobody_reads_until_the_fate_of_a_commit_without_an_answer_is_decided(
    url: str, ward: Ward, monkeypatch: pytest.MonkeyPatch
):
    store = RelationalStore(url)
    store.commit(numbered(ward, 0))
    execute(url, WAITING)
    execute(url, WAITING_AT_COMMIT)
    monkeypatch.setattr(PatientSession, "answer_max_s", property(lambda _: 0.5, lambda *_: None))
    end_sessions(url, WRITER)
    with psycopg.connect(url) as other:
        other.execute("SELECT pg_advisory_lock(4711)")
        with pytest.raises(StoreUnavailableError, match="does not answer"):
            store.commit(numbered(ward, 1))
        with pytest.raises(StoreUnavailableError):
            store.position("feed")
    # It happens now, though nobody was told; whoever reads sees it.
    assert first_answer(store) == 1
    store.commit(numbered(ward, 1))
    assert_holds(store, 2)
    store.close()


def first_answer(store: RelationalStore) -> int | None:
    for _ in range(LOOKS_MAX):
        with suppress(StoreUnavailableError):
            return store.position("feed")
    return None

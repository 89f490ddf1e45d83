"""What all tests share: recordings, the profiles of Hypothesis, and a list of what did not run."""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from tests import kafka as kafka_brokers
from tests.postgresql import MISSING, URL, Server, binaries

from wardline.config import prepare_machine_code_cache

ROOT = Path(__file__).resolve().parent.parent
DATA_FOLDER = Path(os.environ.get("WARDLINE_DATA") or ROOT.parent / "shared" / "data").resolve()
LOCATION_COUNT_MAX = 5
"""A reason that stops more tests than this is followed by a count instead of further places."""

# Numba itself would keep using machine code of functions whose callees have changed.
prepare_machine_code_cache()

# One search path for everybody: the same commit gives the same examples, on fast and slow machines.
hypothesis.settings.register_profile(
    "ci", derandomize=True, deadline=None, database=None, print_blob=True
)
# For hunting: WARDLINE_HYPOTHESIS=search looks at other and at more examples in every run.
hypothesis.settings.register_profile("search", max_examples=2_000, deadline=None)
hypothesis.settings.load_profile(os.environ.get("WARDLINE_HYPOTHESIS", "ci"))


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A server of its own, which tests may stop as long as they start it again."""
    programs = binaries()
    if programs is None:
        pytest.skip(MISSING)
    server = Server(programs)
    try:
        server.start()
        server.create_database()
        os.environ[URL] = server.url
        yield server
    finally:
        os.environ.pop(URL, None)
        server.remove()


@pytest.fixture(scope="session")
def kafka() -> Iterator[kafka_brokers.Server]:
    """A broker of its own, which tests may stop as long as they start it again."""
    programs = kafka_brokers.programs()
    if programs is None:
        pytest.skip(kafka_brokers.MISSING)
    server = kafka_brokers.Server(programs)
    try:
        server.start()
        os.environ[kafka_brokers.BROKERS] = server.brokers
        yield server
    finally:
        os.environ.pop(kafka_brokers.BROKERS, None)
        server.remove()


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder of recordings and test vectors: WARDLINE_DATA, else ../shared/data."""
    if not DATA_FOLDER.is_dir():
        pytest.skip(f"no recordings: {DATA_FOLDER} is not there (set WARDLINE_DATA)")
    return DATA_FOLDER


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one place what this run did not prove."""
    skipped = terminalreporter.stats.get("skipped", [])
    if not skipped:
        return
    terminalreporter.section(f"Could not run: {len(skipped)}")
    for reason, count in Counter(_reason(report) for report in skipped).most_common():
        places = sorted({report.nodeid for report in skipped if _reason(report) == reason})
        terminalreporter.line(f"{count} x {reason}")
        for place in places[:LOCATION_COUNT_MAX]:
            terminalreporter.line(f"    {place}")
        if len(places) > LOCATION_COUNT_MAX:
            terminalreporter.line(f"    and {len(places) - LOCATION_COUNT_MAX} further")


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    longrepr = report.longrepr
    text = longrepr[2] if isinstance(longrepr, tuple) else str(longrepr)
    return text.removeprefix("Skipped: ")

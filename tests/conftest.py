"""What all tests share: recordings, the profiles of Hypothesis, and a list of what did not run."""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from tests import kafka as kafka_brokers
from tests.postgresql import MISSING, URL, Server, binaries
from xdist.scheduler import LoadScopeScheduling

from wardline.config import prepare_machine_code_cache

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parent
DATA_FOLDER = Path(os.environ.get("WARDLINE_DATA") or ROOT.parent / "shared" / "data").resolve()
GROUPS = dict.fromkeys(("e2e", "sources", "cli", "server"), "servers") | {"console": "console"}
"""Folders of tests that watch real servers and clocks, so that no two of them run at once; and of
those that need a browser, whose open event loop keeps others from running after them."""
ORDER = {"servers": 0, "": 1, "console": 2}
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


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """Two processes share the tests (see the Makefile): each takes one group after the other."""
    return _Groups(config, log)


class _Groups(LoadScopeScheduling):
    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return GROUPS.get(file.split("/")[1], file)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first; those after which a process is of no use for others last."""
    items.sort(key=lambda item: ORDER[GROUPS.get(item.path.relative_to(FOLDER).parts[0], "")])


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

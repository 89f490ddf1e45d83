"""The units of systemd: systemd's own opinion of them, and that they find what they name."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.deploy.manifests import DEPLOY, ROOT, UNITS, WARDLINE, directive

TARGET = DEPLOY / "systemd" / "wardline.target"
EXPOSURE_MAX = 20
"""In tenths, by `systemd-analyze security`; 96 is a service without any protection."""
ANALYSIS_TIME_MAX_S = 60
NAMES = [unit.name for unit in UNITS]


@pytest.fixture
def analysed(tmp_path: Path) -> Path:
    """The units beside a program that is there; systemd looks whether it is."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd-analyze: the units are not checked by systemd")
    program = tmp_path / "wardline"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    for unit in (*UNITS, TARGET):
        (tmp_path / unit.name).write_text(unit.read_text().replace(WARDLINE, str(program)))
    return tmp_path


def analyse(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["systemd-analyze", "--no-pager", *map(str, arguments)],
        capture_output=True, text=True, check=False, timeout=ANALYSIS_TIME_MAX_S,
    )  # fmt: skip


def test_systemd_finds_nothing_wrong_with_any_unit(analysed: Path):
    done = analyse("verify", *(analysed / name for name in (*NAMES, TARGET.name)))
    assert (done.returncode, done.stderr) == (0, "")


def test_systemd_finds_a_misspelt_directive(analysed: Path):
    unit = analysed / "wardline-up.service"
    unit.write_text(unit.read_text().replace("RestartSec=", "RestartSecond="))
    assert "RestartSecond" in analyse("verify", unit).stderr


@pytest.mark.parametrize("name", NAMES)
def test_a_unit_may_do_little(analysed: Path, name: str):
    done = analyse("security", "--offline=yes", f"--threshold={EXPOSURE_MAX}", analysed / name)
    assert done.returncode == 0, done.stdout[-2000:]


@pytest.mark.parametrize("unit", UNITS, ids=NAMES)
def test_secrets_that_a_unit_names_are_loaded_by_it(unit: Path):
    values = " ".join(directive(unit, "Environment"))
    named = set(re.findall(r"_FILE=%d/(\S+)", values))
    loaded = {value.partition(":")[0] for value in directive(unit, "LoadCredential")}
    assert named == loaded
    assert named


@pytest.mark.parametrize("unit", UNITS, ids=NAMES)
def test_a_unit_waits_for_a_notice_only_if_the_code_gives_one(unit: Path):
    sources = (ROOT / "src").rglob("*.py")
    notifies = any("NOTIFY_SOCKET" in path.read_text() for path in sources)
    assert directive(unit, "Type") == ["notify" if notifies else "simple"]
    assert notifies or directive(unit, "WatchdogSec") == []


@pytest.mark.parametrize("unit", UNITS, ids=NAMES)
def test_a_unit_comes_back_by_itself_and_ends_in_time(unit: Path):
    assert directive(unit, "Restart") == ["always"]
    assert directive(unit, "StartLimitIntervalSec") == ["0"]
    assert directive(unit, "TimeoutStopSec") == ["15"]


@pytest.mark.parametrize("unit", UNITS, ids=NAMES)
def test_the_engine_may_compile_itself(unit: Path):
    assert directive(unit, "MemoryDenyWriteExecute") == []


def test_the_target_wants_units_that_are_there():
    (wanted,) = directive(TARGET, "Wants")
    assert {re.sub(r"@\d+", "@", name) for name in wanted.split()} <= set(NAMES)

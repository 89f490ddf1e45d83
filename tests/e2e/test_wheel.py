"""The package as somebody installs it: no sources, no Node, and still the console."""

import os
import re
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest
from tests.e2e.running import ROOT, Running

pytestmark = pytest.mark.slow

PROGRAMS_WITHOUT_NODE = "/nowhere"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    command = [
        sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-index",
        "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT),
    ]  # fmt: skip
    subprocess.run(command, check=True, timeout=300)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment of its own with the wheel; only its dependencies are borrowed."""
    folder = tmp_path_factory.mktemp("env")
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    install = [str(python), "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*install, str(wheel)], check=True, timeout=300)
    return python


class Installed(Running):
    """`wardline up` of the installed package."""

    def __init__(self, python: Path, folder: Path):
        self.python = python
        super().__init__(folder, "--no-simulator")

    def command(self) -> list[str]:
        return [str(self.python), "-P", *super().command()[1:]]

    def environment(self) -> dict[str, str]:
        # A path on PYTHONPATH brings packages, but not the editable install beside them.
        borrowed = sysconfig.get_paths()["purelib"]
        kept = {name: os.environ[name] for name in ("HOME", "LANG") if name in os.environ}
        return {
            **kept,
            "PATH": PROGRAMS_WITHOUT_NODE,
            "PYTHONPATH": borrowed,
            "WARDLINE_DATA_DIR": str(self.folder),
        }


def test_an_installed_wheel_serves_the_console_without_a_node(python: Path, tmp_path: Path):
    running = Installed(python, tmp_path)
    try:
        status, page = running.get("/")
        assert status == 200
        (script,) = re.findall(rb'<script type="module"[^>]* src="([^"]+)"', page)
        status, code = running.get(script.decode())
        assert status == 200
        assert len(code) > 50_000
        assert running.get("/api/v1/vitals/latest")[0] == 200
    finally:
        running.stop()


def test_what_is_installed_is_the_wheel_and_not_the_sources(python: Path):
    code = "import wardline; print(wardline.__file__)"
    found = subprocess.run(
        [str(python), "-c", code], check=True, capture_output=True, text=True, timeout=60
    )
    assert Path(found.stdout.strip()).is_relative_to(python.parents[1])

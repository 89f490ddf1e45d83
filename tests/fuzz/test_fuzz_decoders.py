import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

RUNS = int(os.environ.get("WARDLINE_FUZZ_RUNS", "80000"))
"""In all; a quarter for each test. 1,000,000 is the full search."""
RUNS_AT_ONCE = 50_000
IN_BETWEEN = ("sh", "-c", '"$@"; exit $?', "sh")
"""A process inherits the peak memory of the one that started it, and pytest's is large."""
FUZZER = Path(__file__).with_name("fuzz_decoders.py")


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("atheris") is None, reason="atheris is not installed")
@pytest.mark.parametrize("scanners", ["compiled", "interpreted"])
@pytest.mark.parametrize("reader", ["json", "csv"])
def test_no_input_breaks_a_reader_or_takes_long(reader, scanners, tmp_path):
    options = ["--corpus", tmp_path, *(["--interpreted"] if scanners == "interpreted" else [])]
    left = RUNS // 4
    while left:
        runs = min(left, RUNS_AT_ONCE)
        left -= runs
        assert (
            report(reader, "--runs", str(runs), "--seed", str(left + 1), *options)["runs"] == runs
        )


def report(*options):
    """What the fuzzer says at its end."""
    command = [*IN_BETWEEN, sys.executable, FUZZER, *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False, errors="replace")
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-8000:]
    (line,) = (line for line in done.stdout.splitlines() if line.startswith('{"runs"'))
    return json.loads(line)

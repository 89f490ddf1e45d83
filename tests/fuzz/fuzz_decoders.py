"""Coverage-guided fuzzing of the JSON and CSV readers.

`fuzz_decoders.py json|csv --runs N --corpus FOLDER [--interpreted]`.

Of any input: only declared errors, the scanner and the exact way say the same, at most 50 ms of
CPU, bounded memory. Whatever breaks that ends the run with a non-zero exit and the input in the
message.
With --interpreted the scanners run as plain Python, so that coverage guides the search through them
too (and an index out of range is an error); without, they run compiled, as they do in use.
The fuzzer itself keeps some memory of every run, so a long search is several runs over one corpus.
"""

import argparse
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CPU_MS_MAX = 50
INTERPRETED_SLOWER = 10
"""Interpreted scanners are not what runs in use; they get so many times longer."""
RSS_MIB_MAX = 512
INPUT_BYTES_MAX = 2048
WARM_UP_RUNS = 50
"""The first runs load code; their time does not count."""
RETRIES = 3
"""A run that was slow because the machine was busy is fast when repeated."""

JSON_SEEDS = (
    b'{"patient_id":"PT-001","timestamp":"2024-03-01T12:00:00.123Z","heart_rate":61,"spo2":97.5}',
    b'[{"patient_id":"p","timestamp":1709294400000,"hr":60},{"patient_id":"q","timestamp":1,"rr":12}]',
    b'[{"patient_id":"p","timestamp":"2024-03-01 12:00:00+05:30","SpO2":null,"on_oxygen":true}]',
    b'{"patient_id":"p","observed_at":"2024-03-01T12:00:00","blood_pressure":"120/80"}',
    b'{"patient_id":"p","timestamp":5,"consciousness":"v","bp_method":"cuff","systolic_bp":120}',
    b'{"patient_id":"p","timestamp":5,"fio2":0.21,"source":"m","is_anomaly":0,"age":67,"gender":"F"}',
    b'{"patient_id":"p","timestamp":5,"temperature":-99.9,"heart_rate":-1,"mean_bp":1e999}',
    b'{"patient_id":"\\ud83d\\ude00","timestamp":5,"hr":1.0005e2,"x":{"y":[1,"]"]}}',
    b'{"patient_id":"\\ud800","timestamp":5,"hr":NaN}',
    b'{"patient_id":"p\\u0000","timestamp":5,"hr":99999999999999999999999999}',
    b'[1,"a",null,true,[],{},{"a":1}]',
    b"[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]",
    b'[{"patient_id":"p","timestamp":5,"hr":60},]',
    b"\xef\xbb\xbf[]",
    b'\n{"patient_id":"p","timestamp":5,"hr":60}\n\r\n[{"patient_id":"p"}]\n{',
    '{"patient_id":"患者","timestamp":5,"condition":"Stäble","hr":60}'.encode(),
)
CSV_SEEDS = (
    b"p,2024-03-01T12:00:00Z,61,97.5,,,,,\n",
    b"p,1709294400000,-1,101,True,cuff,,,\r\n\r\n",
    b'"a,""b""",5,60,,,,"two\nlines",,\n',
    b'"open,5,60,,,,,,\np,6,61,,,,,,\n',
    b"p,5,60,97,false,arterial,,spo2:na heart_rate:bad,1\n",
    b"p,5,nan,inf,1e2,007,.5,+5, 88 \n",
    b'p"q,5,60,,,,,,\n"p"q,5,60,,,,,,\n',
    b"p,5\n,,,,,,,,\n,,,,,,,,,\n",
    b"\xff,5,60,,,,\xff,,\n",
    b"p\x00,5,60,,,,,,\n\x85,5,60,,,,,,\n",
    b"p,2024-02-30T00:00:00Z,60,,,,,,\np,2300-12-31 23:59:59.999-00:00,60,,,,,,\n",
    "患者,5,60,,,,,,120/80\n".encode(),
    b"p,5,60,97,1,,,,\n" * 3,
    b"p,5,60,97,1,,,,",
)
CSV_HEADER = b"patient_id,timestamp,hr,spo2,on_oxygen,bp_method,note,marks,blood_pressure\n"


def main() -> None:
    """Fuzz one reader and exit: 0 if nothing broke."""
    arguments = _arguments()
    if arguments.interpreted:
        os.environ["NUMBA_DISABLE_JIT"] = "1"
    sys.path[:0] = [str(ROOT / "src"), str(ROOT)]
    arguments.corpus.mkdir(parents=True, exist_ok=True)
    _fuzz(arguments, arguments.corpus)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("reader", choices=("json", "csv"))
    parser.add_argument("--runs", type=int, default=60_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--corpus", type=Path, required=True, help="folder; found inputs stay there"
    )
    parser.add_argument("--interpreted", action="store_true")
    return parser.parse_args()


def _fuzz(arguments: argparse.Namespace, folder: Path) -> None:
    import atheris  # noqa: PLC0415 - only this process needs it

    _import_codecs(atheris, is_interpreted=arguments.interpreted)
    is_json = arguments.reader == "json"
    seeds, read = (JSON_SEEDS, _read_json) if is_json else (CSV_SEEDS, _read_csv)
    for number, seed in enumerate(seeds):
        (folder / f"seed-{number}").write_bytes(seed)
    options = [
        sys.argv[0], f"-runs={arguments.runs}", f"-seed={arguments.seed}", "-verbosity=0",
        f"-max_len={INPUT_BYTES_MAX}", f"-rss_limit_mb={RSS_MIB_MAX}",
        f"-artifact_prefix={folder}/",
        "-print_final_stats=0", str(folder),
    ]  # fmt: skip
    cpu_ms_max = CPU_MS_MAX * (INTERPRETED_SLOWER if arguments.interpreted else 1)
    checked = Checked(read(), arguments.runs, cpu_ms_max)
    atheris.Setup(options, checked, enable_python_coverage=True)
    atheris.Fuzz()


def _import_codecs(atheris, *, is_interpreted: bool) -> None:
    """Instrument what runs as Python; the compiler cannot read scanners that are instrumented."""
    if not is_interpreted:
        with atheris.instrument_imports(include=["wardline"]):
            import wardline.codecs.csv_cells  # noqa: PLC0415
            import wardline.codecs.json_items  # noqa: PLC0415
        import wardline.codecs.scan_csv  # noqa: PLC0415
        import wardline.codecs.scan_json  # noqa: PLC0415
    with atheris.instrument_imports(include=["wardline"]):
        import wardline.codecs.vitals_csv  # noqa: PLC0415
        import wardline.codecs.vitals_json  # noqa: F401, PLC0415


class Checked:
    """Reads inputs and checks time and memory of each."""

    def __init__(self, read: Callable[[bytes], None], runs: int, cpu_ms_max: int):
        self._cpu_ms_max = cpu_ms_max
        self._read = read
        self._runs = runs
        self._count = 0
        self._worst_ms = 0.0
        self._started = time.process_time()

    def __call__(self, content: bytes) -> None:
        """Read one input."""
        self._count += 1
        elapsed_ms = self._cpu_ms(content)
        for _ in range(RETRIES):
            if elapsed_ms <= self._cpu_ms_max or self._count <= WARM_UP_RUNS:
                break
            elapsed_ms = self._cpu_ms(content)
        if self._count > WARM_UP_RUNS:
            self._worst_ms = max(self._worst_ms, elapsed_ms)
            assert elapsed_ms <= self._cpu_ms_max, f"{elapsed_ms:.0f} ms for {content!r}"
        if self._count == self._runs:
            self._report()

    def _cpu_ms(self, content: bytes) -> float:
        start = time.process_time()
        self._read(content)
        return (time.process_time() - start) * 1000

    def _report(self) -> None:
        rss_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        assert rss_mib <= RSS_MIB_MAX, f"{rss_mib:.0f} MiB of memory"
        report = {
            "runs": self._count,
            "worst_ms": round(self._worst_ms, 1),
            "rss_mib": round(rss_mib),
            "cpu_s": round(time.process_time() - self._started, 1),
        }
        print(json.dumps(report), flush=True)  # noqa: T201 - the result of the run


def _read_json() -> Callable[[bytes], None]:
    from tests.codecs.described import described  # noqa: PLC0415

    from wardline.codecs import vitals_json  # noqa: PLC0415
    from wardline.model.names import Dictionaries  # noqa: PLC0415

    declared = (vitals_json.NotJsonError, vitals_json.TooManyItemsError)
    known = Dictionaries()
    decoders = (vitals_json.decode_json, vitals_json.decode_json_lines)

    def outcome(decode, content: bytes, scan_from: int):
        vitals_json.SCAN_FROM_BYTES = scan_from
        try:
            return described(decode(content, 5, known, items_max=1 + len(content) % 7))
        except declared as error:
            return str(error)

    def read(content: bytes) -> None:
        for decode in decoders:
            scanned, exact = outcome(decode, content, 0), outcome(decode, content, 1 << 40)
            assert scanned == exact, f"{content!r}\nscanned {scanned}\nexact   {exact}"

    return read


def _read_csv() -> Callable[[bytes], None]:
    from tests.codecs.described import described  # noqa: PLC0415

    from wardline.codecs import vitals_csv  # noqa: PLC0415
    from wardline.model.names import Dictionaries  # noqa: PLC0415

    known = Dictionaries()

    def outcome(pieces: Iterator[bytes]):
        found = [described(batch) for batch in vitals_csv.decode_csv(pieces, known)]
        return [row[1:] for rows, _ in found for row in rows], [
            (r.position, r.field, r.reason, r.raw) for _, refused in found for r in refused
        ]

    def read(content: bytes) -> None:
        whole = outcome(iter([CSV_HEADER + content]))
        half = len(content) // 2
        cut = outcome(iter([CSV_HEADER + content[:half], content[half:]]))
        assert whole == cut, f"{content!r}\nwhole {whole}\ncut   {cut}"
        _read_as_header(content)

    def _read_as_header(content: bytes) -> None:
        try:
            outcome(iter([content]))
        except vitals_csv.CsvHeaderError:
            return

    return read


if __name__ == "__main__":
    main()

"""A worker that dies at a named point: the command itself, with the point armed.

python -m tests.e2e.kafka.dying_worker POINT NTH -- the arguments of `wardline worker`
"""

import os
import signal
import sys
import threading

from wardline.pipeline.crash_points import POINTS, arm

REACHED = "this worker has come to"
"""Said just before the end, or the stop."""


def die_at(point: str, nth: int, number: int = signal.SIGKILL) -> None:
    """This process gets the signal when it reaches a point for the nth time."""
    assert point in POINTS, point
    lock = threading.Lock()
    left = nth

    def told(name: str) -> None:
        nonlocal left
        if name != point:
            return
        with lock:
            left -= 1
            if left == 0:
                sys.stderr.write(f"{REACHED} {point}\n")
                sys.stderr.flush()
                os.kill(os.getpid(), number)

    arm(told)


def main(arguments: list[str]) -> None:
    point, nth, dashes, *rest = arguments
    assert dashes == "--"
    die_at(point, int(nth))
    from wardline.cli import cli  # noqa: PLC0415 - as the command starts

    cli(["worker", *rest])


if __name__ == "__main__":
    main(sys.argv[1:])

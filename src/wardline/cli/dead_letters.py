"""`wardline dead-letters`: refused records, sent through the engine again."""

from typing import Any

import click

from wardline.cli.options import json_option, print_json, say


@click.group(name="dead-letters")
def dead_letters() -> None:
    """Refused records. To look at them: wardline export dead-letters.

    Example: wardline dead-letters redrive --store sqlite:///ward.db
    """


@dead_letters.command()
@click.option("--store", "url", required=True, help="Store that no running Wardline writes to.")
@click.option("--reason", help="Only those refused for this reason.")
@json_option
def redrive(url: str, reason: str | None, as_json: bool) -> None:  # noqa: FBT001 - click passes flags so
    """Send refused records through the engine again, in the order they were refused.

    What is acceptable now is stored; what is not is kept as it was and not noted twice.

    \b
    Example: wardline dead-letters redrive --store sqlite:///ward.db --reason conflict
    """  # noqa: D301 - \b tells click to keep the line breaks
    from wardline.assembly import WriterLock, open_store  # noqa: PLC0415 - loads machine code
    from wardline.cli.redriving import redriven  # noqa: PLC0415 - as above

    store = open_store(url, must_exist=True, writes=True)
    lock = WriterLock(url)
    try:
        counts = redriven(store, reason)
    finally:
        store.close()
        lock.release()
    names = ("letters", "readings", "accepted", "duplicates", "rejected", "unreadable")
    answer: dict[str, Any] = {name: counts[name] for name in names}
    say(", ".join(f"{count} {name}" for name, count in answer.items()))
    if as_json:
        print_json(answer)

"""`wardline dead-letters`: refused records, sent through the engine again."""

from collections import Counter
from typing import Any

import click

from wardline.cli.failures import CommandError
from wardline.cli.options import json_option, print_json, say


@click.group(name="dead-letters")
def dead_letters() -> None:
    """Refused records. To look at them: wardline export dead-letters.

    Example: wardline dead-letters redrive --store sqlite:///ward.db
    """


@dead_letters.command()
@click.option("--store", "url", required=True, help="Store with the refused records.")
@click.option("--reason", help="Only those refused for this reason.")
@click.option("--to", help="Send them to the workers' topic instead: kafka://HOST:PORT/TOPIC")
@json_option
def redrive(url: str, reason: str | None, to: str | None, as_json: bool) -> None:  # noqa: FBT001 - click passes flags so
    """Send refused records through the engine again, in the order they were refused.

    Without --to no running Wardline may write to the store. What is acceptable now is stored; what
    is not is kept as it was and not noted twice. With --to the workers judge anew, as of any other
    message.

    \b
    Example: wardline dead-letters redrive --store sqlite:///ward.db --reason conflict
    """  # noqa: D301 - \b tells click to keep the line breaks
    if to is None:
        counts = _through_the_engine(url, reason)
        names = ("letters", "readings", "accepted", "duplicates", "rejected", "unreadable")
    else:
        counts = _to_topic(url, reason, to)
        names = ("letters", "sent", "unreadable")
    answer: dict[str, Any] = {name: counts[name] for name in names}
    say(", ".join(f"{count} {name}" for name, count in answer.items()))
    if as_json:
        print_json(answer)


def _through_the_engine(url: str, reason: str | None) -> Counter[str]:
    from wardline.assembly import WriterLock, open_store  # noqa: PLC0415 - loads machine code
    from wardline.cli.redriving import redriven  # noqa: PLC0415 - as above

    store = open_store(url, must_exist=True, writes=True)
    lock = WriterLock(url)
    try:
        return redriven(store, reason)
    finally:
        store.close()
        lock.release()


def _to_topic(url: str, reason: str | None, to: str) -> Counter[str]:
    from wardline.assembly import open_store  # noqa: PLC0415 - loads machine code
    from wardline.cli.redriving_kafka import CLOSE_S, sent_again  # noqa: PLC0415 - as above

    try:
        from wardline.kafka_assembly import publisher_to  # noqa: PLC0415 - an extra
    except ImportError as problem:
        raise CommandError(str(problem)) from None
    publisher, topic = publisher_to(to)
    try:
        store = open_store(url, must_exist=True)
        try:
            return sent_again(store, reason, publisher, topic)
        finally:
            store.close()
    finally:
        publisher.close(CLOSE_S)

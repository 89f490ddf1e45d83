"""Refused records of a store sent into a topic again, for the workers to judge anew."""

from collections import Counter
from itertools import islice

import msgspec

from wardline.cli.failures import CommandError
from wardline.cli.redriving import LETTERS_AT_ONCE, KeepsRecords
from wardline.model.dead_letters import DeadLetter
from wardline.pipeline.partitions import Outgoing, Publisher

PUBLISH_S = 60.0
CLOSE_S = 10.0


def sent_again(store: object, reason: str | None, publisher: Publisher, topic: str) -> Counter[str]:
    """How many records refused for this reason (None: for any) there are, and were sent.

    A record is sent once, whatever was refused of it; one that is no JSON object, or was cut off
    when it was kept, is not. Raises LogUnavailableError: then some may have been sent.
    """
    if not isinstance(store, KeepsRecords):
        raise CommandError("this store keeps no refused records")
    counts: Counter[str] = Counter()
    letters = store.dead_letters(reason)
    while some := list(islice(letters, LETTERS_AT_ONCE)):
        # Several values of one reading may have been refused, each with a letter of its own.
        fresh = {(letter.position, letter.raw): letter for letter in some}
        outgoing = [_outgoing(letter, topic) for letter in fresh.values() if _is_object(letter.raw)]
        publisher.publish(outgoing, PUBLISH_S)
        counts["letters"] += len(some)
        counts["sent"] += len(outgoing)
        counts["unreadable"] += sum(not _is_object(letter.raw) for letter in some)
    return counts


def _outgoing(letter: DeadLetter, topic: str) -> Outgoing:
    return Outgoing(topic, letter.patient_id.encode() or None, letter.raw.encode())


def _is_object(text: str) -> bool:
    try:
        return isinstance(msgspec.json.decode(text), dict)
    except (msgspec.DecodeError, RecursionError):
        return False

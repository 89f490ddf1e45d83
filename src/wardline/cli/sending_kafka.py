"""Simulated messages to a topic: one each, or many of one partition packed into one."""

import io
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import msgspec

from wardline.cli.failures import CommandError

PACKED = ("no", "lines", "arrow")
PUBLISH_S = 60.0
"""As long as system A's producers wait for brokers that are away."""

PACK_MAX = 5_000
"""Readings in one packed message."""


class _Keyed(msgspec.Struct):
    patient_id: str


_key_of = msgspec.json.Decoder(_Keyed).decode


class KafkaSender:
    """Writes messages keyed by patient; returns once all in-sync brokers have them."""

    def __init__(self, url: str, packed: str):
        """Raises CommandError, also where the driver is missing."""
        try:
            from wardline.kafka_assembly import (  # noqa: PLC0415 - an extra
                partition_count,
                publisher_to,
            )
        except ImportError as problem:
            raise CommandError(str(problem)) from None
        if packed == "arrow":
            _arrow_modules()
        self._publisher, self._topic = publisher_to(url)
        self._packed = packed
        self._partitions = partition_count(url) if packed != "no" else 0

    def send_messages(self, messages: Sequence[bytes]) -> None:
        """Raises LogUnavailableError."""
        from wardline.pipeline.partitions import Outgoing  # noqa: PLC0415 - loads numpy

        if self._packed == "no":
            keyed = ((_key_of(message).patient_id.encode(), message) for message in messages)
            outgoing = [Outgoing(self._topic, key, message) for key, message in keyed]
        else:
            outgoing = [
                Outgoing(self._topic, None, self._pack(some), partition)
                for partition, all_of_it in self._by_partition(messages).items()
                for some in _cut(all_of_it)
            ]
        self._publisher.publish(outgoing, PUBLISH_S)

    def _by_partition(self, messages: Sequence[bytes]) -> dict[int, list[bytes]]:
        from wardline.sources.kafka.keys import partition_of  # noqa: PLC0415 - an extra

        parts: defaultdict[int, list[bytes]] = defaultdict(list)
        for message in messages:
            key = _key_of(message).patient_id.encode()
            parts[partition_of(key, self._partitions)].append(message)
        return parts

    def _pack(self, messages: list[bytes]) -> bytes:
        return b"\n".join(messages) if self._packed == "lines" else _arrow(messages)

    def close(self) -> None:
        """Give the connection back."""
        self._publisher.close(PUBLISH_S)


def _cut(messages: list[bytes]) -> list[list[bytes]]:
    return [messages[at : at + PACK_MAX] for at in range(0, len(messages), PACK_MAX)]


def _arrow(messages: list[bytes]) -> bytes:
    arrow, ipc = _arrow_modules()
    rows = [_stated(msgspec.json.decode(message)) for message in messages]
    names = dict.fromkeys(name for row in rows for name in row)
    table = arrow.table({name: [row.get(name) for row in rows] for name in names})
    packed = io.BytesIO()
    with ipc.new_stream(packed, table.schema) as stream:
        stream.write_table(table)
    return packed.getvalue()


def _stated(reading: dict[str, Any]) -> dict[str, Any]:
    """Arrow's null says nothing, so a mark says that something is not available."""
    from wardline.codecs.fields import (  # noqa: PLC0415 - loads numpy
        FIELD_NAMES,
        JSON_FIELDS,
        MARKED_END,
    )

    gone = [JSON_FIELDS[name] for name, value in reading.items() if value is None]
    marks = [f"{FIELD_NAMES[number]}:na" for number in gone if number < MARKED_END]
    return {**reading, "marks": " ".join(marks)} if marks else reading


def _arrow_modules() -> tuple[Any, Any]:
    """pyarrow, and its way of writing messages. Raises CommandError."""
    try:
        import pyarrow as pa  # noqa: PLC0415 # pyright: ignore[reportMissingTypeStubs] - an extra
        from pyarrow import ipc  # noqa: PLC0415 # pyright: ignore[reportMissingTypeStubs] - as above
    except ImportError as problem:
        raise CommandError(
            f"--packed arrow needs pip install 'wardline[kafka]' ({problem})"
        ) from None
    return pa, ipc

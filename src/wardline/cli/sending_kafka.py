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
    import pyarrow as pa  # noqa: PLC0415 # pyright: ignore[reportMissingTypeStubs] - an extra
    from pyarrow import ipc  # noqa: PLC0415 # pyright: ignore[reportMissingTypeStubs] - as above

    arrow: Any = pa
    table: Any = arrow.Table.from_pylist([msgspec.json.decode(message) for message in messages])
    packed = io.BytesIO()
    writer: Any = ipc
    with writer.new_stream(packed, table.schema) as stream:
        stream.write_table(table)
    return packed.getvalue()

"""The driver, which is an extra; whoever opens an adapter without it is told how to get it."""

from typing import Any

try:
    from confluent_kafka import (
        OFFSET_BEGINNING,
        OFFSET_END,
        Consumer,
        ConsumerGroupTopicPartitions,
        IsolationLevel,
        KafkaError,
        KafkaException,
        Message,
        Producer,
        TopicPartition,
        admin,
    )
except ImportError as problem:
    raise ImportError(f"Kafka needs pip install 'wardline[kafka]' ({problem})") from None

__all__ = [
    "OFFSET_BEGINNING",
    "OFFSET_END",
    "Consumer",
    "ConsumerGroupTopicPartitions",
    "IsolationLevel",
    "KafkaError",
    "KafkaException",
    "Message",
    "Producer",
    "TopicPartition",
    "admin_module",
]

admin_module: Any = admin
"""Its types are incomplete."""

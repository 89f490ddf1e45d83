"""Kafka: topics as partitioned logs to read from and to publish to."""

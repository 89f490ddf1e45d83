"""What the benchmarks of workers on Kafka share."""

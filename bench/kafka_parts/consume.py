"""consume() alone: the driver with a worker's settings, every body touched, nothing else.

`python -m bench.kafka_parts.consume BROKERS TOPIC`
"""

import sys

from confluent_kafka import Consumer

from bench.kafka_parts.contest import contest, whole_topic
from wardline.sources.kafka.client_settings import NO_SECURITY, client_settings
from wardline.sources.kafka.consumer import CHUNK
from wardline.sources.kafka.membership import GroupProtocol, member_settings


def main() -> None:
    brokers, topic = sys.argv[1:3]
    settings = client_settings([brokers], NO_SECURITY, "limit") | member_settings(
        "limit", GroupProtocol.CONSUMER
    )
    consumer = Consumer(settings | {"enable.partition.eof": False})
    count, places = whole_topic(consumer, topic)
    with contest() as done:
        consumer.assign(places)
        readings, octets = 0, 0
        while readings < count:
            messages = consumer.consume(CHUNK, 0.1)
            octets += sum([len(message.value() or b"") for message in messages])
            readings += len(messages)
        done(readings)
    consumer.close()


if __name__ == "__main__":
    main()

"""One Apache Kafka broker as a child process: on loopback, its own controller, data in a folder."""

import base64
import logging
import subprocess
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from deploy.one_machine.kafka_programs import Programs
from deploy.one_machine.service import Service, ServiceError

LOOK_S = 0.25
"""Longest wait for an answer."""

# A consumer that died is missed after 6 s instead of 45 s. Topics are made on purpose, never by
# a mistyped name. The cleaner would take 128 MB for its buffer.
SETTINGS = {
    "process.roles": "broker,controller",
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "PLAINTEXT",
    "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
    "auto.create.topics.enable": "false",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.num.partitions": "4",
    "log.cleaner.dedupe.buffer.size": "8388608",
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "6000",
    "group.consumer.min.session.timeout.ms": "6000",
    "group.consumer.session.timeout.ms": "6000",
    "group.consumer.min.heartbeat.interval.ms": "1000",
    "group.consumer.heartbeat.interval.ms": "1000",
}
REPLICATED = (
    "offsets.topic.replication.factor",
    "transaction.state.log.replication.factor",
    "share.coordinator.state.topic.replication.factor",
    "default.replication.factor",
)
SYNCED = (
    "transaction.state.log.min.isr",
    "share.coordinator.state.topic.min.isr",
    "min.insync.replicas",
)
JVM = ("-Xms128m", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError")

# Two files of 10 MB at most; what is older is dropped.
LOGGING = """\
<Configuration status="error">
  <Appenders>
    <RollingFile name="file" fileName="${sys:kafka.logs.dir}/kafka.log"
                 filePattern="${sys:kafka.logs.dir}/kafka.%i.log">
      <PatternLayout pattern="%d{ISO8601} %p %c{1} %m%n"/>
      <SizeBasedTriggeringPolicy size="10 MB"/>
      <DefaultRolloverStrategy max="1"/>
    </RollingFile>
  </Appenders>
  <Loggers><Root level="info"><AppenderRef ref="file"/></Root></Loggers>
</Configuration>
"""


@dataclass(frozen=True, slots=True)
class Quorum:
    """Nodes that are one cluster. `controllers`: node id -> port on loopback."""

    cluster_id: str
    controllers: Mapping[int, int]


class KafkaServer(Service):
    """One broker with its data. It may be started and stopped any number of times.

    `port` is the clients' and stays the same. `settings` add to and replace those above. Without a
    `quorum` the server is a cluster by itself.
    """

    def __init__(  # noqa: PLR0913 - one place says all there is to a server
        self,
        programs: Programs,
        folder: Path,
        port: int,
        controller_port: int,
        *,
        node_id: int = 1,
        quorum: Quorum | None = None,
        settings: Mapping[str, str] | None = None,
        heap_mb: int = 512,
        jvm: tuple[str, ...] = (),
    ):
        super().__init__("Kafka", folder / "output.log")
        self.folder = folder
        self.port = port
        self.node_id = node_id
        self._programs = programs
        self._quorum = quorum
        self._jvm = (*JVM, f"-Xmx{heap_mb}m", *jvm)
        own = _own_settings(folder, node_id, port, controller_port)
        shared = _shared_settings(controller_port, quorum)
        self._settings = SETTINGS | own | shared | dict(settings or {})

    @property
    def brokers(self) -> str:
        """What clients are told to connect to."""
        return f"127.0.0.1:{self.port}"

    def launch(self) -> None:
        """Start without waiting; the first time the data folder is made. Raises ServiceError."""
        self._write_settings()
        if not (self.folder / "data" / "meta.properties").exists():
            self._format()
        self._spawn(
            self._programs.command("kafka.Kafka", str(self._settings_file), options=self._options())
        )

    def is_ready(self) -> bool:
        """Whether the broker itself says that it serves."""
        from confluent_kafka import KafkaException  # noqa: PLC0415 - an extra

        with suppress(KafkaException):
            return self.node_id in self._client.list_topics(timeout=LOOK_S).brokers
        return False

    # -- within ------------------------------------------------------------------------------------

    @property
    def _settings_file(self) -> Path:
        return self.folder / "server.properties"

    def _options(self) -> tuple[str, ...]:
        return (
            *self._jvm,
            f"-Dkafka.logs.dir={self.folder}",
            f"-Dlog4j2.configurationFile={self.folder / 'log4j2.xml'}",
        )

    def _write_settings(self) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lines = [f"{name}={value}\n" for name, value in self._settings.items()]
        self._settings_file.write_text("".join(lines))
        self._settings_file.chmod(0o600)
        (self.folder / "log4j2.xml").write_text(LOGGING)

    def _format(self) -> None:
        alone = ("--standalone",) if self._quorum is None else ()
        cluster_id = self._quorum.cluster_id if self._quorum else new_cluster_id()
        command = self._programs.command(
            "kafka.tools.StorageTool", "format", *alone, "-t", cluster_id,
            "-c", str(self._settings_file), "--ignore-formatted", options=self._options(),
        )  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - as above
        if done.returncode:
            raise ServiceError(f"Kafka's folder cannot be made: {done.stderr or done.stdout}")

    @cached_property
    def _client(self) -> Any:
        from confluent_kafka.admin import AdminClient  # noqa: PLC0415 - an extra

        return AdminClient(
            {"bootstrap.servers": self.brokers, "reconnect.backoff.max.ms": 250},
            logger=_silent(),
        )


def new_cluster_id() -> str:
    """What Kafka calls a random uuid: 16 bytes in 22 letters."""
    # A leading minus would be taken for an option.
    return "W" + base64.urlsafe_b64encode(uuid.uuid4().bytes).decode()[1:22]


def _own_settings(folder: Path, node_id: int, port: int, controller_port: int) -> dict[str, str]:
    return {
        "node.id": str(node_id),
        "listeners": f"PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{port}",
        "log.dirs": str(folder / "data"),
    }


def _shared_settings(controller_port: int, quorum: Quorum | None) -> dict[str, str]:
    """How often everything is kept, and who decides."""
    count = len(quorum.controllers) if quorum else 1
    settings = dict.fromkeys(REPLICATED, str(count)) | dict.fromkeys(SYNCED, str(count // 2 + 1))
    if quorum is None:
        return settings | {"controller.quorum.bootstrap.servers": f"127.0.0.1:{controller_port}"}
    voters = [f"{node}@127.0.0.1:{port}" for node, port in quorum.controllers.items()]
    return settings | {"controller.quorum.voters": ",".join(voters)}


def _silent() -> logging.Logger:
    """The client would write to the terminal that nobody answers yet, which is no news."""
    logger = logging.Logger("kafka-starting")  # noqa: LOG001 - nobody else's, and never handled
    logger.addHandler(logging.NullHandler())
    return logger

"""Kafka for the tests: private brokers on free ports of loopback, gone at the end.

Everything is the real Apache Kafka; a test that can do without takes librdkafka's own stand-in.
"""

import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from functools import cache
from hashlib import blake2b
from pathlib import Path

from deploy.one_machine.kafka_programs import MISSING, NoKafkaError, Programs
from deploy.one_machine.kafka_programs import programs as find_programs
from deploy.one_machine.kafka_server import KafkaServer, Quorum, new_cluster_id
from deploy.one_machine.processes import free_port
from tests.kafka_topics import (
    WAIT_S,
    Message,
    Record,
    committed,
    create_topic,
    delete_topic,
    produce,
    read,
)

__all__ = [
    "BROKERS",
    "MISSING",
    "Cluster",
    "Message",
    "Record",
    "SecureServer",
    "Server",
    "committed",
    "create_topic",
    "delete_topic",
    "free_port",
    "name_of",
    "produce",
    "programs",
    "read",
]

BROKERS = "WARDLINE_TEST_KAFKA"
"""Where the running broker is, for processes that tests start."""
HEAP_MB = 384
JVM = ("-XX:TieredStopAtLevel=1",)
"""Compile quickly rather than well: a broker of the tests lives for minutes."""

# A broker that died is missed after 3 s instead of 9 s, and can come back just then. Recordings
# of years ago are not deleted under a test.
SETTINGS = {
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "500",
    "log.retention.ms": "-1",
}
USER, PASSWORD = "nurse", "correct horse"


@cache
def programs() -> Programs | None:
    """What it takes to start Kafka; fetched if it can be, None if it cannot be had."""
    try:
        return find_programs()
    except NoKafkaError:
        return None


def name_of(folder: Path, stem: str = "t") -> str:
    """A topic or group of its own for every folder of a test."""
    return f"{stem}-{blake2b(str(folder).encode(), digest_size=8).hexdigest()}"


class Broker(KafkaServer):
    """What every broker of the tests can do, beyond what one can do in production."""

    def create_topic(self, name: str, partitions: int = 1, **config: object) -> str:
        """Make a topic and wait until it is there. A config `retention_ms` is `retention.ms`."""
        create_topic(self.brokers, name, partitions, **config)
        return name


class Server(Broker):
    """One broker with its files; `remove` ends and deletes both."""

    def __init__(self, found: Programs, settings: Mapping[str, str] | None = None):
        folder = Path(tempfile.mkdtemp(prefix="wardline-kafka-"))
        super().__init__(
            found, folder, free_port(), free_port(), settings=SETTINGS | dict(settings or {}),
            heap_mb=HEAP_MB, jvm=JVM,
        )  # fmt: skip

    def remove(self) -> None:
        """Stop, and delete all files."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


class SecureServer(Server):
    """A broker that also listens at `secure_brokers`, with TLS and for users with passwords.

    `certificate` is the file that clients have to trust; `client_settings` are librdkafka's.
    """

    def __init__(self, found: Programs):
        self.secure_port = free_port()
        super().__init__(found)
        self.certificate = self.folder / "certificate.pem"
        self._settings |= self._secure_settings()

    @property
    def secure_brokers(self) -> str:
        """What clients that sign in are told to connect to."""
        return f"127.0.0.1:{self.secure_port}"

    def client_settings(self, user: str = USER, password: str = PASSWORD) -> dict[str, str]:
        """What a client of librdkafka needs to sign in."""
        return {
            "security.protocol": "SASL_SSL",
            "sasl.mechanism": "SCRAM-SHA-512",
            "sasl.username": user,
            "sasl.password": password,
            "ssl.ca.location": str(self.certificate),
        }

    def start(self) -> None:
        """As any other, with a certificate made beforehand and a user made afterwards."""
        if not self.certificate.exists():
            self._make_certificate()
        super().start()
        self._make_user()

    def _secure_settings(self) -> dict[str, str]:
        own = self._settings
        listener = f"SECURE://127.0.0.1:{self.secure_port}"
        protocols = f"{own['listener.security.protocol.map']},SECURE:SASL_SSL"
        return {
            "listeners": f"{own['listeners']},{listener}",
            "advertised.listeners": f"{own['advertised.listeners']},{listener}",
            "listener.security.protocol.map": protocols,
            "listener.name.secure.sasl.enabled.mechanisms": "SCRAM-SHA-512",
            "listener.name.secure.scram-sha-512.sasl.jaas.config": (
                "org.apache.kafka.common.security.scram.ScramLoginModule required;"
            ),
            "ssl.keystore.type": "PKCS12",
            "ssl.keystore.location": str(self._keys),
            "ssl.keystore.password": PASSWORD,
        }

    @property
    def _keys(self) -> Path:
        return self.folder / "keys.p12"

    def _make_certificate(self) -> None:
        keys = ("-alias", "broker", "-keystore", str(self._keys), "-storepass", PASSWORD)
        self._keytool(
            "-genkeypair", *keys, "-storetype", "PKCS12", "-keyalg", "EC", "-dname", "CN=localhost",
            "-ext", "san=ip:127.0.0.1,dns:localhost", "-ext", "bc=ca:true",
        )  # fmt: skip
        self._keytool("-exportcert", "-rfc", *keys, "-file", str(self.certificate))

    def _keytool(self, *arguments: str) -> None:
        program = self._programs.java.with_name("keytool")
        subprocess.run([program, *arguments], check=True, capture_output=True)

    def _make_user(self) -> None:
        from confluent_kafka import admin  # noqa: PLC0415 - an extra

        mechanism = admin.ScramCredentialInfo(admin.ScramMechanism.SCRAM_SHA_512, 4096)
        change = admin.UserScramCredentialUpsertion(USER, mechanism, PASSWORD.encode())
        client = admin.AdminClient({"bootstrap.servers": self.brokers})
        for done in client.alter_user_scram_credentials([change]).values():
            done.result(WAIT_S)


class Cluster:
    """Three brokers that keep everything three times and need two to acknowledge."""

    def __init__(self, found: Programs, settings: Mapping[str, str] | None = None):
        self.folder = Path(tempfile.mkdtemp(prefix="wardline-kafka-cluster-"))
        controllers = {node: free_port() for node in (1, 2, 3)}
        quorum = Quorum(new_cluster_id(), controllers)
        self.nodes = [
            Broker(
                found, self.folder / str(node), free_port(), port, node_id=node, quorum=quorum,
                settings=SETTINGS | dict(settings or {}), heap_mb=HEAP_MB, jvm=JVM,
            )
            for node, port in controllers.items()
        ]  # fmt: skip

    @property
    def brokers(self) -> str:
        """What clients are told to connect to."""
        return ",".join(node.brokers for node in self.nodes)

    def start(self) -> None:
        """Start all that do not run, and wait until all serve."""
        for node in self.nodes:
            if not node.is_alive:
                node.launch()
        for node in self.nodes:
            node.wait_until_ready()

    def kill(self, index: int) -> None:
        """As the lack of power does to one machine."""
        self.nodes[index].kill()

    def start_one(self, index: int) -> None:
        """Bring one back, and wait until it serves."""
        self.nodes[index].start()

    def create_topic(self, name: str, partitions: int = 1, **config: object) -> str:
        """As of a single broker; every partition is kept three times."""
        create_topic(self.brokers, name, partitions, **config)
        return name

    def remove(self) -> None:
        """Stop all, and delete all files."""
        for node in self.nodes:
            node.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

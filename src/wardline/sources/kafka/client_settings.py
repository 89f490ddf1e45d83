"""What every client of Kafka is told: where the brokers are, how to sign in, how to be patient."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

PROTOCOLS = ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")
MECHANISMS = ("SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN")
REQUEST_TIMEOUT_MS = 30_000
"""A broker that does not answer a request for so long is connected anew."""
SILENT = 0
"""Handing remarks to `logging` is not safe: the driver has ended processes when a client was given
back while some were on their way."""
RECONNECT_MS, RECONNECT_MAX_MS = 100, 1_000
"""Brokers that come back are found within a second."""


@dataclass(frozen=True, slots=True)
class KafkaSecurity:
    """How to reach brokers that ask who is there. Files are PEM; None: the system's, or none."""

    protocol: str = "PLAINTEXT"
    mechanism: str = MECHANISMS[0]
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: str | None = None
    certificate_file: str | None = None
    key_file: str | None = None
    key_password: str | None = field(default=None, repr=False)

    def __post_init__(self):
        """Raises ValueError in plain words."""
        _check(self)


def _check(security: KafkaSecurity) -> None:
    if security.protocol not in PROTOCOLS:
        raise ValueError(f"{security.protocol!r} is no protocol; write {', '.join(PROTOCOLS)}")
    if security.mechanism not in MECHANISMS:
        raise ValueError(f"{security.mechanism!r} is no mechanism; write {', '.join(MECHANISMS)}")
    if _signs_in(security) and not (security.user and security.password):
        raise ValueError(f"{security.protocol} needs a user and a password")
    if not _signs_in(security) and security.password:
        raise ValueError(f"{security.protocol} sends no password; write SASL_SSL")
    if bool(security.certificate_file) != bool(security.key_file):
        raise ValueError("a client's certificate and its key belong together")
    if not _encrypts(security) and (security.ca_file or security.certificate_file):
        raise ValueError(f"{security.protocol} uses no certificates; write SSL or SASL_SSL")


def client_settings(brokers: Sequence[str], security: KafkaSecurity, role: str) -> dict[str, Any]:
    """The driver's settings that all clients share. `role` tells them apart in the brokers' logs.

    What goes wrong comes as errors; the driver's own remarks are not wanted.
    """
    return {
        "bootstrap.servers": ",".join(brokers),
        "client.id": f"wardline-{role}",
        "socket.timeout.ms": REQUEST_TIMEOUT_MS,
        "socket.keepalive.enable": True,
        "reconnect.backoff.ms": RECONNECT_MS,
        "reconnect.backoff.max.ms": RECONNECT_MAX_MS,
        "log_level": SILENT,
        **_secured(security),
    }


def _secured(security: KafkaSecurity) -> dict[str, str]:
    said: dict[str, str | None] = {"security.protocol": security.protocol}
    if _signs_in(security):
        said |= {
            "sasl.mechanism": security.mechanism,
            "sasl.username": security.user,
            "sasl.password": security.password,
        }
    if _encrypts(security):
        said |= {
            "ssl.ca.location": security.ca_file,
            "ssl.certificate.location": security.certificate_file,
            "ssl.key.location": security.key_file,
            "ssl.key.password": security.key_password,
        }
    return {name: value for name, value in said.items() if value}


def _signs_in(security: KafkaSecurity) -> bool:
    return security.protocol.startswith("SASL")


def _encrypts(security: KafkaSecurity) -> bool:
    return security.protocol.endswith("SSL")


NO_SECURITY = KafkaSecurity()

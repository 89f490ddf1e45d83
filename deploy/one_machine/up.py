"""Everything on one machine: `make up-production`, or `python -m deploy.one_machine.up`.

Kafka, PostgreSQL, topics, workers, server and simulators, started in this order as child processes
and stopped in the reverse one. A second start goes on with the data of the first.
"""

import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import click
from deploy.one_machine import kafka_programs, postgresql_server
from deploy.one_machine.command import Command, run_to_its_end
from deploy.one_machine.folders import data_folder, kept_ports, only_user
from deploy.one_machine.kafka_programs import NoKafkaError
from deploy.one_machine.kafka_server import KafkaServer
from deploy.one_machine.postgresql_server import PostgreSQLServer
from deploy.one_machine.processes import is_free
from deploy.one_machine.service import ServiceError, StoppedError
from deploy.one_machine.supervisor import Supervisor

from wardline.cli.stopping import stop_on_signals
from wardline.config import (
    STORE_PASSWORD,
    STORE_PASSWORD_FILE,
    SettingsError,
    prepare_machine_code_cache,
)

WARDLINE = (sys.executable, "-m", "wardline")
COMPILE = (
    "from wardline.config import prepare_machine_code_cache as prepare; prepare(); "
    "from wardline.assembly import warm_up; warm_up()"
)
COMPILE_WAIT_S = 600.0
TOPICS_WAIT_S = 60.0
SERVER_WAIT_S = 180.0
DEATHS_MAX = 5
"""A part of Wardline that dies more often before it ever was ready will not become so."""
PORT_WAIT_S = 20.0
"""What a start before left behind ends by itself within this time."""

# One broker has no other to keep a message while the power fails: it is on disk before the answer.
# A broker that was killed may come back 3 s later instead of 9 s.
KAFKA_SETTINGS = {
    "log.flush.interval.messages": "1",
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "500",
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to run. `folder` keeps everything."""

    folder: Path
    port: int
    patients: int
    workers: int


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), default=8501, show_default=True)
@click.option("--patients", type=click.IntRange(1, 10_000), default=20, show_default=True)
@click.option("--workers", type=click.IntRange(1, 16), default=2, show_default=True)
@click.option(
    "--data", type=click.Path(file_okay=False, path_type=Path),
    help="Folder of all data. Default: in the user's data folder; root: /var/lib/wardline.",
)  # fmt: skip
def up(port: int, patients: int, workers: int, data: Path | None) -> None:
    """Start Kafka, PostgreSQL and every part of Wardline, until Ctrl-C."""
    try:
        folder = data_folder(data)
        with only_user(folder), stop_on_signals() as stopping:
            _run(Plan(folder, port, patients, workers), stopping)
    except (ServiceError, NoKafkaError, SettingsError) as problem:
        raise click.ClickException(str(problem)) from None


def _run(plan: Plan, stopping: Event) -> None:
    supervisor = Supervisor(stopping, _say)
    try:
        _start(plan, supervisor, stopping)
        _say(f"Wardline is ready at http://127.0.0.1:{plan.port}  (Ctrl-C ends everything)")
        supervisor.run()
    except StoppedError:
        pass
    except KeyboardInterrupt:
        supervisor.kill()
    finally:
        _say("Stopping ...")
        supervisor.stop()
        _say(f"Stopped. The data stays in {plan.folder}")


def _start(plan: Plan, supervisor: Supervisor, stopping: Event) -> None:
    _wait_until_free(plan.port, stopping)
    kafka, postgresql = _servers(plan)
    for server in (kafka, postgresql):
        _wait_until_free(server.port, stopping)
    os.environ.pop(STORE_PASSWORD, None)
    os.environ[STORE_PASSWORD_FILE] = str(postgresql.password_file)
    supervisor.start(postgresql)
    supervisor.start(kafka)
    _compile_once(stopping)
    run_to_its_end(
        "Making the topics", [*WARDLINE, "topics", "create", "--brokers", kafka.brokers],
        TOPICS_WAIT_S, stopping,
    )  # fmt: skip
    parts = Parts(plan, f"kafka://{kafka.brokers}", postgresql.url)
    supervisor.start(*parts.workers(), deaths_max=DEATHS_MAX)
    supervisor.start(parts.server(), wait_s=SERVER_WAIT_S, deaths_max=DEATHS_MAX)
    supervisor.start(*parts.simulators(), deaths_max=DEATHS_MAX)


def _servers(plan: Plan) -> tuple[KafkaServer, PostgreSQLServer]:
    folder, ports = plan.folder, kept_ports(plan.folder)
    kafka = KafkaServer(
        kafka_programs.programs(), folder / "kafka", ports["kafka"], ports["kafka_controller"],
        settings=KAFKA_SETTINGS,
    )  # fmt: skip
    postgresql = PostgreSQLServer(
        postgresql_server.programs(), folder / "postgresql", ports["postgresql"],
        folder / "store-password", folder / "logs" / "postgresql.log",
    )  # fmt: skip
    return kafka, postgresql


@dataclass(frozen=True, slots=True)
class Parts:
    """The commands of Wardline. `kafka` and `store` are URLs, without a topic and a password."""

    plan: Plan
    kafka: str
    store: str

    def workers(self) -> list[Command]:
        """Of vital signs as many as asked for, and one of admissions."""
        vitals = f"{self.kafka}/patient-vitals?group=vitals-consumer-group"
        admitted = f"{self.kafka}/patient_records?group=patient-records-consumer-group"
        numbers = range(1, self.plan.workers + 1)
        return [
            *(
                self._part(
                    f"worker {number}", "worker", "--source", vitals, "--store", self.store,
                    "--live", f"{self.kafka}/wardline-live",
                    "--findings", f"{self.kafka}/patient-alerts",
                )
                for number in numbers
            ),
            self._part(
                "admissions worker", "worker", "--source", admitted, "--store", self.store,
                "--live", f"{self.kafka}/wardline-live",
            ),
        ]  # fmt: skip

    def server(self) -> Command:
        """API and console."""
        return self._part(
            "server", "serve", "--store", self.store, "--live", f"{self.kafka}/wardline-live",
            "--to", f"{self.kafka}/patient-vitals", "--port", str(self.plan.port),
            port=self.plan.port,
        )  # fmt: skip

    def simulators(self) -> list[Command]:
        """Of vital signs and of admissions."""
        patients = ("--patients", str(self.plan.patients))
        return [
            self._part(
                "simulator", "simulate", "--to", f"{self.kafka}/patient-vitals", "--with-beds",
                *patients,
            ),
            self._part(
                "admissions simulator", "simulate", "--profile", "admissions",
                "--to", f"{self.kafka}/patient_records", *patients,
            ),
        ]  # fmt: skip

    def _part(self, name: str, *arguments: str, port: int | None = None) -> Command:
        log = self.plan.folder / "logs" / f"{name.replace(' ', '-')}.log"
        return Command(name, [*WARDLINE, *arguments], log, port=port)


def _wait_until_free(port: int, stopping: Event) -> None:
    give_up_s = time.monotonic() + PORT_WAIT_S
    while not is_free(port):
        if time.monotonic() > give_up_s:
            raise ServiceError(f"port {port} of 127.0.0.1 is in use by another program")
        if stopping.wait(0.2):
            raise StoppedError


def _compile_once(stopping: Event) -> None:
    """Otherwise all workers would compile the same engine at once."""
    if any(prepare_machine_code_cache().rglob("*.nbc")):
        return
    _say("Compiling the engine for this machine, once: about a minute")
    run_to_its_end("Compiling", [sys.executable, "-c", COMPILE], COMPILE_WAIT_S, stopping)


def _say(line: str) -> None:
    click.echo(line, err=True)


if __name__ == "__main__":
    up()

"""Apache Kafka's programs: jars that Maven fetches once into a folder of the user's cache.

`python -m deploy.one_machine.kafka_programs` fetches them ahead of their first use.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import click
import platformdirs

VERSION = "4.3.1"
NAMED = "WARDLINE_KAFKA"
"""Names a folder that holds the jars already."""
JAVA_MIN = 17
MISSING = f"no Kafka: install Java {JAVA_MIN} and Maven, or set {NAMED} to a folder of its jars"
FETCH_WAIT_S = 600.0
"""The jars are 44 MB; a line that needs longer is as good as none."""
SUMS = Path(__file__).with_name(f"kafka-{VERSION}.sha256")
"""What each jar must be, in the format of sha256sum."""

POM = f"""\
<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>org.wardline</groupId>
  <artifactId>kafka-jars</artifactId>
  <version>{VERSION}</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId>
      <artifactId>kafka_2.13</artifactId>
      <version>{VERSION}</version>
    </dependency>
    <dependency>
      <groupId>org.apache.logging.log4j</groupId>
      <artifactId>log4j-slf4j-impl</artifactId>
      <version>2.25.3</version>
    </dependency>
    <dependency>
      <groupId>org.apache.logging.log4j</groupId>
      <artifactId>log4j-core</artifactId>
      <version>2.25.3</version>
    </dependency>
  </dependencies>
</project>
"""


class NoKafkaError(Exception):
    """Kafka's programs cannot be had; one clear line says why."""


@dataclass(frozen=True, slots=True)
class Programs:
    """What it takes to start Kafka: the program `java`, and a folder of jars."""

    java: Path
    jars: Path

    def command(self, main: str, *arguments: str, options: tuple[str, ...] = ()) -> list[str]:
        """A command that runs one of the jars' main classes."""
        return [str(self.java), *options, "-cp", f"{self.jars}/*", main, *arguments]


def programs() -> Programs:
    """Find what is there and fetch the rest. Raises NoKafkaError."""
    return Programs(_java(), _jars())


def _java() -> Path:
    home = os.environ.get("JAVA_HOME")
    found = shutil.which("java", path=f"{home}/bin" if home else None)
    if found is None:
        raise NoKafkaError(MISSING)
    told = subprocess.run([found, "-version"], capture_output=True, text=True, check=False)  # noqa: S603 - what PATH or JAVA_HOME names
    version = re.search(r'version "(\d+)', told.stderr)
    if version is None or int(version[1]) < JAVA_MIN:
        raise NoKafkaError(f"{found} is not Java {JAVA_MIN} or newer, which Kafka needs")
    return Path(found)


def _jars() -> Path:
    named = os.environ.get(NAMED)
    folder = Path(named) if named else jars_folder()
    if not named and not folder.is_dir():
        _fetch(folder)
    if not any(folder.glob("kafka_*.jar")):
        raise NoKafkaError(f"{folder} holds no jars of Kafka ({NAMED})")
    return folder


def jars_folder() -> Path:
    """Where the jars are kept; it is there wholly or not at all."""
    return Path(platformdirs.user_cache_dir("wardline", appauthor=False)) / f"kafka-{VERSION}"


def _fetch(folder: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise NoKafkaError(MISSING)
    click.echo(f"Fetching Kafka {VERSION} (once) ...", err=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="kafka-fetching-", dir=folder.parent) as name:
        jars = Path(name) / "jars"
        _run_maven(maven, Path(name), jars)
        _compare(jars)
        # Whoever was quicker has put the same jars there.
        if not folder.is_dir():
            jars.rename(folder)


def _run_maven(maven: str, folder: Path, jars: Path) -> None:
    (folder / "pom.xml").write_text(POM)
    command = [
        maven, "--batch-mode", "--quiet", "--strict-checksums", "--file", "pom.xml",
        "dependency:copy-dependencies", f"-DoutputDirectory={jars}",
    ]  # fmt: skip
    try:
        done = subprocess.run(  # noqa: S603 - the Maven of PATH
            command, cwd=folder, capture_output=True, text=True, timeout=FETCH_WAIT_S, check=False
        )
    except subprocess.TimeoutExpired:
        raise NoKafkaError(f"Maven did not fetch Kafka within {FETCH_WAIT_S:.0f} s") from None
    if done.returncode:
        lines = (done.stdout + done.stderr).strip().splitlines() or ["it says nothing"]
        raise NoKafkaError(f"Maven could not fetch Kafka: {lines[0]}")


def _compare(jars: Path) -> None:
    """Refuse anything but the very jars that Wardline was tried with."""
    wanted = {name: digest for digest, name in map(str.split, SUMS.read_text().splitlines())}
    got = {jar.name: hashlib.sha256(jar.read_bytes()).hexdigest() for jar in jars.iterdir()}
    different = sorted(name for name, _ in wanted.items() ^ got.items())
    if different:
        raise NoKafkaError(f"Maven brought other jars than expected, first {different[0]}")


if __name__ == "__main__":
    try:
        programs()
    except NoKafkaError as problem:
        click.echo(f"{problem}. Tests with Kafka will be listed as not run.", err=True)
        sys.exit(1)

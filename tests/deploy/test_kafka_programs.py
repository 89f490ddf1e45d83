"""Kafka's jars: fetched wholly or not at all, and only the very ones that were tried."""

import hashlib
from pathlib import Path

import pytest
from deploy.one_machine import kafka_programs
from deploy.one_machine.kafka_programs import NoKafkaError, jars_folder, programs

JAVA = "#!/bin/sh\necho 'openjdk version \"{version}.0.1\"' >&2\n"
# The stand-in's last argument is as Maven's: where the jars belong.
MAVEN = """#!/bin/sh
for last in "$@"; do :; done
/bin/mkdir -p "${last#-DoutputDirectory=}"
printf 'jar' > "${last#-DoutputDirectory=}/kafka_2.13.jar"
"""


def program(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text)
    (folder / name).chmod(0o755)


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine that has only the programs a test puts into this folder, and an empty cache."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in ("JAVA_HOME", "WARDLINE_KAFKA"):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture
def expected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the stand-in brings is what was tried."""
    sums = tmp_path / "sums"
    sums.write_text(f"{hashlib.sha256(b'jar').hexdigest()}  kafka_2.13.jar\n")
    monkeypatch.setattr(kafka_programs, "SUMS", sums)


def left_behind() -> list[str]:
    return [path.name for path in jars_folder().parent.glob("*")]


def test_without_java_there_is_no_kafka():
    with pytest.raises(NoKafkaError, match="install Java 17 and Maven"):
        programs()


def test_an_old_java_is_named(machine: Path):
    program(machine, "java", JAVA.format(version=11))
    with pytest.raises(NoKafkaError, match=r"java is not Java 17 or newer"):
        programs()


def test_without_maven_and_jars_there_is_no_kafka(machine: Path):
    program(machine, "java", JAVA.format(version=17))
    with pytest.raises(NoKafkaError, match="install Java 17 and Maven"):
        programs()


@pytest.mark.usefixtures("expected")
def test_jars_are_fetched_once(machine: Path):
    program(machine, "java", JAVA.format(version=21))
    program(machine, "mvn", MAVEN)
    assert programs().jars == jars_folder()
    (machine / "mvn").unlink()
    assert programs().jars == jars_folder()
    assert left_behind() == [jars_folder().name]


def test_jars_other_than_those_tried_are_refused(machine: Path):
    program(machine, "java", JAVA.format(version=17))
    program(machine, "mvn", MAVEN)
    with pytest.raises(NoKafkaError, match="other jars than expected"):
        programs()
    assert left_behind() == []


@pytest.mark.usefixtures("expected")
def test_a_failed_fetch_leaves_nothing_and_says_why(machine: Path):
    program(machine, "java", JAVA.format(version=17))
    program(machine, "mvn", f"{MAVEN}echo '[ERROR] no network'; exit 1\n")
    with pytest.raises(NoKafkaError, match=r"could not fetch Kafka: \[ERROR\] no network"):
        programs()
    assert left_behind() == []


def test_a_named_folder_is_taken_as_it_is(
    machine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    program(machine, "java", JAVA.format(version=17))
    monkeypatch.setenv("WARDLINE_KAFKA", str(tmp_path))
    with pytest.raises(NoKafkaError, match="holds no jars of Kafka"):
        programs()
    (tmp_path / "kafka_2.13-4.jar").touch()
    assert programs().jars == tmp_path

"""Settings and folders."""

import os
from pathlib import Path

import pytest

from wardline import config
from wardline.config import SettingsError


@pytest.fixture(autouse=True)
def _unset(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (config.TOKEN, config.TOKEN_FILE, config.DATA_DIR, config.NUMBA_CACHE):
        monkeypatch.delenv(name, raising=False)


def test_a_token_comes_from_the_environment_or_a_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    assert config.token() is None
    monkeypatch.setenv(config.TOKEN, "from-environment")
    assert config.token() == "from-environment"
    (tmp_path / "token").write_text("from-file\n")
    monkeypatch.setenv(config.TOKEN_FILE, str(tmp_path / "token"))
    assert config.token() == "from-file"


@pytest.mark.parametrize("content", [None, b"", b"\n", b"\xff\xfe", b"x" * 5000])
def test_a_token_file_that_cannot_be_used_is_named_and_not_quoted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes | None
):
    file = tmp_path / "token"
    if content is not None:
        file.write_bytes(content)
    monkeypatch.setenv(config.TOKEN_FILE, str(file))
    with pytest.raises(SettingsError, match=str(file)) as problem:
        config.token()
    assert "xxxx" not in str(problem.value)


def test_the_data_folder_is_made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv(config.DATA_DIR, str(tmp_path / "a" / "b"))
    assert config.data_dir() == tmp_path / "a" / "b"
    assert (tmp_path / "a" / "b").is_dir()


def test_further_host_names_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("WARDLINE_ALLOWED_HOSTS", "ward.example, icu.example,")
    assert config.allowed_hosts() == ("ward.example", "icu.example")


def test_a_machine_code_cache_that_was_chosen_is_left_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv(config.NUMBA_CACHE, str(tmp_path))
    assert config.prepare_machine_code_cache() == tmp_path


def test_machine_code_is_kept_under_the_name_of_its_sources(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setattr(config.platformdirs, "user_cache_dir", lambda *_, **__: str(tmp_path))
    folder = config.prepare_machine_code_cache()
    assert (folder.parent, os.environ[config.NUMBA_CACHE]) == (tmp_path, str(folder))
    monkeypatch.delenv(config.NUMBA_CACHE)
    assert config.prepare_machine_code_cache() == folder


def test_machine_code_of_versions_not_used_lately_is_deleted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    for age in range(6):
        old = tmp_path / f"machine-code-{age}"
        old.mkdir()
        os.utime(old, (1_000_000 - age, 1_000_000 - age))
    monkeypatch.setattr(config.platformdirs, "user_cache_dir", lambda *_, **__: str(tmp_path))
    kept = config.prepare_machine_code_cache().name
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        [kept, "machine-code-0", "machine-code-1"]
    )


def test_without_a_folder_to_write_to_machine_code_goes_to_a_temporary_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(
        config.platformdirs, "user_cache_dir", lambda *_, **__: str(tmp_path / "file" / "x")
    )
    folder = config.prepare_machine_code_cache()
    assert folder.is_dir()
    folder.rmdir()


def test_how_to_sign_in_to_kafka_comes_from_the_environment_or_files(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    assert config.kafka_security() == config.KafkaSettings()
    (tmp_path / "password").write_text("sesame\n")
    for name, value in {
        config.KAFKA_PROTOCOL: "sasl_ssl",
        config.KAFKA_MECHANISM: "plain",
        config.KAFKA_USER: "nurse",
        config.KAFKA_PASSWORD: "not this one",
        config.KAFKA_PASSWORD_FILE: str(tmp_path / "password"),
        config.KAFKA_CA: "ca.pem",
        config.KAFKA_CERTIFICATE: "own.pem",
        config.KAFKA_KEY: "key.pem",
        config.KAFKA_KEY_PASSWORD: "open",
    }.items():
        monkeypatch.setenv(name, value)
    found = config.kafka_security()
    assert found == config.KafkaSettings(
        "SASL_SSL", "PLAIN", "nurse", "sesame", "ca.pem", "own.pem", "key.pem", "open"
    )
    assert "sesame" not in repr(found)
    assert "open" not in repr(found)
    monkeypatch.setenv(config.KAFKA_PASSWORD_FILE, str(tmp_path / "missing"))
    with pytest.raises(SettingsError, match=config.KAFKA_PASSWORD_FILE):
        config.kafka_security()

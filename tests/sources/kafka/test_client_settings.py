"""What the driver is told, and which remarks of it are logged."""

import pytest

from wardline.sources.kafka.administrator import Administrator
from wardline.sources.kafka.client_settings import NO_SECURITY, KafkaSecurity, client_settings


def test_a_password_is_never_shown():
    security = KafkaSecurity("SASL_SSL", user="nurse", password="sesame", key_password="open")
    assert "sesame" not in repr(security)
    assert "open" not in repr(security)


def test_the_driver_is_told_what_was_said_and_nothing_else():
    plain = client_settings(["a:1", "b:2"], NO_SECURITY, "reader")
    assert plain["bootstrap.servers"] == "a:1,b:2"
    assert plain["client.id"] == "wardline-reader"
    assert not [name for name in plain if name.startswith(("sasl.", "ssl."))]
    secure = KafkaSecurity("SASL_SSL", "PLAIN", "nurse", "sesame", ca_file="ca.pem")
    said = client_settings(["a:1"], secure, "reader")
    told = {name: value for name, value in said.items() if name.startswith(("sasl", "ssl", "sec"))}
    assert told == {
        "security.protocol": "SASL_SSL",
        "sasl.mechanism": "PLAIN",
        "sasl.username": "nurse",
        "sasl.password": "sesame",
        "ssl.ca.location": "ca.pem",
    }


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        ({"protocol": "TLS"}, "'TLS' is no protocol"),
        ({"protocol": "SASL_SSL", "mechanism": "GSSAPI"}, "'GSSAPI' is no mechanism"),
        ({"protocol": "SASL_SSL", "user": "nurse"}, "needs a user and a password"),
        ({"protocol": "SASL_SSL", "password": "x"}, "needs a user and a password"),
        ({"protocol": "SSL", "password": "x"}, "sends no password"),
        ({"protocol": "SSL", "key_file": "k"}, "belong together"),
        ({"ca_file": "ca.pem"}, "uses no certificates"),
    ],
)
def test_settings_that_do_not_fit_together_are_refused(arguments, what):
    with pytest.raises(ValueError, match=what):
        KafkaSecurity(**arguments)


def test_a_file_that_is_not_there_is_refused_at_once(tmp_path):
    missing = str(tmp_path / "ca.pem")
    with pytest.raises(ValueError, match=r"ca\.pem|ssl\.ca\.location"):
        Administrator(["a:1"], KafkaSecurity("SSL", ca_file=missing), "test")

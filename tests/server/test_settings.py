import pytest

from wardline.server.settings import ServerSettings, UnsafeSettingsError


def test_the_default_is_this_machine_only_and_needs_no_token():
    assert ServerSettings().is_loopback


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "localhost"])
def test_a_loopback_host_needs_no_token(host):
    assert ServerSettings(host=host).is_loopback


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "::", "10.0.0.7", "monitor.ward", "", "localhost.evil"]
)
def test_a_host_beyond_loopback_without_a_token_is_refused_with_one_line(host):
    with pytest.raises(UnsafeSettingsError, match="without a token") as caught:
        ServerSettings(host=host)
    assert "\n" not in str(caught.value)


def test_a_host_beyond_loopback_with_a_token_is_taken():
    assert not ServerSettings(host="0.0.0.0", token="a-token").is_loopback


@pytest.mark.parametrize("token", ["", "two words", "schlüssel", "line\nbreak"])
def test_a_token_that_cannot_travel_in_a_header_is_refused(token):
    with pytest.raises(UnsafeSettingsError, match="printable ASCII"):
        ServerSettings(token=token)


def test_host_names_are_compared_in_lower_case():
    assert "ward.example" in ServerSettings(allowed_hosts=("Ward.Example",)).host_names

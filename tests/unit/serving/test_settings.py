import pytest

from textops.errors import ConfigurationError
from textops.registry.settings import read_settings
from textops.serving.settings import ServingSettings


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEXTOPS_MODEL", "bbc_news@staging")
    monkeypatch.setenv("TEXTOPS_PORT", "9000")
    monkeypatch.setenv("TEXTOPS_MAX_BATCH_TEXTS", "10")

    settings = read_settings(ServingSettings)

    assert (settings.model, settings.port, settings.max_batch_texts) == ("bbc_news@staging", 9000, 10)


@pytest.mark.parametrize(
    ("variable", "value"),
    [("PORT", "http"), ("PORT", "70000"), ("MAX_BODY_BYTES", "0"), ("MAX_WAITING_MILLISECONDS", "inf")],
)
def test_an_impossible_value_is_one_line(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.setenv(f"TEXTOPS_{variable}", value)

    with pytest.raises(ConfigurationError, match=f"TEXTOPS_{variable} is not possible"):
        read_settings(ServingSettings)


@pytest.mark.parametrize(
    ("given", "proxies"),
    [("10.0.0.1, 10.1.0.0/16,::1", "10.0.0.1, 10.1.0.0/16,::1"), (" * ", "*"), ("", None), ("  ", None)],
)
def test_proxies_are_addresses_networks_or_everybody(given: str, proxies: str | None) -> None:
    assert read_settings(ServingSettings, trusted_proxies=given).trusted_proxies == proxies


@pytest.mark.parametrize("given", ["proxy.example", "10.0.0.1/8", "*,10.0.0.1", "10.0.0.1,"])
def test_a_proxy_that_would_never_be_found_is_refused(given: str) -> None:
    with pytest.raises(ConfigurationError, match=r"TEXTOPS_TRUSTED_PROXIES is not possible: .* or \* alone"):
        read_settings(ServingSettings, trusted_proxies=given)

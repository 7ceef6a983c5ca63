import pytest

from textops.errors import ConfigurationError
from textops.registry.bounds import GateBounds
from textops.registry.settings import RegistrySettings, read_settings


def test_without_an_environment_the_registry_lies_in_the_models_folder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("TEXTOPS_REGISTRY", raising=False)

    assert read_settings(RegistrySettings).registry == "models/registry"


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEXTOPS_REGISTRY", "elsewhere")
    monkeypatch.setenv("TEXTOPS_GATE_TOLERANCE", "0.02")

    settings = read_settings(RegistrySettings)

    assert (settings.registry, settings.gate_tolerance) == ("elsewhere", 0.02)


def test_what_is_given_goes_before_the_environment_and_none_is_not_given(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TEXTOPS_REGISTRY", "elsewhere")

    assert read_settings(RegistrySettings, registry="here").registry == "here"
    assert read_settings(RegistrySettings, registry=None).registry == "elsewhere"


def test_an_empty_registry_variable_is_not_the_working_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEXTOPS_REGISTRY", "")

    with pytest.raises(ConfigurationError, match="TEXTOPS_REGISTRY is not possible"):
        read_settings(RegistrySettings)


def test_an_impossible_value_is_one_line_that_names_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEXTOPS_GATE_TOLERANCE", "a lot")

    with pytest.raises(ConfigurationError, match=r"TEXTOPS_GATE_TOLERANCE is not possible: .* valid number") as error:
        read_settings(RegistrySettings)

    assert "\n" not in str(error.value)


def test_the_bounds_of_the_gate_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEXTOPS_GATE_LATENCY_MS", "20")
    monkeypatch.setenv("TEXTOPS_GATE_MEMORY_MB", "256")
    monkeypatch.setenv("TEXTOPS_GATE_CALIBRATION_ERROR", "0.02")
    monkeypatch.setenv("TEXTOPS_GATE_AGREEMENT", "0.99")
    monkeypatch.delenv("TEXTOPS_GATE_TOLERANCE", raising=False)

    bounds = read_settings(RegistrySettings).bounds

    assert bounds == GateBounds(tolerance=0.01, agreement=0.99, calibration_error=0.02, latency_ms=20, memory_mb=256)


def test_without_an_environment_the_bounds_are_those_of_the_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TOLERANCE", "AGREEMENT", "CALIBRATION_ERROR", "LATENCY_MS", "MEMORY_MB"):
        monkeypatch.delenv(f"TEXTOPS_GATE_{name}", raising=False)

    assert read_settings(RegistrySettings).bounds == GateBounds()

import pytest
from pydantic import ValidationError

from textops.prediction_log import PredictionLogSettings


def test_settings_come_from_the_environment_and_show_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    monkeypatch.setenv("TEXTOPS_DATABASE_URL", "postgresql://ann:s3cret@host/log")
    monkeypatch.setenv("TEXTOPS_LOG_TEXT", "hash")
    monkeypatch.setenv("TEXTOPS_LOG_HASH_KEY", "s3cret")
    monkeypatch.setenv("TEXTOPS_LOG_RETENTION_DAYS", "30")
    # when
    settings = PredictionLogSettings()
    # then
    assert settings.is_on
    assert settings.log_text == "hash"
    assert settings.log_retention_days == 30
    assert "s3cret" not in f"{settings!r}{settings.model_dump()}{settings.model_dump_json()}"


def test_none_switches_the_log_off() -> None:
    assert not PredictionLogSettings.model_validate({"database_url": "none"}).is_on


@pytest.mark.parametrize(
    "wrong", [{"log_text": "some"}, {"log_buffer_rows": 0}, {"log_flush_seconds": 0}, {"log_retention_days": -1}]
)
def test_impossible_values_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        PredictionLogSettings.model_validate(wrong)

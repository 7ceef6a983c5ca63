import pytest


@pytest.fixture(autouse=True)
def no_prediction_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that want a log give its settings."""
    monkeypatch.setenv("TEXTOPS_DATABASE_URL", "none")

import tempfile
from pathlib import Path

import pytest

from textops.errors import ConfigurationError
from textops.registry.settings import read_settings
from textops.registry.storage_settings import StorageSettings


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("TEXTOPS_CACHE", "TEXTOPS_REGISTRY_SECONDS", "XDG_CACHE_HOME"):
        monkeypatch.delenv(variable, raising=False)


def test_the_cache_lies_with_other_caches_of_the_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert read_settings(StorageSettings).cache == tmp_path / ".cache/textops"

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    assert read_settings(StorageSettings).cache == tmp_path / "caches/textops"

    monkeypatch.setenv("TEXTOPS_CACHE", str(tmp_path / "mine"))
    assert read_settings(StorageSettings).cache == tmp_path / "mine"


def test_a_user_without_a_home_has_a_temporary_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.path.expanduser", lambda path: path)

    assert read_settings(StorageSettings).cache == Path(tempfile.gettempdir()) / "textops"


@pytest.mark.parametrize("seconds", ["0", "-1", "inf", "soon"])
def test_impossible_times_are_refused(monkeypatch: pytest.MonkeyPatch, seconds: str) -> None:
    monkeypatch.setenv("TEXTOPS_REGISTRY_SECONDS", seconds)

    with pytest.raises(ConfigurationError, match="TEXTOPS_REGISTRY_SECONDS is not possible"):
        read_settings(StorageSettings)

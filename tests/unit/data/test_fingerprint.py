from collections.abc import Callable
from pathlib import Path

import pytest

from textops.data.configuration import SourceConfiguration
from textops.data.fingerprint import fingerprint_of
from textops.data.locations import SourceFile
from textops.errors import DataError

Configuration = Callable[..., SourceConfiguration]


def test_the_place_and_the_name_do_not_count(tmp_path: Path, configuration: Configuration) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "data.csv").write_text("text", encoding="utf-8")
    here = SourceFile(tmp_path / "a" / "data.csv", "a/data.csv", "data.csv")
    there = SourceFile(tmp_path / "b" / "data.csv", "b/data.csv", "data.csv")

    one = fingerprint_of(configuration("a", name="one", note="x"), [here])

    assert one == fingerprint_of(configuration("b", name="two"), [there])


def test_content_settings_and_the_name_of_the_file_count(tmp_path: Path, configuration: Configuration) -> None:
    path = tmp_path / "data.csv"
    path.write_text("text", encoding="utf-8")
    file = SourceFile(path, "data.csv", "data.csv")
    before = fingerprint_of(configuration(), [file])

    assert fingerprint_of(configuration(split={"salt": "other"}), [file]) != before
    assert fingerprint_of(configuration(), [SourceFile(path, "data.csv", "fake.csv")]) != before
    path.write_text("texT", encoding="utf-8")
    assert fingerprint_of(configuration(), [file]) != before


def test_a_file_that_is_gone_is_one_line(tmp_path: Path, configuration: Configuration) -> None:
    with pytest.raises(DataError, match=r"gone.csv cannot be read: No such file"):
        fingerprint_of(configuration(), [SourceFile(tmp_path / "gone.csv", "gone.csv", "gone.csv")])


def test_settings_that_came_later_leave_old_fingerprints_as_they_were() -> None:
    # given what textops gave before there was such a setting
    old = "9e812071ccd2c8c5c0d7a9c3a87661a211dc06780ac32e86b981a7e06018f64b"

    assert fingerprint_of(SourceConfiguration.model_validate(_OLD), []) == old
    assert fingerprint_of(SourceConfiguration.model_validate({**_OLD, "rare_classes": {"rule": "drop"}}), []) != old


_OLD = {"source": "synthetic", "synthetic": {"rows": 5}, "text_columns": ["text"], "label_column": "label"}

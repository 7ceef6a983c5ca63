"""What an experiment may be called, and where it goes."""

from pathlib import Path

import pytest

from textops.errors import ConfigurationError
from textops.proposing.experiment_place import check_place, place_of


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("reviews.csv", "reviews"),
        ("data/Mails 2024/*.csv", "Mails_2024"),
        ("2021.csv", "data_2021"),
        ("null.csv", "data_null"),
        ("отзывы.csv.gz", "отзывы"),
        ("https://example.org/a.b/news.jsonl?x=1", "news"),
        ("..", "data"),
    ],
)
def test_the_name_comes_from_the_file_and_hydra_takes_it(path: str, name: str) -> None:
    assert check_place(None, path, force=False) == name


@pytest.mark.parametrize("name", ["", "a/b", "../x", "1a", "true", "a b", "a.b", "-x", "x" * 101, "a\n"])
def test_an_impossible_name_is_refused(name: str) -> None:
    with pytest.raises(ConfigurationError, match="cannot be a name"):
        check_place(name, "a.csv", force=False)


def test_what_is_there_stays_unless_it_is_to_be_replaced() -> None:
    place_of("mine").parent.mkdir(parents=True)
    place_of("mine").write_text("precious")
    with pytest.raises(ConfigurationError, match="--force"):
        check_place("mine", "a.csv", force=False)
    assert check_place("mine", "a.csv", force=True) == "mine"


@pytest.mark.parametrize("in_the_way", ["configs", "configs/experiment", "configs/experiment/mine.yaml"])
def test_what_is_no_folder_or_no_file_there_is_left_alone(in_the_way: str) -> None:
    path = Path(in_the_way)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.mkdir() if path.suffix else path.touch()
    with pytest.raises(ConfigurationError, match="in the way"):
        check_place("mine", "a.csv", force=True)


def test_an_experiment_that_comes_along_is_not_hidden() -> None:
    with pytest.raises(ConfigurationError, match="comes with textops"):
        check_place("bbc_news", "a.csv", force=True)

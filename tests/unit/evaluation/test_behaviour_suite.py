"""Suites of behaviour tests, as a person writes them."""

import json
from pathlib import Path

import pytest

from textops.data.configuration import read_configuration
from textops.errors import ConfigurationError
from textops.evaluation.behaviour_file import EVERY_DATA_SET, joined, read_suite, suite_of, write_suite
from textops.evaluation.behaviour_suite import BehaviourSuite
from textops.installation import configuration_folder

FOLDER = configuration_folder() / "behaviour"
SHIPPED = sorted(FOLDER.glob("*.yaml"))
SMALL = """
required: 0.8
lists:
  who: [Ann, Ben]
tests:
  - name: clear
    kind: minimum_function
    cases:
      sport: ["{who} scored"]
  - name: names
    kind: invariance
    texts: ["{who} left"]
    vary: who
    required: 1.0
"""


def written(folder: Path, text: str, name: str = "suite") -> Path:
    path = folder / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_each_suite_here_can_be_read_and_is_of_a_data_set_here(path: Path) -> None:
    assert read_suite(path).tests
    assert path.stem == EVERY_DATA_SET or (configuration_folder() / "data" / path.name).is_file()


def test_every_data_set_here_has_a_suite() -> None:
    sets = {path.stem for path in (configuration_folder() / "data").glob("[!_]*.yaml")}
    # Of these it is not known what they hold, and a suite asks for the one class of a text.
    sets -= {"csv", "sql", "huggingface", "liar_subjects"}
    assert sets == {path.stem for path in SHIPPED} - {EVERY_DATA_SET}


def test_a_suite_comes_back_as_it_was_written(tmp_path: Path) -> None:
    for path in SHIPPED:
        # given
        suite = read_suite(path)
        # when
        write_suite(tmp_path / "behaviour.yaml", suite)
        # then
        assert read_suite(tmp_path / "behaviour.yaml") == suite


def test_own_tests_replace_those_of_every_data_set_by_name(tmp_path: Path) -> None:
    # given
    written(tmp_path, SMALL, EVERY_DATA_SET)
    own = "tests: [{name: names, kind: invariance, texts: test, change: upper_case}]"
    written(tmp_path, own, "news")
    # when
    suite = suite_of("news", tmp_path)
    # then: each test keeps what its own suite requires
    assert suite is not None
    assert [(test.name, suite.required_of(test)) for test in suite.tests] == [("names", 1.0), ("clear", 0.8)]
    assert suite.tests[0].kind == "invariance"
    assert list(suite.filled("{who}")) == ["Ann", "Ben"]


def test_a_data_set_without_a_suite_has_that_of_every_data_set(tmp_path: Path) -> None:
    # given
    assert suite_of("reviews", tmp_path) is None
    everyones = read_suite(written(tmp_path, SMALL, EVERY_DATA_SET))
    # then
    assert suite_of("reviews", tmp_path) == suite_of("../reviews", tmp_path) == joined([everyones])
    # by default the folder is the one here
    name = read_configuration({"paths": "r.csv", "text_columns": "t", "label_column": "l"}).name
    assert suite_of(name) == joined([read_suite(FOLDER / f"{EVERY_DATA_SET}.yaml")])


def test_each_placeholder_takes_each_of_its_entries() -> None:
    suite = BehaviourSuite.model_validate(
        {
            "lists": {"a": ["1", "2"], "b": ["x", "y"]},
            "tests": [{"name": "n", "kind": "minimum_function", "cases": {"c": ["{a}{b} {a} {{}}"]}}],
        }
    )
    assert list(suite.filled("{a}{b} {a} {{}}")) == ["1x 1 {}", "1y 1 {}", "2x 2 {}", "2y 2 {}"]


INVARIANCE = "tests: [{name: n, kind: invariance, texts: [x], "


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "has no behaviour tests"),
        ("tests: []", "has no behaviour tests"),
        ("- a", "has no behaviour tests"),
        ("tests: [", "is no YAML"),
        ("requird: 1\n" + SMALL.replace("required: 0.8", ""), "requird is not a setting; did you mean 'required'?"),
        (
            SMALL.replace("required: 1.0", "requird: 1.0"),
            "test 'names' requird is not a setting",
        ),
        (
            SMALL.replace("kind: invariance", "kind: invarance"),
            "there is no kind 'invarance'; did you mean",
        ),
        (SMALL.replace("    kind: invariance\n", ""), "test 'names' has no kind: take one of"),
        (SMALL.replace("required: 0.8", "required: 80"), "required: Input should be less than or equal to 1"),
        (SMALL.replace("[Ann, Ben]", "Ann"), "lists.who"),
        (SMALL.replace("name: names", "name: clear"), "two tests are called 'clear'"),
        (SMALL.replace("vary: who", "vary: whom"), "test 'names': there is no list 'whom'.* did you mean 'who'"),
        (SMALL.replace("{who} left", "{whom} left"), "test 'names': there is no list 'whom'.* did you mean 'who'"),
        (SMALL.replace("{who} left", "{who left"), "test 'names': the template .* has an odd brace"),
        (SMALL.replace("{who} left", "{} left"), "the placeholder {} is no name"),
        (SMALL.replace("sport:", "true:"), "put it in quotes"),
        (INVARIANCE + "change: upper_cas}]", "there is no change 'upper_cas'; did you mean 'upper_case'"),
        (INVARIANCE + "change: upper_case, append: y}]", "needs exactly one of .* has change and append"),
        ("tests: [{name: n, kind: invariance, texts: test, vary: who}]", "vary needs templates of its own"),
        ("tests: [{name: n, kind: invariance, texts: [], append: y}]", "test 'n' texts"),
        (
            "tests: [{name: n, kind: direction, texts: [x], class: a, moves: up}]",
            "test 'n': needs exactly one of append and prepend",
        ),
        (
            "tests: [{name: n, kind: direction, texts: [x], class: a, moves: sideways, append: y}]",
            "test 'n' moves: Input should be 'up' or 'down'",
        ),
        ("tests: [a sentence]", "test 1"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(text: str, complaint: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=complaint) as raised:
        read_suite(written(tmp_path, text))
    assert "suite.yaml" in str(raised.value)
    assert len(str(raised.value).splitlines()) == 1


def test_a_template_that_makes_too_many_texts_is_refused(tmp_path: Path) -> None:
    # given
    fifty = [str(number) for number in range(50)]
    test = {"name": "n", "kind": "minimum_function", "cases": {"c": ["{a}{b}"]}}
    text = json.dumps({"lists": {"a": fifty, "b": fifty}, "tests": [test]})
    # then
    with pytest.raises(ConfigurationError, match="makes 2,500 texts"):
        read_suite(written(tmp_path, text))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"missing\.yaml cannot be read"):
        read_suite(tmp_path / "missing.yaml")

"""Overrides of any script, as they are typed."""

import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException
from hypothesis import assume, given
from hypothesis import strategies as st

from textops.errors import ConfigurationError
from textops.training.configuration import compose_configuration
from textops.training.overrides import quoted
from textops.training.source import source_of

FILE = ("data=csv", "data.paths=x.csv", "data.text_columns=[text]", "data.label_column=label")
word = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="[]{},:'\"\\$"), min_size=1).map(
    lambda text: " ".join(text.split())
)


def read(override: str) -> object:
    return OverridesParser.create().parse_override(quoted(override)).value()


def readable(override: str) -> bool:
    try:
        OverridesParser.create().parse_override(override)
    except HydraException:
        return False
    return True


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("отзывы.csv", "отзывы.csv"),
        ("it's (1)=a.csv", "it's (1)=a.csv"),
        ("C:\\données\\x.csv", "C:\\données\\x.csv"),
        ("é\\'x\\", "é\\'x\\"),
        ("https://example.org/a?b=c&d=e", "https://example.org/a?b=c&d=e"),
        ("~/reviews.csv", "~/reviews.csv"),
        (";", ";"),
        (",", ","),
        ("\t", "\t"),
        (" ", " "),
        ("", ""),
        ("[Überschrift, Text]", ["Überschrift", "Text"]),
        ("[a b,c#,d]", ["a b", "c#", "d"]),
        ("['Überschrift, lang',Text]", ["Überschrift, lang", "Text"]),
        ("[it's,b]", ["it's", "b"]),
        ("[https://example.org/é.csv,b.csv]", ["https://example.org/é.csv", "b.csv"]),
        ("[(?m)^\\d+ é]", ["(?m)^\\d+ é"]),
        ("[1,null,é]", [1, None, "é"]),
        ("[a.csv,b.csv]", ["a.csv", "b.csv"]),
        ("[]", []),
        ("3", 3),
        ("'3'", "3"),
        ("null", None),
        ("{a: 1}", {"a": 1}),
    ],
)
def test_a_value_is_what_it_looks_like(typed: str, value: object) -> None:
    assert read(f"key={typed}") == value


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_any_text_that_hydra_cannot_read_is_taken_as_it_is(text: str) -> None:
    assume(not readable(f"key={text}"))
    assume(text[0] not in "[{")
    assert read(f"key={text}") == text


@given(st.lists(word, min_size=1, max_size=4))
def test_names_of_any_script_make_a_list(names: list[str]) -> None:
    # given: one that Hydra does not read, or it reads the list its own way
    names = [*names, "é"]
    assume(all(names))
    # when
    found = read(f"key=[{','.join(names)}]")
    # then: numbers and the like stay what they are
    assert isinstance(found, list)
    assert [str(item) for item in found if not isinstance(item, bool | int | float | None)] == [
        name for name, item in zip(names, found, strict=True) if not isinstance(item, bool | int | float | None)
    ]


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("{0: real, 1: fake}", {"0": "real", "1": "fake"}),
        ("{01: a, True: b, 1.50: c, null: d}", {"01": "a", "True": "b", "1.50": "c", "null": "d"}),
        ("{плохо: bad, хорошо: good}", {"плохо": "bad", "хорошо": "good"}),
        ("{very bad: плохо}", {"very bad": "плохо"}),
        ("{'a, b': \"c: d\", it's: e}", {"a, b": "c: d", "it's": "e"}),
        ('{\'don\\\'t\': "say \\"no\\""}', {"don't": 'say "no"'}),
        ("{C++: c, C#: d, a~b: e}", {"C++": "c", "C#": "d", "a~b": "e"}),
        ("{\\d: digits}", {"\\d": "digits"}),
    ],
)
def test_labels_of_any_spelling_get_their_names(typed: str, value: dict[str, str]) -> None:
    # when
    source = source_of(compose_configuration([*FILE, f"data.label_names={typed}"]))
    # then
    assert source.label_names == value


def test_files_are_told_apart_by_patterns_of_any_script() -> None:
    # when
    source = source_of(
        compose_configuration(
            ["data=csv", "data.paths=x", "data.text_columns=[text]", "data.label_from_file={*вера*: real, *: fake}"]
        )
    )
    # then
    assert source.label_from_file == {"*вера*": "real", "*": "fake"}


def test_new_names_of_labels_take_the_place_of_the_old_ones() -> None:
    # given: a source that names them already
    overrides = ["data=isot_titles", "data.label_names={0: false, 1: true}"]
    # when, then
    assert source_of(compose_configuration(overrides)).label_names == {"0": "false", "1": "true"}


def test_names_of_labels_can_be_taken_away() -> None:
    assert source_of(compose_configuration(["data=isot_titles", "data.label_names=null"])).label_names is None


def test_a_mapping_that_says_only_some_of_what_there_is_leaves_the_rest() -> None:
    # when
    configuration = compose_configuration(["data.split={salt: other, rule: hash}"])
    # then
    assert configuration.data.split.salt == "other"
    assert configuration.data.split.train == 0.8


@pytest.mark.parametrize(
    "override",
    ["-m", "--multirun", "x=[", "x=[é", "x={é", "data.label_names={a", "x", "", "data.label_names={a:1},{b:2}"],
)
def test_what_cannot_be_mended_stays_as_it_is(override: str) -> None:
    assert quoted(override) == override


@pytest.mark.parametrize(
    "override", ["data.label_names={плохо", "data.text_columns=[é", "data.label_names={a: {b: c}}"]
)
def test_a_mapping_or_list_that_is_broken_is_named_in_one_line(override: str) -> None:
    with pytest.raises(ConfigurationError, match=r"data\.") as raised:
        source_of(compose_configuration([*FILE, override]))
    assert "\n" not in str(raised.value)

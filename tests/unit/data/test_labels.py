from collections.abc import Callable
from pathlib import Path

import pytest

from textops.data.configuration import SourceConfiguration
from textops.data.labels import LabelReader
from textops.data.locations import SourceFile
from textops.data.records import Record
from textops.errors import DataError

Configuration = Callable[..., SourceConfiguration]


def record(relative: str = "data.csv", **fields: str) -> Record:
    return Record(SourceFile(Path("/raw") / relative, relative, relative), 7, fields)


def test_raw_values_are_the_classes_when_nothing_else_is_said(configuration: Configuration) -> None:
    reader = LabelReader(configuration())

    raw = reader.raw_label(record(label=" sport "))

    assert reader.class_of(raw, "data.csv:7") == "sport"


@pytest.mark.parametrize(
    ("names", "expected"), [(["b", "a"], ("a", "b")), (["10", "9", "1"], ("1", "9", "10")), (["1", "x"], ("1", "x"))]
)
def test_classes_are_sorted_and_whole_numbers_by_value(
    configuration: Configuration, names: list[str], expected: tuple[str, ...]
) -> None:
    assert LabelReader(configuration()).classes(names) == expected


def test_several_raw_values_may_be_one_class_in_the_order_given(configuration: Configuration) -> None:
    reader = LabelReader(configuration(label_names={"1": "bad", "2": "bad", "5": "good", "9": "absent"}))

    assert [reader.class_of(raw, "") for raw in "125"] == ["bad", "bad", "good"]
    assert reader.classes({"good", "bad"}) == ("bad", "good")


@pytest.mark.parametrize("raw", ["1", "1.0", "1.", " 1"])
def test_a_number_is_known_in_any_spelling(configuration: Configuration, raw: str) -> None:
    assert LabelReader(configuration(label_names={1: "yes", 0: "no"})).class_of(raw, "") == "yes"


def test_case_does_not_make_another_label(configuration: Configuration) -> None:
    assert LabelReader(configuration(label_names={"Spam": "spam"})).class_of("SPAM", "") == "spam"


def test_an_unknown_label_is_named_with_its_place_and_the_nearest(configuration: Configuration) -> None:
    reader = LabelReader(configuration(label_names={"sport": "sport", "tech": "tech"}))

    with pytest.raises(DataError) as caught:
        reader.class_of("sprot", "data.csv:7")

    message = str(caught.value)
    assert message.startswith("data.csv:7: label 'sprot' is not in data.label_names, which has 'sport', 'tech'")
    assert "did you mean 'sport'?" in message
    assert "data.ignore_labels=['sprot']" in message


def test_labels_can_be_left_out(configuration: Configuration) -> None:
    reader = LabelReader(configuration(ignore_labels=["unknown", 9, "caf\u00e9"]))

    assert reader.is_ignored("Cafe\u0301")

    assert [reader.is_ignored(raw) for raw in ("Unknown", "9.0", "known")] == [True, True, False]
    assert not LabelReader(configuration()).is_ignored("")


@pytest.mark.parametrize(
    ("relative", "expected"), [("True.csv", "real"), ("x/fake_sample.csv", "fake"), ("sub/true/1.csv", "real")]
)
def test_the_file_says_the_class_whatever_its_case(configuration: Configuration, relative: str, expected: str) -> None:
    reader = LabelReader(configuration(label_from_file={"*TRUE*": "real", "*fake*": "fake"}))

    assert reader.raw_label(record(relative)) == expected
    assert reader.classes({"fake", "real"}) == ("real", "fake")


@pytest.mark.parametrize(("relative", "expected"), [("sport/1.txt", "sport"), ("1.txt", "raw"), ("a/b/1.txt", "b")])
def test_the_folder_says_the_class(configuration: Configuration, relative: str, expected: str) -> None:
    reader = LabelReader(configuration(label_from_file="folder"))

    assert [reader.raw_label(record(relative)) for _ in range(2)] == [expected] * 2


@pytest.mark.parametrize(
    ("relative", "message"), [("other.csv", "matches no pattern"), ("true_fake.csv", "several classes")]
)
def test_a_file_of_no_class_or_several_is_refused(configuration: Configuration, relative: str, message: str) -> None:
    reader = LabelReader(configuration(label_from_file={"*true*": "real", "*fake*": "fake"}))

    with pytest.raises(DataError, match=message):
        reader.raw_label(record(relative))


@pytest.mark.parametrize("raw", ['["sport", "tech"]', '["sport"]', "[]", "[1, 2]"])
def test_a_list_of_labels_is_no_class(configuration: Configuration, raw: str) -> None:
    with pytest.raises(DataError, match=r"data.jsonl:3: the label is a list, \[.* a text has one class"):
        LabelReader(configuration()).class_of(raw, "data.jsonl:3")


def test_brackets_alone_make_no_list_and_a_list_can_be_named(configuration: Configuration) -> None:
    assert LabelReader(configuration()).class_of("[spam]", "data.jsonl:3") == "[spam]"
    assert LabelReader(configuration(label_names={'["a", "b"]': "both"})).class_of('["a", "b"]', "x:1") == "both"

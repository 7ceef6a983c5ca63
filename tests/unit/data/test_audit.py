from collections.abc import Callable

import pytest

from textops.data import audit as audit_module
from textops.data.audit import audit, step
from textops.data.configuration import SourceConfiguration
from textops.data.validation import LabelledText, position_of

Texts = Callable[..., list[str]]
Configuration = Callable[..., SourceConfiguration]
CLASSES = ("fake", "real")


@pytest.fixture
def rows(texts: Texts) -> list[LabelledText]:
    """Articles in the shape of ISOT: an agency's dateline in the real ones, and a subject."""
    made = []
    for number, long_text in enumerate(texts(200, words=60)):
        real = number % 2 == 1
        text = long_text[: 100 + number * 7 % 200]
        raw = f"{text}\nLONDON (Reuters) - {text}" if real else f"{text}\n{text}"
        others = {"subject": "politicsNews" if real else "politics", "note": str(number)}
        label, position = CLASSES[real], position_of(str(number), "s")
        file = "true.csv" if real else "fake.csv"
        made.append(LabelledText(str(number), position, raw, raw, label, None, file, f"{file}:{number}", others))
    return made


def test_columns_terms_and_files_are_found(rows: list[LabelledText], configuration: Configuration) -> None:
    findings = audit(rows, CLASSES, configuration())

    assert [(finding.kind, finding.name, finding.stage) for finding in findings] == [
        ("column", "subject", "raw"),
        ("file", "file", "raw"),
        ("term", "(reuters)", "used"),
        ("term", "-", "used"),
        ("term", "london", "used"),
    ]
    term = findings[2]
    assert (term.purity, term.coverage) == (1.0, {"fake": 0.0, "real": 1.0})
    assert "data.remove_patterns" in term.advice


def test_what_the_patterns_removed_is_still_named(rows: list[LabelledText], configuration: Configuration) -> None:
    for row in rows:
        row.text = row.raw.replace("LONDON (Reuters) - ", "")

    findings = audit(rows, CLASSES, configuration(remove_patterns=r"LONDON \(Reuters\) - ", label_from_file="folder"))

    assert [(finding.kind, finding.name, finding.stage) for finding in findings] == [
        ("column", "subject", "raw"),
        ("term", "(reuters)", "raw"),
        ("term", "-", "raw"),
        ("term", "london", "raw"),
    ]
    assert "removed by remove_patterns" in findings[1].advice


def test_clean_data_raise_no_alarm(rows: list[LabelledText], configuration: Configuration) -> None:
    for row in rows:
        row.raw = row.text = row.raw.replace("LONDON (Reuters) - ", "")
        row.others.pop("subject")
        row.file = "all.csv"

    assert audit(rows, CLASSES, configuration()) == ()


def test_too_few_examples_are_not_judged(rows: list[LabelledText], configuration: Configuration) -> None:
    assert audit(rows[:20], CLASSES, configuration()) == ()
    assert audit([], CLASSES, configuration()) == ()


def test_one_group_alone_cannot_be_halved(rows: list[LabelledText], configuration: Configuration) -> None:
    for row in rows:
        row.position = 4

    assert audit(rows, CLASSES, configuration()) == ()


def test_large_data_are_judged_by_a_sample() -> None:
    assert step(1000, 1_000_000) == 1
    assert step(audit_module.EXAMPLES + 1, 1_000_000) == 2
    assert step(1000, 3 * audit_module.CHARACTERS) == 3

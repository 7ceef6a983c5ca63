import math
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textops.data.configuration import SyntheticConfiguration
from textops.data.synthetic import synthetic_records


def made(**settings: float) -> list[dict[str, str]]:
    return [dict(record.fields) for record in synthetic_records(SyntheticConfiguration.model_validate(settings))]


@settings(max_examples=10)
@given(rows=st.integers(1, 30), classes=st.integers(2, 6), words=st.integers(1, 20), drift=st.floats(0, 1))
def test_any_size_can_be_made(rows: int, classes: int, words: int, drift: float) -> None:
    records = made(rows=rows, classes=classes, words=words, drift=drift)

    assert len(records) == rows
    assert all(record["text"] for record in records)
    assert {record["label"] for record in records} <= {f"class_{number}" for number in range(classes)}


def test_the_same_seed_makes_the_same_texts() -> None:
    assert made(rows=50, seed=3) == made(rows=50, seed=3)
    assert made(rows=50, seed=3) != made(rows=50, seed=4)


def test_texts_have_the_mean_length_asked_for_and_a_year_of_times() -> None:
    records = made(rows=2000, words=40)

    assert sum(len(record["text"].split()) for record in records) / 2000 == pytest.approx(40, rel=0.05)
    assert records[0]["timestamp"] == "2020-01-01T00:00:00+00:00"
    assert records[-1]["timestamp"] == "2020-12-31T00:00:00+00:00"
    assert records == sorted(records, key=lambda record: record["timestamp"])


def alikeness(drift: float) -> float:
    """Return the cosine of the word counts of the first and the last texts."""
    records = made(rows=10_000, drift=drift)
    early, late = (
        Counter(word for record in part for word in record["text"].split())
        for part in (records[:2000], records[-2000:])
    )
    product = sum(count * late[word] for word, count in early.items())
    return product / math.sqrt(sum(n * n for n in early.values()) * sum(n * n for n in late.values()))


def test_drift_moves_the_words_as_far_as_asked() -> None:
    none, half, whole = alikeness(0), alikeness(0.5), alikeness(1)

    assert none > 0.99
    assert none - half > 0.01
    assert half - whole > 0.03


def test_classes_differ_in_their_words() -> None:
    records = made(rows=5000, words=30)
    words = {label: Counter[str]() for label in ("class_0", "class_1")}
    for record in records:
        words[record["label"]].update(record["text"].split())

    (topic, count), *_ = (words["class_0"] - words["class_1"]).most_common(1)

    assert words["class_1"][topic] < count


def test_classes_can_be_as_uneven_as_wanted() -> None:
    counts = Counter(record["label"] for record in made(rows=20_000, imbalance=6.63))

    assert counts["class_1"] / 20_000 == pytest.approx(0.01, abs=0.003)


def test_without_imbalance_the_texts_are_those_of_old() -> None:
    assert made(rows=50, imbalance=0) == made(rows=50)

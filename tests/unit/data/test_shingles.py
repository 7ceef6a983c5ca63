import numpy as np
import pytest

from textops.data.shingles import SIGNATURE_LENGTH, distinct, shingled, signatures


def test_every_text_has_a_shingle() -> None:
    shingles = shingled(["", "a", "a b c d", "?!"])

    assert np.diff(shingles.offsets).tolist() == [1, 1, 2, 1]
    assert len(shingled([]).hashes) == 0
    assert [len(each) for each in distinct(shingled([]))] == [0, 0]


def test_signatures_estimate_the_similarity() -> None:
    words = [f"w{number}" for number in range(202)]
    shingles = shingled([" ".join(words), " ".join(words[:150] + ["x"] * 5 + words[155:])])

    rows = signatures(shingles)

    hashes, counts = distinct(shingles)
    left, right = set(hashes[: counts[0]].tolist()), set(hashes[counts[0] :].tolist())
    assert rows.shape == (2, SIGNATURE_LENGTH)
    assert (rows[0] == rows[1]).mean() == pytest.approx(len(left & right) / len(left | right), abs=0.1)


def test_many_texts_have_the_signatures_they_have_alone() -> None:
    texts = [f"text number {number} of many" for number in range(9000)]

    rows = signatures(shingled(texts))

    assert np.array_equal(rows[8500:8501], signatures(shingled(texts[8500:8501])))

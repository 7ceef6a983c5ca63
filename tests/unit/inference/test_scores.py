from textops.inference.scores import BATCH_CHARACTERS, BATCH_TEXTS, batches_of_like_length

TEXTS = ["the goal", "a chip " * 300, "", "new code and a team", "a match " * 40] * 40


def test_batches_hold_every_row_once_and_like_lengths_together() -> None:
    batches = list(batches_of_like_length(TEXTS))

    assert sorted(row for rows in batches for row in rows) == list(range(len(TEXTS)))
    assert all(len(rows) <= BATCH_TEXTS for rows in batches)
    lengths = [len(TEXTS[row]) for rows in batches for row in rows]
    assert lengths == sorted(lengths)


def test_batches_of_long_texts_stay_small() -> None:
    half = "x" * (BATCH_CHARACTERS // 2)
    texts = [half] * 3 + ["x" * (BATCH_CHARACTERS * 2)]

    assert [len(rows) for rows in batches_of_like_length(texts)] == [2, 1, 1]


def test_no_texts_make_no_batch() -> None:
    assert list(batches_of_like_length([])) == []

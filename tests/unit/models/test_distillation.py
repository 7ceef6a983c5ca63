"""Learning from a teacher."""

import numpy as np
import pytest
import torch

from textops.data.batch import RaggedBatch
from textops.errors import ConfigurationError
from textops.models.distillation import DistilledClassifier, Lesson
from textops.models.ngram import NgramEncoder
from textops.text.ngrams import NgramTokenizer

TOKENIZER = NgramTokenizer(word_bits=6, character_bits=6)
SAID = torch.tensor([[4.0, 0.0], [0.0, 2.0], [1.0, 1.0]])


def student(lesson: Lesson) -> DistilledClassifier:
    return DistilledClassifier(NgramEncoder(TOKENIZER, 2, (1.0,)), None, None, lesson=lesson)  # type: ignore[arg-type]


def batch(rows: list[int], labels: list[int]) -> RaggedBatch:
    return RaggedBatch.from_numpy(TOKENIZER.ragged(["a"] * len(rows)), np.array(labels), np.array(rows))


def losses(lesson: Lesson, scores: torch.Tensor, rows: list[int], labels: list[int]) -> float:
    return float(student(lesson).training_losses(scores[:, None, :], batch(rows, labels)))


def test_the_loss_is_least_for_a_student_that_says_what_its_teacher_says() -> None:
    # given
    lesson = Lesson(SAID, labelled=3, temperature=2.0, soft_share=1.0)
    rows, labels = [2, 0, 1], [0, 0, 0]
    same = SAID[rows]
    # when
    least = losses(lesson, same, rows, labels)
    # then
    assert least < losses(lesson, same + torch.tensor([0.5, -0.5]), rows, labels)
    assert least < losses(lesson, same * 1.5, rows, labels)


def test_the_loss_mixes_softened_answers_and_labels() -> None:
    # given
    scores, temperature, share = torch.tensor([[1.0, -1.0]]), 2.0, 0.25
    soft = -(torch.softmax(SAID[1] / temperature, 0) * torch.log_softmax(scores[0] / temperature, 0)).sum()
    hard = -torch.log_softmax(scores[0], 0)[1]
    # when
    mixed = losses(Lesson(SAID, 3, temperature, share), scores, [1], [1])
    # then
    assert mixed == pytest.approx(float(share * temperature**2 * soft + (1 - share) * hard))


def test_a_document_without_a_label_has_only_the_teacher() -> None:
    # given
    scores = torch.tensor([[1.0, -1.0]])
    lesson = Lesson(SAID, labelled=2, temperature=2.0, soft_share=0.5)
    # when, then
    assert losses(lesson, scores, [2], [0]) == losses(lesson, scores, [2], [1])
    assert losses(lesson, scores, [1], [0]) != losses(lesson, scores, [1], [1])


@pytest.mark.parametrize(("temperature", "share"), [(0.0, 0.5), (-1.0, 0.5), (2.0, 1.5), (2.0, -0.1)])
def test_an_impossible_lesson_is_refused(temperature: float, share: float) -> None:
    with pytest.raises(ConfigurationError, match="is not possible"):
        Lesson(SAID, 3, temperature, share)

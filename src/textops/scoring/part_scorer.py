"""From the rows of a part to the bytes of the output: what each process, here or on a cluster, does."""

from dataclasses import dataclass
from pathlib import Path
from time import thread_time
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from textops.inference import Predictor
from textops.scoring.answers import Answers, Scorer, answer_columns
from textops.scoring.destination import Destination
from textops.scoring.part import Part
from textops.scoring.result_table import result_table
from textops.scoring.texts import Texts
from textops.scoring.writing import PartWriter


@dataclass(frozen=True)
class ScoreTask:
    """What is the same for all parts.

    Attributes:
        text_columns: Names of the columns that are joined to the text.
        kept: Places of the columns that are kept.
        destination: Where the output goes.
        scorer: Who answers.
        every_class: Whether each class gets a column.
    """

    text_columns: tuple[str, ...]
    kept: tuple[int, ...]
    destination: Destination
    scorer: Scorer
    every_class: bool


@dataclass(frozen=True)
class ScoredPart:
    """A part of the output.

    Attributes:
        content: Its bytes.
        rows: How many rows it has.
        problems: How many of them have no answer.
        review: How many ask for review.
        counts: How many were answered with each class.
        model_seconds: Time of the processor for features and model.
    """

    content: Any
    rows: int
    problems: int
    review: int
    counts: list[int]
    model_seconds: float


class PartScorer:
    """A model, and what is asked of it."""

    def __init__(self, bundle: Path, task: ScoreTask) -> None:
        """Load the model.

        Raises:
            BundleError: If it cannot be used.
        """
        self._predictor = Predictor.load(bundle)
        self._task = task
        self._writer = PartWriter(task.destination, task.text_columns)

    def score(self, part: Part) -> ScoredPart:
        """Answer the rows of a part."""
        task, manifest = self._task, self._predictor.manifest
        problems = _faults(part.faults)
        texts, missing = self._texts(part)
        for row, problem in missing.items():
            problems.setdefault(row, problem)
        asked = thread_time()
        logits = [self._predictor.logits_of(each.texts) for each in texts]
        modelled = thread_time() - asked
        answered = np.ones(part.rows, np.bool_)
        answered[list(problems)] = False
        answers = Answers.of(_stacked(logits, len(manifest.classes)), manifest, answered)
        columns, review = answer_columns(
            answers,
            manifest,
            task.scorer,
            problems,
            every_class=task.every_class,
            in_a_line=task.destination.form == "csv",
        )
        table = result_table(part, task.kept, columns)
        content = self._writer.written(table, header=part.first_row == 1)
        return ScoredPart(
            content=content,
            rows=part.rows,
            problems=len(problems),
            review=review,
            counts=answers.counts(len(manifest.classes)),
            model_seconds=modelled,
        )

    def _texts(self, part: Part) -> tuple[list[Texts], dict[int, str]]:
        """Return the texts as they lie in memory, and by row of the part why there is none."""
        columns = part.columns.select(list(self._task.text_columns))
        texts: list[Texts] = []
        problems: dict[int, str] = {}
        start = 0
        for batch in columns.to_batches():
            found = Texts(batch.columns, self._task.text_columns)
            problems.update((start + row, problem) for row, problem in found.problems.items())
            texts.append(found)
            start += batch.num_rows
        return texts, problems


def _faults(faults: "pa.ChunkedArray[Any] | None") -> dict[int, str]:
    if faults is None:
        return {}
    return {row: fault for row, fault in enumerate(faults.to_pylist()) if fault is not None}


def _stacked(logits: list[NDArray[np.float32]], classes: int) -> NDArray[np.float32]:
    return np.concatenate([*logits, np.empty((0, classes), np.float32)])

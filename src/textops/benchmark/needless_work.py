"""Work that libraries do unasked, with and without it."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from textops.data.batch import RaggedBatch
from textops.errors import ConfigurationError
from textops.models.ngram import NgramEncoder
from textops.text.ngrams import NgramTokenizer

BATCH_SIZE = 64
PREPARED = ("data=bbc_news",)
_CLASSES = 5
# Its types do not name what it documents.
deterministic: Any = torch.utils.deterministic
_LOAD_PANDAS = "import pandas\n"
_PREPARE = (
    "import sys\nsys.argv = ['textops', '--quiet', 'prepare', *sys.argv[1:]]\nfrom textops.cli import main\nmain()"
)


class DeterministicStep:
    """One step of the default model as `trainer.deterministic=true` runs it."""

    def __init__(self, texts: Sequence[str]) -> None:
        """Make batches of the texts, and a model that knows nothing yet."""
        tokenizer = NgramTokenizer()
        documents = tokenizer.ragged(texts)
        labels = np.arange(len(texts)) % _CLASSES
        parts = [np.arange(len(texts))[start : start + BATCH_SIZE] for start in range(0, len(texts), BATCH_SIZE)]
        self._batches = [RaggedBatch.from_numpy(documents.take(part), labels[part]) for part in parts]
        self._encoder = NgramEncoder(tokenizer, _CLASSES)
        self._encoder.fit(documents)
        self._optimizer = torch.optim.SGD(self._encoder.parameters(), lr=1e-6)

    def make_all(self, *, fill: bool) -> None:
        """Make a step for each batch.

        Args:
            fill: Let PyTorch fill all memory it takes before anything is written into it.
        """
        before = torch.are_deterministic_algorithms_enabled(), deterministic.fill_uninitialized_memory
        torch.use_deterministic_algorithms(mode=True)
        deterministic.fill_uninitialized_memory = fill
        try:
            for batch in self._batches:
                self._optimizer.zero_grad()
                scores = self._encoder.scores(batch)
                labels = batch.labels.repeat_interleave(scores.shape[1])
                torch.autograd.backward(functional.cross_entropy(scores.flatten(0, 1), labels))
                self._optimizer.step()
        finally:
            torch.use_deterministic_algorithms(mode=before[0])
            deterministic.fill_uninitialized_memory = before[1]


def prepare_alone(*, pandas: bool) -> None:
    """Run `textops prepare` in an empty folder, as a process of its own.

    Args:
        pandas: Load pandas first, as `pyarrow.array` does wherever it is installed.

    Raises:
        ConfigurationError: If that fails.
    """
    script = _LOAD_PANDAS * pandas + _PREPARE
    with tempfile.TemporaryDirectory() as name:
        places = [f"paths.processed={Path(name) / 'processed'}"]
        done = subprocess.run(  # noqa: S603 (our own command)
            [sys.executable, "-c", script, *PREPARED, *places],
            env={**os.environ, "TEXTOPS_LOG_JSON": "false", "TEXTOPS_LOG_FILE": ""},
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise ConfigurationError(f"textops prepare failed: {done.stderr.strip().splitlines()[-1]}")

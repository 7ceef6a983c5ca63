"""The Predictor: a bundle that answers. For the API, batch scoring, the gate and the benchmarks."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from textops.bundle import MODEL_FILE, TOKENIZER_FILE, WORDS_FILE, Manifest, verify
from textops.errors import BundleError
from textops.inference.answering import Answering
from textops.inference.decision import decide, heaviest, weights_of
from textops.inference.linear_scorer import LinearScorer, linear_scorer
from textops.inference.probabilities import softmax, softmax_row
from textops.inference.scores import StageTimes, score_texts
from textops.inference.session import RUNTIME_ERRORS, first_line, open_session
from textops.text.familiar_words import FamiliarWords
from textops.text.features import features_of
from textops.text.tokenizer import Tokenizer, load_tokenizer
from textops.text.utf8_texts import Utf8Texts

# From here on, arrays take less time than loops.
_FEW_CLASSES = 40
CANARY_TEXTS = ("", "textops")


class Prediction(NamedTuple):
    """What the model says of one text.

    Attributes:
        label: The answer: the most probable class, or that of the bundle's rule of decision; the name of a set of
            labels (`textops.label_sets`) where a text has any number of them.
        probability: Its calibrated probability; of a set, the probability that all of it is right.
        probabilities: Calibrated probability by class name, in the order of the bundle's classes; their sum
            is 1, unless a text has any number of labels.
        needs_review: Whether the probability lies in the review band, so that a person should look.
        labels: The labels of the answer, the most probable first; None where a text has one class.
    """

    label: str
    probability: float
    probabilities: dict[str, float]
    needs_review: bool
    labels: tuple[str, ...] | None = None


class Predictor:
    """A verified bundle, loaded: tokenizer and ONNX Runtime session.

    Safe to share between threads: nothing in it changes after it was loaded.
    """

    def __init__(
        self,
        manifest: Manifest,
        tokenizer: Tokenizer,
        session: onnxruntime.InferenceSession,
        scorer: LinearScorer | None = None,
        familiar: FamiliarWords | None = None,
    ) -> None:
        """Hold the parts; use `Predictor.load`.

        Args:
            manifest: What the bundle says of itself.
            tokenizer: Its tokenizer.
            session: Its model.
            scorer: What answers in place of the session, proven equal to it.
            familiar: Words of the training texts, None where the bundle does not say.
        """
        self.manifest = manifest
        self.familiar = familiar
        self._tokenizer = tokenizer
        self._session = session
        self._scorer = scorer
        self._weights = weights_of(manifest.decision)
        self._answering = Answering.of(manifest)

    @classmethod
    def load(cls, folder: Path | str, *, threads: int = 1) -> "Predictor":
        """Verify a bundle, load it and make it answer once.

        Args:
            folder: The bundle.
            threads: Threads of one prediction. Services keep 1 and scale by processes.

        Raises:
            BundleError: If the bundle is altered, incomplete or does not answer.
        """
        folder = Path(folder)
        manifest = verify(folder)
        tokenizer = load_tokenizer(folder / TOKENIZER_FILE)
        session = open_session(folder / MODEL_FILE, threads)
        scorer = linear_scorer(folder / MODEL_FILE, tokenizer, session)
        familiar = FamiliarWords.load(folder / WORDS_FILE) if WORDS_FILE in manifest.files else None
        predictor = cls(manifest, tokenizer, session, scorer, familiar)
        predictor.check_canary()
        # Their tables are made now, and not while the first request waits.
        features_of("", familiar)
        return predictor

    def check_canary(self) -> None:
        """Predict two fixed texts and check the shape and the numbers of the answer.

        Raises:
            BundleError: If the model does not fit its manifest or gives numbers that are not finite.
        """
        try:
            logits = self.logits(CANARY_TEXTS)
        except RUNTIME_ERRORS as error:
            raise BundleError(
                f"the model of {self.manifest.name} does not answer its canary ({first_line(error)}): export it again"
            ) from error
        if not np.isfinite(logits).all():
            raise BundleError(
                f"the model of {self.manifest.name} answers its canary with numbers that are not finite: "
                "train and export it again"
            )

    @property
    def tokenizer(self) -> Tokenizer:
        """What reads its texts."""
        return self._tokenizer

    @property
    def weights(self) -> tuple[float, ...] | None:
        """What each class counts in its answers, None where the most probable one is the answer."""
        return self._weights

    @property
    def scorer(self) -> LinearScorer | None:
        """What answers in place of ONNX Runtime, None where that answers."""
        return self._scorer

    @property
    def longest_tokens(self) -> int | None:
        """Most tokens of a text, None where only its length bounds them."""
        return self._tokenizer.max_tokens

    def count_tokens(self, text: str) -> int:
        """Return how many tokens the model sees of a text."""
        return len(self._tokenizer.ragged([text]).ids)

    def logits(self, texts: Sequence[str], times: StageTimes | None = None) -> NDArray[np.float32]:
        """Return the raw scores, shape [len(texts), classes], before temperature and softmax.

        Args:
            texts: Any number of texts.
            times: What the time of the stages is added to.

        Raises:
            BundleError: If the model gives another shape than its manifest promises.
        """
        if not texts:
            return np.empty((0, len(self.manifest.classes)), np.float32)
        if self._scorer is not None:
            scores = self._scorer.scores(texts, times)
        else:
            scores = score_texts(self._session, self._tokenizer, texts, times)
        return self._checked(scores, len(texts))

    def logits_of(self, texts: Utf8Texts) -> NDArray[np.float32]:
        """Return what `logits` returns, for texts as Arrow keeps them."""
        if self._scorer is None or not len(texts):
            return self.logits(list(texts))
        return self._checked(self._scorer.scores_of(texts), len(texts))

    def _checked(self, scores: NDArray[np.float32], texts: int) -> NDArray[np.float32]:
        expected = (texts, len(self.manifest.classes))
        if scores.shape != expected:
            raise BundleError(
                f"the model of {self.manifest.name} gives logits of shape {scores.shape} instead of "
                f"{expected}: export it again"
            )
        return scores

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return the calibrated probabilities, shape [len(texts), classes]."""
        return self._answering.probabilities(self.logits(texts))

    def chosen(self, probabilities: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the number of the class that is the answer, by row of such probabilities; shape [rows].

        Raises:
            ValueError: If a text has any number of labels.
        """
        if self._answering.several is not None:
            raise ValueError(f"{self.manifest.name} gives several labels")
        return decide(probabilities, self._weights)

    def answers(self, probabilities: NDArray[np.float64]) -> NDArray[np.str_]:
        """Return the answer by row of such probabilities, as `Prediction.label` has it."""
        return self._answering.answers(probabilities)

    def confidence(self, probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the probability of that answer, shape [rows]."""
        return self._answering.confidence(probabilities)

    def predict(self, texts: Sequence[str], times: StageTimes | None = None) -> list[Prediction]:
        """Classify texts; the answers come in the order of the texts.

        Args:
            texts: Any number of texts.
            times: What the time of the stages is added to.
        """
        if not texts:
            return []
        if self._scorer is not None:
            return [self._prediction(self._scorer.score(text, times)) for text in texts]
        return [self._prediction(row) for row in self.logits(texts, times).tolist()]

    def _prediction(self, logits: list[float]) -> Prediction:
        if self._answering.several is not None:
            return self._several(logits)
        if len(logits) > _FEW_CLASSES:
            probabilities = softmax(np.array(logits), self.manifest.temperature).tolist()
        else:
            probabilities = softmax_row(logits, self.manifest.temperature)
        if self._weights is None:
            probability = max(probabilities)
            chosen = probabilities.index(probability)
        else:
            chosen = heaviest(probabilities, self._weights)
            probability = probabilities[chosen]
        classes = self.manifest.classes
        return Prediction(
            label=classes[chosen],
            probability=probability,
            probabilities=dict(zip(classes, probabilities, strict=True)),
            needs_review=probability < self.manifest.review.below,
        )

    def _several(self, logits: list[float]) -> Prediction:
        answer = self._answering.answer(logits)
        classes = self.manifest.classes
        return Prediction(
            label=self._answering.name_of(answer.places),
            probability=answer.probability,
            probabilities=dict(zip(classes, answer.probabilities, strict=True)),
            needs_review=answer.probability < self.manifest.review.below,
            labels=tuple(classes[place] for place in answer.places),
        )

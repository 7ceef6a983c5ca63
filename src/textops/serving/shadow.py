"""Asking a candidate about texts that another version has answered: behind the answers, when nobody waits for one."""

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

from textops.inference import Prediction
from textops.prediction_log import PredictionLog, ShadowPrediction
from textops.serving.admission import Admission
from textops.serving.candidate import Candidate
from textops.serving.candidate_metrics import CandidateMetrics
from textops.serving.exchange import Exchange
from textops.serving.questions import Question
from textops.serving.served_model import ServedModel
from textops.serving.settings import ServingSettings
from textops.serving.traffic_share import place_in_traffic

MOST_WAITING = 1_000
MOST_WAITING_CHARACTERS = 10_000_000

_BUSY_SECONDS = 0.002
# What is asked on the event loop keeps requests waiting: it may take a tenth of the loop's time, and no more.
_REST_AFTER_LOOP = 9.0
_REST_AFTER_THREAD = 1.0


class _Answered(NamedTuple):
    """A text, and what was answered.

    Attributes:
        prediction_id: Of the answer.
        created: When it was given, as seconds since 1970.
        text: What the model has seen.
        label: What it answered.
    """

    prediction_id: str
    created: float
    text: str
    label: str


class Shadow:
    """Compares the candidate with the answers of a share of the requests, one text after the other.

    It waits while a request is being answered, and rests after each text; what comes faster is dropped and counted.
    """

    def __init__(
        self,
        settings: ServingSettings,
        candidate: Candidate,
        metrics: CandidateMetrics,
        admission: Admission,
        log: PredictionLog | None,
    ) -> None:
        """Take what is needed; nothing is asked yet.

        Args:
            settings: Say how large the share is.
            candidate: Who is asked.
            metrics: Count how it compares.
            admission: Tells whether somebody waits for an answer.
            log: Keeps what the candidate says, None for nothing.
        """
        self._settings = settings
        self._candidate = candidate
        self._metrics = metrics
        self._admission = admission
        self._log = log
        self._waiting: deque[_Answered] = deque()
        self._characters = 0
        self._filled = asyncio.Event()

    def takes(self, exchange: Exchange, first_text: str) -> bool:
        """Tell whether the answers to a request are to be compared."""
        return self._candidate.model is not None and place_in_traffic(exchange, first_text) < self._settings.shadow

    def put(self, questions: Sequence[Question], ids: Sequence[str], predictions: Sequence[Prediction]) -> None:
        """Take answers for a comparison, as far as there is room."""
        now = time.time()
        for question, prediction_id, prediction in zip(questions, ids, predictions, strict=True):
            if not question.is_compared:
                continue
            if len(self._waiting) >= MOST_WAITING or self._characters >= MOST_WAITING_CHARACTERS:
                self._metrics.shadow_dropped.inc()
                continue
            self._characters += len(question.text)
            self._waiting.append(_Answered(prediction_id, now, question.text, prediction.label))
            self._filled.set()

    async def run(self) -> None:
        """Compare what waits, until cancelled."""
        while True:
            await self._filled.wait()
            if self._admission.requests:
                await asyncio.sleep(_BUSY_SECONDS)
                continue
            answered = self._waiting.popleft()
            self._characters -= len(answered.text)
            if not self._waiting:
                self._filled.clear()
            model = self._candidate.model
            if model is None:
                self._metrics.shadow_dropped.inc()
            else:
                await asyncio.sleep(await self._ask(model, answered))

    async def _ask(self, model: ServedModel, answered: _Answered) -> float:
        """Compare one answer, and return how long to rest."""
        start = time.perf_counter()
        try:
            (prediction,) = await model.classify([answered.text], self._settings.timeout_seconds)
        except Exception as error:  # noqa: BLE001 (nobody waits for it)
            self._candidate.note_failure(model, error)
        else:
            self._keep(model, answered, prediction, time.perf_counter() - start)
        rest = _REST_AFTER_LOOP if model.answers_inline(len(answered.text)) else _REST_AFTER_THREAD
        return (time.perf_counter() - start) * rest

    def _keep(self, model: ServedModel, answered: _Answered, prediction: Prediction, seconds: float) -> None:
        self._metrics.count_comparison(answered.label, prediction.label)
        if self._log is None:
            return
        version = model.version
        row = ShadowPrediction(
            answered.prediction_id,
            answered.created,
            version.name,
            version.number,
            prediction.label,
            prediction.probability,
            seconds,
        )
        self._log.record_shadow([row])

"""What the endpoints share: the model that answers, its bounds, its metrics and its log."""

import asyncio
import time
from collections.abc import Coroutine, Sequence
from http import HTTPStatus
from typing import Any

from textops.inference import Prediction
from textops.prediction_log import PredictionLog, PredictionLogSettings, new_prediction_id
from textops.registry import Version
from textops.serving.admission import Admission
from textops.serving.bodies import BodyBounds
from textops.serving.candidate import Candidate
from textops.serving.current_model import CurrentModel
from textops.serving.exchange import Exchange
from textops.serving.log_metrics import LogMetrics
from textops.serving.metrics import ServingMetrics
from textops.serving.pace import Pace
from textops.serving.problems import ProblemError
from textops.serving.questions import Question, logged_rows, response_to
from textops.serving.schemas import Limits, ModelReference
from textops.serving.served_model import ServedModel
from textops.serving.settings import ServingSettings
from textops.serving.shadow import Shadow
from textops.serving.siblings import SharedReloads
from textops.serving.turn import Turn

_REFUSALS_AT_ONCE = 50
_LOOK_SECONDS = 0.5
# Orchestrators send SIGKILL ten seconds after SIGTERM; draining takes up to six of them.
LOG_CLOSE_SECONDS = 2


class Service:
    """One API.

    Attributes:
        settings: The settings.
        bounds: What a request may ask for.
        metrics: The metrics.
        current: The model that answers now.
        admission: What waits or runs.
        pace: How fast refusals for overload go out.
        log: The prediction log, None where it is switched off.
        candidate: The version that is tried on a share of the traffic, None where no share is set aside for one.
        shared_reloads: Reloads that were asked of another process of the same service.
    """

    def __init__(
        self, settings: ServingSettings, log_settings: PredictionLogSettings, model: ServedModel | None = None
    ) -> None:
        """Take a model, or load what the settings say; without one the service is not ready."""
        self.settings = settings
        self.metrics = ServingMetrics()
        self.current = CurrentModel(settings, self.metrics, model)
        self.admission = Admission(
            settings.max_waiting_texts, settings.max_waiting_milliseconds / 1000, settings.max_waiting_bytes
        )
        self._turn = Turn[Question, dict[str, Any]](self._answer_here)
        self.pace = Pace(settings.refusals_per_second, _REFUSALS_AT_ONCE)
        longest = settings.max_text_characters if settings.long_texts == "refuse" else None
        limits = Limits(longest, settings.max_batch_texts)
        self.bounds = BodyBounds(limits, settings.max_body_bytes, settings.body_seconds, self.admission)
        self.log = None
        if log_settings.is_on:
            self.log = PredictionLog(log_settings, LogMetrics(self.metrics))
        self.candidate = self._wanted_candidate()
        self._shadow: Shadow | None = None
        if self.candidate is not None and settings.shadow:
            self._shadow = Shadow(settings, self.candidate, self.metrics.candidate, self.admission, self.log)
        self.shared_reloads = SharedReloads()
        self._tasks: set[asyncio.Task[object]] = set()

    def start(self) -> None:
        """Open the log, follow the registry and other processes, keep the gauges fresh; on the running event loop."""
        if self.log is not None:
            self.log.start()
        self._begin(self._look_around())
        if self._shadow is not None:
            self._begin(self._shadow.run())
        if self.settings.reload_seconds:
            self._begin(self.current.follow())

    async def close(self) -> None:
        """Stop following, let the model go and write what the log still has."""
        for task in self._tasks:
            task.cancel()
        self.current.close()
        if self.candidate is not None:
            self.candidate.close()
        await asyncio.to_thread(self.write_log)

    def write_log(self) -> None:
        """Write what the log still has, and end it; once is enough, and twice does no harm."""
        if self.log is not None:
            self.log.close(LOG_CLOSE_SECONDS)

    def check(self) -> ModelReference:
        """Make the model answer its canary.

        Raises:
            ProblemError: 503, if it does not.
        """
        return reference_to(self.current.check())

    def reference(self) -> ModelReference | None:
        """Return which version answers now, None where none does."""
        version = self.current.version
        return None if version is None else reference_to(version)

    async def answer_one(self, text: str, exchange: Exchange, top: int | None = None) -> dict[str, Any]:
        """Do what `answer` does for one text, together with others that come at the same moment.

        Args:
            text: The text.
            exchange: The request.
            top: How many classes the answer names; None for all.

        Raises:
            ProblemError: 503 or 504.
        """
        question = self._question(text, exchange, top)
        is_tried = self.candidate is not None and self.candidate.takes(exchange, question.text)
        if is_tried or not self.current.get().answers_inline(len(question.text)):
            (answer,) = await self.answer([text], exchange, [top])
            return answer
        self._check_time(exchange)
        return await self._turn.answer(question)

    async def answer(
        self,
        texts: Sequence[str],
        exchange: Exchange,
        tops: Sequence[int | None] | None = None,
        *,
        is_recorded: bool = True,
    ) -> list[dict[str, Any]]:
        """Classify texts; each answer has the members of `PredictionResponse`.

        Args:
            texts: The texts.
            exchange: The request.
            tops: How many classes each answer names; None for all in each.
            is_recorded: Whether the answers are counted and logged; not where the texts were answered before.

        Raises:
            ProblemError: 503 or 504.
        """
        model = self.current.get()
        self._check_time(exchange)
        wanted = [None] * len(texts) if tops is None else tops
        questions = [self._question(text, exchange, top) for text, top in zip(texts, wanted, strict=True)]
        start = time.perf_counter()
        if self.candidate is not None:
            found = await self.candidate.classify([question.text for question in questions], exchange)
            if found is not None:
                tried, predictions = found
                return self._answers(
                    questions, tried, predictions, time.perf_counter() - start, is_recorded=is_recorded
                )
            # Another one may answer by now, where the candidate has failed.
            model, start = self.current.get(), time.perf_counter()
        predictions = await self._classify(model, [question.text for question in questions])
        return self._answers(questions, model, predictions, time.perf_counter() - start, is_recorded=is_recorded)

    def _question(self, text: str, exchange: Exchange, top: int | None) -> Question:
        longest = self.settings.max_text_characters
        is_compared = self._shadow is not None and self._shadow.takes(exchange, text[:longest])
        return Question(text[:longest], len(text) > longest, exchange.request_id, is_compared, top)

    def _answer_here(self, questions: Sequence[Question]) -> list[dict[str, Any]]:
        """Answer on the event loop."""
        model = self.current.get()
        start = time.perf_counter()
        predictions = model.predict([question.text for question in questions])
        return self._answers(questions, model, predictions, time.perf_counter() - start)

    def _answers(
        self,
        questions: Sequence[Question],
        model: ServedModel,
        predictions: Sequence[Prediction],
        seconds: float,
        *,
        is_recorded: bool = True,
    ) -> list[dict[str, Any]]:
        """Count and log what the model said in so many seconds, and return the answers."""
        ids = [new_prediction_id() for _ in questions]
        if is_recorded:
            self._record(questions, model, ids, predictions, seconds)
        return [
            response_to(question, model.version, prediction_id, prediction)
            for question, prediction_id, prediction in zip(questions, ids, predictions, strict=True)
        ]

    def _record(
        self,
        questions: Sequence[Question],
        model: ServedModel,
        ids: Sequence[str],
        predictions: Sequence[Prediction],
        seconds: float,
    ) -> None:
        self.metrics.observe(model.version, [question.text for question in questions], predictions)
        if self.log is not None:
            self.log.record(logged_rows(questions, model, ids, predictions, seconds / len(questions)))
        if self._shadow is not None:
            self._shadow.put(questions, ids, predictions)

    def _check_time(self, exchange: Exchange) -> None:
        if time.perf_counter() - exchange.started > self.settings.timeout_seconds:
            raise self._timeout()

    async def _classify(self, model: ServedModel, texts: Sequence[str]) -> list[Prediction]:
        try:
            return await model.classify(texts, self.settings.timeout_seconds)
        except TimeoutError as error:
            self.metrics.expired.inc(len(texts))
            raise self._timeout() from error

    def is_answering(self, model: ServedModel) -> bool:
        """Tell whether a model answers now, all requests or a share of them."""
        return model is self.current.model or (self.candidate is not None and model is self.candidate.model)

    def refresh(self) -> None:
        """Hand figures over, and set the gauges that nobody sets while they change."""
        self.metrics.hand_over()
        self.metrics.running.set(self.admission.requests)
        self.metrics.waiting_texts.set(self.admission.texts)
        self.metrics.most_waiting_texts.set(self.admission.most_texts)
        if self.log is not None:
            self.metrics.log_waiting.set(self.log.state.waiting)

    def _wanted_candidate(self) -> Candidate | None:
        if not self.settings.canary and not self.settings.shadow:
            return None
        candidate = Candidate(self.settings, self.current, self.metrics.candidate)
        self.current.after_look = candidate.reload
        return candidate

    def _begin(self, work: Coroutine[object, object, object]) -> None:
        # A task that nobody holds may be collected in the middle of its work.
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _look_around(self) -> None:
        while True:
            self.refresh()
            if self.shared_reloads.hear():
                self._begin(self.current.reload())
            await asyncio.sleep(_LOOK_SECONDS)

    def _timeout(self) -> ProblemError:
        return ProblemError(
            HTTPStatus.GATEWAY_TIMEOUT,
            "timeout",
            f"no answer within {self.settings.timeout_seconds:g} s: ask again, or for less at once",
        )


def reference_to(version: Version) -> ModelReference:
    """Return what responses say of a version."""
    return ModelReference(name=version.name, version=version.number)

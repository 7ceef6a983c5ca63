"""What the endpoints share: the model that answers, its bounds, its metrics and its log."""

import asyncio
import time
from collections.abc import Coroutine, Sequence
from http import HTTPStatus
from typing import Any, NamedTuple

from loguru import logger

from textops.errors import RegistryError
from textops.inference import Prediction
from textops.prediction_log import LoggedPrediction, PredictionLog, PredictionLogSettings, new_prediction_id
from textops.registry import Registry, Version
from textops.serving.admission import Admission
from textops.serving.bodies import BodyBounds
from textops.serving.current_model import CurrentModel
from textops.serving.exchange import Exchange
from textops.serving.log_metrics import LogMetrics
from textops.serving.metrics import ServingMetrics
from textops.serving.pace import Pace
from textops.serving.problems import ProblemError
from textops.serving.schemas import Limits, ModelDescription, ModelReference
from textops.serving.served_model import ServedModel
from textops.serving.settings import ServingSettings
from textops.serving.siblings import listen_to_siblings
from textops.serving.turn import Turn

_REFUSALS_AT_ONCE = 50
_REFRESH_SECONDS = 0.5
# Orchestrators send SIGKILL ten seconds after SIGTERM; draining takes up to six of them.
LOG_CLOSE_SECONDS = 2


class Question(NamedTuple):
    """A text that somebody asks about.

    Attributes:
        text: The text, whole.
        request_id: The request that brought it.
    """

    text: str
    request_id: str


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
        self._tasks: set[asyncio.Task[object]] = set()

    def start(self) -> None:
        """Open the log, follow the registry and keep the gauges fresh, on the running event loop."""
        if self.log is not None:
            self.log.start()
        self._begin(self._refresh())
        if self.settings.reload_seconds:
            self._begin(self.current.follow())
        listen_to_siblings(lambda: self._begin(self.current.reload()))

    async def close(self) -> None:
        """Stop following, let the model go and write what the log still has."""
        for task in self._tasks:
            task.cancel()
        self.current.close()
        if self.log is not None:
            await asyncio.to_thread(self.log.close, LOG_CLOSE_SECONDS)

    def check(self) -> ModelReference:
        """Make the model answer its canary.

        Raises:
            ProblemError: 503, if it does not.
        """
        return _reference(self.current.check())

    def reference(self) -> ModelReference | None:
        """Return which version answers now, None where none does."""
        version = self.current.version
        return None if version is None else _reference(version)

    async def answer_one(self, text: str, exchange: Exchange) -> dict[str, Any]:
        """Do what `answer` does for one text, together with others that come at the same moment.

        Raises:
            ProblemError: 503 or 504.
        """
        if len(text) > self.current.get().inline_characters:
            (answer,) = await self.answer([text], exchange)
            return answer
        self._check_time(exchange)
        return await self._turn.answer(Question(text, exchange.request_id))

    async def answer(self, texts: Sequence[str], exchange: Exchange) -> list[dict[str, Any]]:
        """Classify texts and log the answers; each has the members of `PredictionResponse`.

        Raises:
            ProblemError: 503 or 504.
        """
        model = self.current.get()
        self._check_time(exchange)
        start = time.perf_counter()
        predictions = await self._classify(model, self._seen(texts))
        seconds = time.perf_counter() - start
        return self._answers(
            model.version, [Question(text, exchange.request_id) for text in texts], predictions, seconds
        )

    def _answer_here(self, questions: Sequence[Question]) -> list[dict[str, Any]]:
        """Answer on the event loop."""
        model = self.current.get()
        start = time.perf_counter()
        predictions = model.predict(self._seen([question.text for question in questions]))
        return self._answers(model.version, questions, predictions, time.perf_counter() - start)

    def _seen(self, texts: Sequence[str]) -> list[str]:
        """Return what the model sees of texts."""
        longest = self.settings.max_text_characters
        return [text[:longest] for text in texts]

    def _answers(
        self, version: Version, questions: Sequence[Question], predictions: Sequence[Prediction], seconds: float
    ) -> list[dict[str, Any]]:
        """Count and log what the model said in so many seconds, and return the answers."""
        seen = self._seen([question.text for question in questions])
        ids = [new_prediction_id() for _ in predictions]
        answers = [response_to(version, *answer) for answer in zip(ids, predictions, strict=True)]
        for answer, question, text in zip(answers, questions, seen, strict=True):
            if len(question.text) > len(text):
                answer["truncated"] = True
        self.metrics.observe(version, seen, predictions)
        if self.log is not None:
            requests = [question.request_id for question in questions]
            self.log.record(logged_rows(version, requests, ids, seen, predictions, seconds / len(seen)))
        return answers

    def _check_time(self, exchange: Exchange) -> None:
        if time.perf_counter() - exchange.started > self.settings.timeout_seconds:
            raise self._timeout()

    async def _classify(self, model: ServedModel, texts: Sequence[str]) -> list[Prediction]:
        try:
            return await model.classify(texts, self.settings.timeout_seconds)
        except TimeoutError as error:
            self.metrics.expired.inc(len(texts))
            raise self._timeout() from error

    def describe(self) -> ModelDescription:
        """Tell what is known of the model, with the aliases that the registry gives its version now."""
        model = self.current.get()
        version, manifest = model.version, model.predictor.manifest
        return ModelDescription(
            name=version.name,
            version=version.number,
            aliases=_aliases(Registry(self.settings.registry), version),
            encoder=manifest.encoder,
            classes=list(manifest.classes),
            metrics=manifest.metrics,
            temperature=manifest.temperature,
            review=manifest.review,
            data=manifest.data,
            git_commit=manifest.git_commit,
            created=manifest.created,
        )

    def refresh(self) -> None:
        """Hand figures over, and set the gauges that nobody sets while they change."""
        self.metrics.hand_over()
        self.metrics.running.set(self.admission.requests)
        self.metrics.waiting_texts.set(self.admission.texts)
        if self.log is not None:
            self.metrics.log_waiting.set(self.log.state.waiting)

    def _begin(self, work: Coroutine[object, object, object]) -> None:
        # A task that nobody holds may be collected in the middle of its work.
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _refresh(self) -> None:
        while True:
            self.refresh()
            await asyncio.sleep(_REFRESH_SECONDS)

    def _timeout(self) -> ProblemError:
        return ProblemError(
            HTTPStatus.GATEWAY_TIMEOUT,
            "timeout",
            f"no answer within {self.settings.timeout_seconds:g} s: ask again, or for less at once",
        )


def response_to(version: Version, prediction_id: str, prediction: Prediction) -> dict[str, Any]:
    """Return the members of `PredictionResponse`."""
    return {
        "prediction_id": prediction_id,
        "label": prediction.label,
        "probability": prediction.probability,
        "probabilities": prediction.probabilities,
        "needs_review": prediction.needs_review,
        "model": {"name": version.name, "version": version.number},
    }


def logged_rows(
    version: Version,
    requests: Sequence[str],
    ids: Sequence[str],
    texts: Sequence[str],
    predictions: Sequence[Prediction],
    seconds: float,
) -> list[LoggedPrediction]:
    """Return a row of the prediction log for each answer."""
    now = time.time()
    return [
        LoggedPrediction(
            prediction_id,
            now,
            request,
            version.name,
            version.number,
            prediction.label,
            prediction.probability,
            prediction.probabilities,
            prediction.needs_review,
            text,
            seconds,
        )
        for prediction_id, request, text, prediction in zip(ids, requests, texts, predictions, strict=True)
    ]


def _reference(version: Version) -> ModelReference:
    return ModelReference(name=version.name, version=version.number)


def _aliases(registry: Registry, version: Version) -> list[str] | None:
    try:
        events = registry.aliases(version.name)
    except RegistryError as error:
        logger.warning("the aliases of {} cannot be read: {}", version, error)
        return None
    return sorted(alias for alias, event in events.items() if event.version == version.number)

"""What the endpoints share: the model with its metrics, or the reason why there is none."""

from collections.abc import Sequence
from time import perf_counter
from typing import Any
from uuid import uuid4

from loguru import logger

from textops.errors import BundleError, RegistryError
from textops.registry import Registry, Version
from textops.serving.metrics import ServingMetrics
from textops.serving.problems import not_ready
from textops.serving.schemas import Limits, ModelDescription, ModelReference
from textops.serving.served_model import ServedModel
from textops.serving.settings import ServingSettings

NO_MODEL = "there is no model to serve: register and promote one, then start the service again"
BROKEN_MODEL = "the model is altered or does not answer its canary: see the log of the service"


class Service:
    """One API.

    Attributes:
        settings: The settings.
        limits: Bounds of a request.
        metrics: The metrics.
    """

    def __init__(self, settings: ServingSettings, model: ServedModel | None = None) -> None:
        """Take a model, or load what the settings say; without one the service is not ready."""
        self.settings = settings
        self.limits = Limits(settings.max_text_characters, settings.max_batch_texts)
        self.metrics = ServingMetrics()
        self._model = model
        self._reason = NO_MODEL
        if model is None:
            try:
                self._model = ServedModel.load(settings)
            except RegistryError as error:
                logger.error("nothing to serve: {}", error)
            except BundleError as error:
                logger.error("nothing to serve: {}", error)
                self._reason = BROKEN_MODEL
        if self._model is not None:
            self.metrics.introduce(self._model.version)

    def model(self) -> ServedModel:
        """Return the loaded model.

        Raises:
            ProblemError: 503, if there is none.
        """
        if self._model is None:
            raise not_ready(self._reason)
        return self._model

    def check(self) -> ModelReference:
        """Make the model answer its canary.

        Raises:
            ProblemError: 503, if it does not.
        """
        model = self.model()
        try:
            model.predictor.check_canary()
        except BundleError as error:
            self.metrics.ready.set(0)
            logger.error("the canary failed: {}", error)
            raise not_ready(BROKEN_MODEL) from error
        self.metrics.ready.set(1)
        return ModelReference(name=model.version.name, version=model.version.number)

    async def answer(self, texts: Sequence[str]) -> list[dict[str, Any]]:
        """Classify texts; each answer has the members of `PredictionResponse`."""
        model = self.model()
        start = perf_counter()
        with self.metrics.running.track_inprogress():
            predictions = await model.classify(texts)
        self.metrics.observe(model.version, texts, predictions, perf_counter() - start)
        reference = {"name": model.version.name, "version": model.version.number}
        return [
            {
                "prediction_id": str(uuid4()),
                "label": prediction.label,
                "probability": prediction.probability,
                "probabilities": prediction.probabilities,
                "needs_review": prediction.needs_review,
                "model": reference,
            }
            for prediction in predictions
        ]

    def describe(self) -> ModelDescription:
        """Tell what is known of the model, with the aliases that the registry gives its version now."""
        version = self.model().version
        manifest = self.model().predictor.manifest
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

    def close(self) -> None:
        """End the model's thread."""
        if self._model is not None:
            self._model.close()


def _aliases(registry: Registry, version: Version) -> list[str] | None:
    try:
        events = registry.aliases(version.name)
    except RegistryError as error:
        logger.warning("the aliases of {} cannot be read: {}", version, error)
        return None
    return sorted(alias for alias, event in events.items() if event.version == version.number)

"""The candidate: another version of the model that answers, loaded beside it and tried on a share of the traffic."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from loguru import logger

from textops.errors import BundleError, TextopsError
from textops.inference import Prediction
from textops.registry import Registry
from textops.registry.names import STAGING
from textops.serving.candidate_metrics import CandidateMetrics
from textops.serving.current_model import CurrentModel, is_same
from textops.serving.exchange import Exchange
from textops.serving.served_model import ServedModel
from textops.serving.settings import ServingSettings
from textops.serving.traffic_share import place_in_traffic

# What it leaves is production's, where the candidate does not answer in time.
_SHARE_OF_TIMEOUT = 0.5


@dataclass(frozen=True)
class _Finding:
    """What came of looking for a candidate.

    Attributes:
        model: It; None where production is to answer all.
        detail: Why there is none, or which one there is.
        is_failing: Whether something is to be mended.
    """

    model: ServedModel | None
    detail: str
    is_failing: bool = False


class Candidate:
    """Follows the registry as the model that answers does, and never stands in the way of it.

    Attributes:
        detail: One line: which version is tried on what, or why none is.
    """

    def __init__(self, settings: ServingSettings, current: CurrentModel, metrics: CandidateMetrics) -> None:
        """Load what is to be tried; where there is nothing to try, production answers all."""
        self._settings = settings
        self._current = current
        self._metrics = metrics
        self._model: ServedModel | None = None
        self._production: ServedModel | None = None
        self._changing = asyncio.Lock()
        self._faults: set[str] = set()
        self.detail = ""
        production = current.model
        self._take(production, self._look(production))

    @property
    def model(self) -> ServedModel | None:
        """The candidate; None where there is none, or where it was compared with another model than answers now."""
        return self._model if self._production is self._current.model else None

    def takes(self, exchange: Exchange, first_text: str) -> bool:
        """Tell whether a request is the candidate's to answer."""
        canary = self._settings.canary
        return bool(canary) and self.model is not None and place_in_traffic(exchange, first_text) < canary

    async def classify(self, texts: Sequence[str], exchange: Exchange) -> tuple[ServedModel, list[Prediction]] | None:
        """Classify the texts of a request that is the candidate's.

        Returns:
            Which model has answered, and what; None where production is to answer, because the request is not the
            candidate's or because the candidate fails at it.
        """
        model = self.model
        if model is None or not self.takes(exchange, texts[0]):
            return None
        try:
            return model, await model.classify(texts, self._settings.timeout_seconds * _SHARE_OF_TIMEOUT)
        except Exception as error:  # noqa: BLE001 (whatever it is, production answers)
            self.note_failure(model, error)
            return None

    def note_failure(self, model: ServedModel, error: Exception) -> None:
        """Count a text that the candidate failed at, and say once of each kind what it was."""
        self._metrics.failures.inc()
        kind = f"{model.version} {type(error).__name__}"
        if kind not in self._faults:
            self._faults.add(kind)
            logger.opt(exception=error).error("the candidate {} fails, production answers", model.version)

    async def reload(self) -> None:
        """Look which version is to be tried, and try it once it has been loaded."""
        async with self._changing:
            production = self._current.model
            self._take(production, await asyncio.to_thread(self._look, production))

    def close(self) -> None:
        """Let the candidate go once it has answered."""
        if self._model is not None:
            self._model.retire()

    def _look(self, production: ServedModel | None) -> _Finding:
        """Find the candidate of the model that answers, and load it; from any thread."""
        if production is None:
            return _Finding(None, "there is no model that answers")
        try:
            return self._find(production)
        except BundleError as error:
            return _Finding(None, str(error), is_failing=True)
        # Both, as a file may go away while it is read. A registry that is away for a moment changes nothing.
        except (TextopsError, OSError) as error:
            return _Finding(self._model if self._production is production else None, str(error), is_failing=True)

    def _find(self, production: ServedModel) -> _Finding:
        registry = Registry(self._settings.registry)
        name, reference = production.version.name, self._settings.candidate
        if reference is None and registry.alias(name, STAGING) is None:
            return _Finding(None, f"{name} has no alias {STAGING}")
        version = registry.find(reference or f"{name}@{STAGING}", default_alias=STAGING)
        if is_same(version, production.version):
            return _Finding(None, f"{version} answers already")
        if version.name != name:
            return _Finding(None, f"{version} is no version of {name}, the model that answers", is_failing=True)
        if version.manifest.classes != production.predictor.manifest.classes:
            detail = f"{version} has other classes than {production.version}, or in another order"
            return _Finding(None, detail, is_failing=True)
        known = self._model is not None and is_same(version, self._model.version)
        model = self._model if known else ServedModel.of_version(version, self._settings)
        canary, shadow = self._settings.canary, self._settings.shadow
        if canary:
            return _Finding(model, f"{version} answers {100 * canary:.4g} % of the requests")
        return _Finding(model, f"{version} is compared on {100 * shadow:.4g} % of the requests")

    def _take(self, production: ServedModel | None, finding: _Finding) -> None:
        old, self._model, self._production = self._model, finding.model, production
        if old is not None and old is not finding.model:
            old.retire()
        if finding.model is not None:
            finding.model.observe = self._metrics.observe_stages
        version = None if finding.model is None else finding.model.version
        self._metrics.introduce(version, self._settings.canary, self._settings.shadow, is_failing=finding.is_failing)
        # Said once, not at each look.
        if finding.detail != self.detail:
            self.detail = finding.detail
            if finding.is_failing:
                logger.error("candidate: {}", finding.detail)
            else:
                logger.info("candidate: {}", finding.detail)

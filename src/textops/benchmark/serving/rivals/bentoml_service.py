"""BentoML: `bentoml serve textops.benchmark.serving.rivals.bentoml_service:Classifier`, or `:SingleClassifier`."""

from typing import Any

import bentoml

from textops.benchmark.serving.rivals.answer import MOST_TEXTS, answers, load_predictor


@bentoml.service(workers=1, logging={"access": {"enabled": False}})  # type: ignore[untyped-decorator, unused-ignore]
class Classifier:
    """One worker that takes requests together."""

    def __init__(self) -> None:
        """Load the model."""
        self._predictor = load_predictor()

    @bentoml.api(batchable=True, max_batch_size=MOST_TEXTS, max_latency_ms=1_000)  # type: ignore[untyped-decorator, unused-ignore]
    def predict(self, texts: list[str]) -> list[dict[str, Any]]:
        """Classify texts."""
        return answers(self._predictor, texts)


@bentoml.service(workers=1, logging={"access": {"enabled": False}})  # type: ignore[untyped-decorator, unused-ignore]
class SingleClassifier:
    """One worker that takes each request by itself, inline: cheaper than a thread where a prediction is short."""

    def __init__(self) -> None:
        """Load the model."""
        self._predictor = load_predictor()

    @bentoml.api  # type: ignore[untyped-decorator, unused-ignore]
    async def predict(self, text: str) -> dict[str, Any]:
        """Classify a text."""
        return answers(self._predictor, [text])[0]

"""A model for MLflow: `python -m textops.benchmark.serving.rivals.mlflow_model FOLDER` writes it."""

import sys
from typing import Any

import mlflow

from textops.benchmark.serving.rivals.answer import answers, load_predictor


class Classifier(mlflow.pyfunc.PythonModel):  # type: ignore[misc, name-defined, unused-ignore]
    """The model, which `mlflow models serve` asks."""

    def load_context(self, context: object) -> None:  # noqa: ARG002 (the interface of MLflow)
        """Load the model."""
        self._predictor = load_predictor()

    def predict(self, context: object, model_input: list[str]) -> list[dict[str, Any]]:  # noqa: ARG002
        """Classify texts."""
        return answers(self._predictor, model_input)


def main() -> None:
    """Write it; its class is found by its name, not by a copy of it."""
    from textops.benchmark.serving.rivals.mlflow_model import Classifier as Importable

    mlflow.pyfunc.save_model(sys.argv[1], python_model=Importable(), pip_requirements=[])


if __name__ == "__main__":
    main()

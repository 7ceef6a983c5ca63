"""A runtime for MLServer; `mlserver start FOLDER` finds it by the settings of the folder."""

import numpy as np
from mlserver import MLModel
from mlserver.codecs import NumpyCodec, StringCodec
from mlserver.types import InferenceRequest, InferenceResponse

from textops.benchmark.serving.rivals.answer import answers, load_predictor


class Classifier(MLModel):  # type: ignore[misc, unused-ignore]
    """The model, which MLServer hands batches to."""

    async def load(self) -> bool:
        """Load the model."""
        self._predictor = load_predictor()
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        """Classify texts."""
        found = answers(self._predictor, StringCodec.decode_input(payload.inputs[0]))
        probabilities = np.array([list(answer["probabilities"].values()) for answer in found])
        return InferenceResponse(
            model_name=self.name,
            outputs=[
                StringCodec.encode_output("label", [answer["label"] for answer in found], use_bytes=False),
                NumpyCodec.encode_output("probabilities", probabilities),
            ],
        )

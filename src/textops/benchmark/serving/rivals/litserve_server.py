"""LitServe and its fast queue: `python -m textops.benchmark.serving.rivals.litserve_server PORT [alone]`."""

import sys
from typing import Any

import litserve

from textops.benchmark.serving.rivals.answer import BATCH_SECONDS, MOST_TEXTS, answers, load_predictor


class Classifier(litserve.LitAPI):  # type: ignore[misc, unused-ignore]
    """One worker that takes requests together."""

    def setup(self, device: str) -> None:  # noqa: ARG002 (the interface of LitServe)
        """Load the model."""
        self._predictor = load_predictor()

    def decode_request(self, request: dict[str, str]) -> str:
        """Take the text out of a body."""
        return request["text"]

    def predict(self, texts: list[str]) -> list[dict[str, Any]]:
        """Classify texts."""
        return answers(self._predictor, texts)

    def encode_response(self, output: dict[str, Any]) -> dict[str, Any]:
        """Return an answer as it is."""
        return output


class SingleClassifier(Classifier):
    """One worker that takes each request by itself."""

    def predict(self, text: str) -> dict[str, Any]:  # type: ignore[override]
        """Classify a text."""
        return answers(self._predictor, [text])[0]


def main() -> None:
    """Serve, with batching unless told otherwise."""
    if sys.argv[2:] == ["alone"]:
        api: Classifier = SingleClassifier()
    else:
        api = Classifier(max_batch_size=MOST_TEXTS, batch_timeout=BATCH_SECONDS)
    server = litserve.LitServer(api, accelerator="cpu", workers_per_device=1, fast_queue=True)
    server.run(
        host="127.0.0.1",
        port=int(sys.argv[1]),
        num_api_servers=1,
        log_level="warning",
        generate_client_file=False,
        access_log=False,
    )


if __name__ == "__main__":
    main()

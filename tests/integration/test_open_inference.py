"""The Open Inference Protocol, as a client speaks it that others have written."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

# It comes without types.
from tritonclient.http import InferenceServerClient, InferInput, InferRequestedOutput
from tritonclient.utils import InferenceServerException

from textops.registry import Registry
from textops.serving.process import started_server

pytestmark = pytest.mark.slow

TEXTS = ["the goal of the team", "a chip with new code — 🏟"]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory, tiny_bundle: Path) -> Iterator[InferenceServerClient]:
    """A client of a running server."""
    registry = Registry(tmp_path_factory.mktemp("serving") / "registry")
    registry.point(registry.register(tiny_bundle), "production", after=None)
    environment = {"TEXTOPS_REGISTRY": str(registry.root), "TEXTOPS_DATABASE_URL": "none"}
    with started_server(environment) as url, InferenceServerClient(url.removeprefix("http://")) as client:
        yield client


def input_of(*texts: str, binary: bool, column: bool = False) -> InferInput:
    shape = [len(texts), 1] if column else [len(texts)]
    tensor = InferInput("text", shape, "BYTES")
    tensor.set_data_from_numpy(np.array(texts, np.object_).reshape(shape), binary_data=binary)
    return tensor


def test_the_server_is_live_and_ready(client: InferenceServerClient) -> None:
    assert client.is_server_live()
    assert client.is_server_ready()
    assert client.is_model_ready("tiny")
    assert client.is_model_ready("tiny", "1")
    assert not client.is_model_ready("tiny", "2")
    assert client.get_server_metadata()["name"] == "textops"


def test_the_model_says_what_it_takes_and_gives(client: InferenceServerClient) -> None:
    metadata = client.get_model_metadata("tiny")

    assert metadata["inputs"] == [{"name": "text", "datatype": "BYTES", "shape": [-1]}]
    assert json.loads(metadata["parameters"]["classes"]) == ["sport", "tech"]


@pytest.mark.parametrize("column", [False, True])
@pytest.mark.parametrize("binary_input", [False, True])
@pytest.mark.parametrize("binary_output", [None, False, True])
def test_texts_are_answered_in_every_encoding(
    client: InferenceServerClient,
    column: bool,  # noqa: FBT001 (a parameter of pytest)
    binary_input: bool,  # noqa: FBT001
    binary_output: bool | None,  # noqa: FBT001
) -> None:
    names = ("label", "probabilities", "probability", "needs_review", "prediction_id")
    outputs = None
    if binary_output is not None:
        outputs = [InferRequestedOutput(name, binary_data=binary_output) for name in names]

    answer = client.infer(
        "tiny", [input_of(*TEXTS, binary=binary_input, column=column)], request_id="mine", outputs=outputs
    )

    labels = [label.decode() if isinstance(label, bytes) else label for label in answer.as_numpy("label").tolist()]
    assert labels == ["sport", "tech"]
    probabilities = answer.as_numpy("probabilities")
    assert (probabilities.dtype, probabilities.shape) == (np.float32, (2, 2))
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-6)
    np.testing.assert_array_equal(probabilities.max(axis=1), answer.as_numpy("probability"))
    assert answer.as_numpy("needs_review").tolist() == [False, False]
    assert len(set(answer.as_numpy("prediction_id").tolist())) == 2
    assert answer.get_response()["id"] == "mine"
    assert json.loads(answer.get_output("probabilities")["parameters"]["classes"]) == ["sport", "tech"]


def test_one_output_comes_alone(client: InferenceServerClient) -> None:
    answer = client.infer("tiny", [input_of(*TEXTS, binary=True)], outputs=[InferRequestedOutput("label")])

    assert [output["name"] for output in answer.get_response()["outputs"]] == ["label"]


@pytest.mark.parametrize(
    ("model", "version", "error"), [("other", "", "unknown_model"), ("tiny", "2", "unknown_model")]
)
def test_another_model_is_unknown(client: InferenceServerClient, model: str, version: str, error: str) -> None:
    with pytest.raises(InferenceServerException, match=error) as caught:
        client.infer(model, [input_of(*TEXTS, binary=True)], model_version=version)

    assert caught.value.status() == "404"


def test_compressed_requests_are_refused(client: InferenceServerClient) -> None:
    with pytest.raises(InferenceServerException, match="unsupported_encoding") as caught:
        client.infer("tiny", [input_of(*TEXTS, binary=True)], request_compression_algorithm="gzip")

    assert caught.value.status() == "415"


def test_an_answer_may_be_asked_for_compressed(client: InferenceServerClient) -> None:
    answer = client.infer("tiny", [input_of(*TEXTS, binary=True)], response_compression_algorithm="gzip")

    assert len(answer.as_numpy("label")) == 2


def test_texts_of_a_wrong_shape_are_refused(client: InferenceServerClient) -> None:
    tensor = InferInput("text", [2, 2], "BYTES")
    tensor.set_data_from_numpy(np.array([TEXTS, TEXTS], np.object_))

    with pytest.raises(InferenceServerException, match="invalid_body") as caught:
        client.infer("tiny", [tensor])

    assert caught.value.status() == "422"

import json
import re
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

from textops import __version__
from textops.registry import Registry
from textops.serving.api import create_app
from textops.serving.open_inference_schemas import InferResponse, ModelMetadata
from textops.serving.schemas import Problem
from textops.serving.settings import ServingSettings

SPORT = "the goal of the team"
TECH = "a chip with new code"
INFER = "/v2/models/tiny/infer"
OUTPUTS = ["label", "probabilities", "probability", "needs_review", "prediction_id"]


@pytest.fixture
def settings(registry: Registry) -> ServingSettings:
    """Small limits."""
    return ServingSettings(
        registry=str(registry.root), max_body_bytes=2_000, max_text_characters=500, max_batch_texts=4
    )


def request_of(*texts: object, **members: object) -> dict[str, Any]:
    return {"inputs": [{"name": "text", "datatype": "BYTES", "shape": [len(texts)], "data": list(texts)}], **members}


def infer(client: TestClient, body: object) -> InferResponse:
    response = client.post(INFER, json=body)
    assert response.status_code == 200, response.text
    return InferResponse.model_validate(response.json())


def problem_of(client: TestClient, body: object, pointer: str) -> Problem:
    problem = Problem.model_validate(client.post(INFER, json=body).json())
    assert (problem.status, problem.error) == (422, "invalid_body")
    assert problem.errors is not None
    assert problem.errors[0].pointer == pointer
    return problem


def binary_of(*texts: str | bytes) -> bytes:
    encoded = [text.encode() if isinstance(text, str) else text for text in texts]
    return b"".join(struct.pack("<I", len(text)) + text for text in encoded)


def post_binary(client: TestClient, data: bytes, *, texts: int = 1, size: int | None = None) -> dict[str, Any]:
    tensor = {"name": "text", "datatype": "BYTES", "shape": [texts], "parameters": {"binary_data_size": len(data)}}
    if size is not None:
        tensor["parameters"] = {"binary_data_size": size}
    head = json.dumps({"inputs": [tensor]}).encode()
    headers = {"Inference-Header-Content-Length": str(len(head)), "content-type": "application/octet-stream"}
    answer: dict[str, Any] = client.post(INFER, content=head + data, headers=headers).json()
    return answer


def test_the_server_and_its_model_introduce_themselves(client: TestClient) -> None:
    assert client.get("/v2").json() == {
        "name": "textops",
        "version": __version__,
        "extensions": ["binary_tensor_data"],
    }
    assert client.get("/v2/health/live").json() == {"live": True}
    assert client.get("/v2/health/ready").json() == {"ready": True}
    for path in ("/v2/models/tiny", "/v2/models/tiny/versions/1"):
        metadata = ModelMetadata.model_validate(client.get(path).json())
        assert (metadata.name, metadata.versions) == ("tiny", ["1"])
        assert json.loads(metadata.parameters["classes"]) == ["sport", "tech"]
        assert [output.name for output in metadata.outputs] == OUTPUTS
        assert metadata.outputs[1].shape == [-1, 2]
        assert client.get(f"{path}/ready").json() == {"name": "tiny", "ready": True}


@pytest.mark.parametrize("path", ["/v2/models/other", "/v2/models/tiny/versions/2", "/v2/models/tiny/versions/one"])
@pytest.mark.parametrize("action", ["", "/ready", "/infer"])
def test_a_model_that_does_not_answer_here_is_unknown(client: TestClient, path: str, action: str) -> None:
    url = path + action
    response = client.post(url, json=request_of(SPORT)) if action == "/infer" else client.get(url)

    problem = Problem.model_validate(response.json())
    assert (problem.status, problem.error) == (404, "unknown_model")
    assert "tiny does, in version 1" in problem.detail


def test_texts_are_answered_with_all_outputs(client: TestClient) -> None:
    response = infer(client, request_of(SPORT, TECH, id="mine"))

    assert (response.model_name, response.model_version, response.id) == ("tiny", "1", "mine")
    outputs = {output.name: output for output in response.outputs}
    assert list(outputs) == OUTPUTS
    assert outputs["label"].data == ["sport", "tech"]
    assert outputs["probabilities"].shape == [2, 2]
    assert outputs["probabilities"].parameters == {"classes": '["sport", "tech"]'}
    probabilities = np.array(outputs["probabilities"].data).reshape(2, 2)
    assert probabilities.max(axis=1).tolist() == outputs["probability"].data
    assert outputs["needs_review"].data == [False, False]
    assert len(set(outputs["prediction_id"].data or [])) == 2
    assert 'textops_predictions_total{label="tech",model_version="1"} 1.0' in client.get("/metrics").text


def test_a_version_may_be_named(client: TestClient) -> None:
    response = client.post("/v2/models/tiny/versions/1/infer", json=request_of(SPORT))

    assert response.status_code == 200
    assert "id" not in response.json()


@pytest.mark.parametrize(
    ("shape", "data"), [([2], [SPORT, TECH]), ([2, 1], [[SPORT], [TECH]]), ([2, 1], [SPORT, TECH])]
)
def test_texts_may_be_nested(client: TestClient, shape: list[int], data: list[object]) -> None:
    body = request_of()
    body["inputs"][0] |= {"shape": shape, "data": data}

    assert infer(client, body).outputs[0].data == ["sport", "tech"]


def test_only_outputs_that_are_asked_for_come(client: TestClient) -> None:
    response = infer(client, request_of(SPORT, outputs=[{"name": "needs_review"}, {"name": "label"}]))

    assert [output.name for output in response.outputs] == ["needs_review", "label"]


def test_texts_may_come_behind_the_json(client: TestClient) -> None:
    response = post_binary(client, binary_of(SPORT, "chip — 🏟"), texts=2)

    assert response["outputs"][0]["data"] == ["sport", "tech"]


@pytest.mark.parametrize(
    "members",
    [
        {"parameters": {"binary_data_output": True}},
        {"outputs": [{"name": name, "parameters": {"binary_data": True}} for name in OUTPUTS]},
    ],
)
def test_outputs_may_go_behind_the_json(client: TestClient, members: dict[str, object]) -> None:
    response = client.post(INFER, json=request_of(SPORT, TECH, **members))

    length = int(response.headers["inference-header-content-length"])
    document, data = InferResponse.model_validate_json(response.content[:length]), response.content[length:]
    sizes = [int((output.parameters or {})["binary_data_size"]) for output in document.outputs]
    assert sum(sizes) == len(data)
    parts = [data[sum(sizes[:place]) : sum(sizes[: place + 1])] for place in range(len(sizes))]
    assert parts[0] == binary_of("sport", "tech")
    assert np.frombuffer(parts[1], "<f4").reshape(2, 2).sum(axis=1) == pytest.approx([1, 1])
    assert np.frombuffer(parts[3], "?").tolist() == [False, False]
    assert response.headers["content-type"] == "application/octet-stream"


def test_some_outputs_may_go_behind_the_json_and_others_in_it(client: TestClient) -> None:
    outputs = [{"name": "label", "parameters": {"binary_data": False}}, {"name": "probability"}]
    response = client.post(INFER, json=request_of(SPORT, outputs=outputs, parameters={"binary_data_output": True}))

    length = int(response.headers["inference-header-content-length"])
    document = json.loads(response.content[:length])
    assert document["outputs"][0]["data"] == ["sport"]
    assert document["outputs"][1]["parameters"] == {"binary_data_size": 4}
    assert len(response.content) == length + 4


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"name": "texts"}, "/inputs/0/name"),
        ({"datatype": "FP32"}, "/inputs/0/datatype"),
        ({"shape": [2]}, "/inputs/0/data"),
        ({"shape": [0], "data": []}, "/inputs/0/shape"),
        ({"shape": [-1]}, "/inputs/0/shape"),
        ({"shape": [1, 2]}, "/inputs/0/shape"),
        ({"shape": [1, 1, 1]}, "/inputs/0/shape"),
        ({"shape": []}, "/inputs/0/shape"),
        ({"shape": ["1"]}, "/inputs/0/shape/0"),
        ({"data": [5]}, "/inputs/0/data/0"),
        ({"data": [[SPORT, TECH]]}, "/inputs/0/data/0"),
        ({"data": [" "]}, "/inputs/0/data/0"),
        ({"data": ["x" * 501]}, "/inputs/0/data/0"),
        ({"data": [SPORT] * 5, "shape": [5]}, "/inputs/0/data"),
        ({"data": None}, "/inputs/0/data"),
        ({"parameters": {"binary_data_size": 3}}, "/inputs/0/data"),
        ({"parameters": {"shared_memory_region": "x"}}, "/inputs/0/parameters/shared_memory_region"),
        ({"data": None, "parameters": {"binary_data_size": 3}}, "/inputs/0/parameters/binary_data_size"),
    ],
)
def test_a_wrong_input_is_named_by_its_pointer(client: TestClient, change: dict[str, object], pointer: str) -> None:
    body = request_of(SPORT)
    body["inputs"][0] |= change

    problem_of(client, body, pointer)


@pytest.mark.parametrize(
    ("members", "pointer"),
    [
        ({"id": 5}, "/id"),
        ({"other": 5}, "/other"),
        ({"inputs": []}, "/inputs"),
        ({"inputs": request_of(SPORT)["inputs"] * 2}, "/inputs"),
        ({"outputs": [{"name": "score"}]}, "/outputs/0/name"),
        ({"outputs": [{"name": "label", "parameters": {"classification": 2}}]}, "/outputs/0/parameters/classification"),
        ({"parameters": {"binary_data_output": "yes"}}, "/parameters/binary_data_output"),
    ],
)
def test_a_wrong_request_is_named_by_its_pointer(client: TestClient, members: dict[str, Any], pointer: str) -> None:
    problem_of(client, {**request_of(SPORT), **members}, pointer)


def test_parameters_of_other_servers_change_nothing(client: TestClient) -> None:
    assert infer(client, request_of(SPORT, parameters={"priority": 5, "timeout": 10})).outputs[0].data == ["sport"]


@pytest.mark.parametrize(
    ("data", "texts", "pointer"),
    [
        (binary_of(SPORT)[:-1], 1, "/inputs/0/data/0"),
        (binary_of(SPORT) + b"\1\0", 2, "/inputs/0/data/1"),
        (binary_of(SPORT, b"\xff"), 2, "/inputs/0/data/1"),
        (binary_of(SPORT, "\0"), 2, "/inputs/0/data/1"),
        (binary_of(SPORT), 2, "/inputs/0/data"),
        (b"\xff\xff\xff\xff", 1, "/inputs/0/data/0"),
        (b"", 1, "/inputs/0/data"),
    ],
)
def test_wrong_binary_data_is_named_by_its_pointer(client: TestClient, data: bytes, texts: int, pointer: str) -> None:
    problem = Problem.model_validate(post_binary(client, data, texts=texts))

    assert problem.errors is not None
    assert (problem.status, problem.errors[0].pointer) == (422, pointer)


def test_the_size_of_binary_data_must_be_its_size(client: TestClient) -> None:
    for size in (3, 10**6):
        problem = Problem.model_validate(post_binary(client, binary_of(SPORT), size=size))
        assert problem.errors is not None
        assert problem.errors[0].pointer == "/inputs/0/parameters/binary_data_size"


@pytest.mark.parametrize("length", ["-1", "x", "1000000", "9" * 50, "0" * 20 + "9" * 5_000, ""])
def test_a_wrong_length_of_the_json_is_refused(client: TestClient, length: str) -> None:
    response = client.post(INFER, json=request_of(SPORT), headers={"Inference-Header-Content-Length": length})

    assert (response.status_code, response.json()["error"]) == (422, "invalid_body")
    assert "Inference-Header-Content-Length" in response.json()["detail"]


def test_data_behind_the_json_that_nobody_announced_is_refused(client: TestClient) -> None:
    body = json.dumps(request_of(SPORT)).encode()
    headers = {"Inference-Header-Content-Length": str(len(body))}

    assert client.post(INFER, content=body + b"more", headers=headers).status_code == 422


@pytest.mark.parametrize(
    ("headers", "error"),
    [
        ({"content-type": "text/plain"}, "unsupported_media_type"),
        ({"content-encoding": "gzip"}, "unsupported_encoding"),
        ({"content-encoding": "deflate", "content-type": "application/json"}, "unsupported_encoding"),
    ],
)
def test_other_media_are_refused(client: TestClient, headers: dict[str, str], error: str) -> None:
    response = client.post(INFER, content=json.dumps(request_of(SPORT)), headers=headers)

    assert (response.status_code, response.json()["error"]) == (415, error)


def test_texts_that_are_cut_are_counted(settings: ServingSettings) -> None:
    with TestClient(create_app(settings.model_copy(update={"long_texts": "cut"}))) as client:
        assert infer(client, request_of(SPORT, "x" * 501)).parameters == {"truncated_texts": 1}


def test_without_a_model_nothing_is_ready(tmp_path: Path) -> None:
    with TestClient(create_app(ServingSettings(registry=str(tmp_path / "empty")))) as client:
        assert client.get("/v2/health/live").status_code == 200
        assert client.get("/v2/health/ready").status_code == 503
        assert client.get("/v2/models/tiny").status_code == 503
        assert client.post(INFER, json=request_of(SPORT)).status_code == 503


def test_the_examples_of_the_documentation_are_true(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    operation = document["paths"]["/v2/models/{name}/infer"]["post"]

    example = operation["requestBody"]["content"]["application/json"]["examples"]["texts"]["value"]
    assert [output.name for output in infer(client, example).outputs] == ["label", "probability"]
    assert InferResponse.model_validate(operation["responses"]["200"]["content"]["application/json"]["example"])


def test_what_stands_in_a_path_is_described(client: TestClient) -> None:
    for path, operations in client.get("/openapi.json").json()["paths"].items():
        for operation in operations.values():
            described = [item["name"] for item in operation.get("parameters", []) if item["in"] == "path"]
            assert described == re.findall(r"{(\w+)}", path)


def test_every_reference_of_the_documentation_leads_somewhere(client: TestClient) -> None:
    document = client.get("/openapi.json").json()

    references = re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(document))
    assert references
    for reference in references:
        place = document
        for name in reference.split("/"):
            place = place[name]

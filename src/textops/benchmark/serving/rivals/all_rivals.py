"""The model servers that the API is compared with."""

from dataclasses import replace

from textops.benchmark.serving.rivals.answer import BATCH_SECONDS, MOST_TEXTS
from textops.benchmark.serving.rivals.rival import Rival

_MODULES = "textops.benchmark.serving.rivals"
_RUNTIME = f"{_MODULES}.mlserver_runtime.Classifier"
# None of them may report who uses it.
QUIET = {
    "BENTOML_DO_NOT_TRACK": "True",
    "DO_NOT_TRACK": "true",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "ORT_DISABLE_TELEMETRY": "1",
}

BENTOML = Rival(
    name="BentoML",
    package="bentoml",
    requirement="bentoml>=1.4,<2",
    serve=(
        *("{python}", "-m", "bentoml", "serve", f"{_MODULES}.bentoml_service:Classifier"),
        *("--host", "127.0.0.1", "--port", "{port}"),
    ),
    body=lambda text: {"texts": [text]},
    path="/predict",
    ready="/readyz",
    environment={"BENTOML_HOME": "{folder}"},
    note=f"adaptive batching up to {MOST_TEXTS} texts, one worker, no access log",
)
BENTOML_ALONE = replace(
    BENTOML,
    name="BentoML, no batching",
    serve=(
        *("{python}", "-m", "bentoml", "serve", f"{_MODULES}.bentoml_service:SingleClassifier"),
        *("--host", "127.0.0.1", "--port", "{port}"),
    ),
    body=lambda text: {"text": text},
    note="each request by itself, in an async endpoint",
)
LITSERVE = Rival(
    name="LitServe",
    package="litserve",
    requirement="litserve>=0.2,<0.3",
    serve=("{python}", "-m", f"{_MODULES}.litserve_server", "{port}"),
    body=lambda text: {"text": text},
    path="/predict",
    ready="/health",
    note=f"batches of up to {MOST_TEXTS} texts, {1000 * BATCH_SECONDS:g} ms, fast queue, one server and one worker",
)
LITSERVE_ALONE = replace(
    LITSERVE,
    name="LitServe, no batching",
    serve=("{python}", "-m", f"{_MODULES}.litserve_server", "{port}", "alone"),
    note="each request by itself, fast queue, one server and one worker",
)
MLSERVER = Rival(
    name="MLServer",
    package="mlserver",
    requirement="mlserver>=1.6,<2",
    serve=("{python}", "-m", "mlserver.cli.main", "start", "{folder}"),
    body=lambda text: {"inputs": [{"name": "text", "shape": [1], "datatype": "BYTES", "data": [text]}]},
    path="/v2/models/classifier/infer",
    ready="/v2/models/classifier/ready",
    files={
        "settings.json": {"debug": False, "parallel_workers": 0, "host": "127.0.0.1", "gzip_enabled": False},
        "model-settings.json": {
            "name": "classifier",
            "implementation": _RUNTIME,
            "max_batch_size": MOST_TEXTS,
            "max_batch_time": BATCH_SECONDS,
        },
    },
    environment={
        "MLSERVER_HTTP_PORT": "{port}",
        "MLSERVER_GRPC_PORT": "{second_port}",
        "MLSERVER_METRICS_PORT": "{third_port}",
    },
    note=f"adaptive batching up to {MOST_TEXTS} texts, {1000 * BATCH_SECONDS:g} ms, inference in the server's process",
)
MLSERVER_ALONE = replace(
    MLSERVER,
    name="MLServer, no batching",
    files={**MLSERVER.files, "model-settings.json": {"name": "classifier", "implementation": _RUNTIME}},
    note="each request by itself, which is faster where a prediction is short",
)
MLFLOW = Rival(
    name="mlflow models serve",
    package="mlflow",
    requirement="mlflow>=3,<4",
    prepare=("{python}", "-m", f"{_MODULES}.mlflow_model", "{folder}/model"),
    serve=(
        *("{python}", "-m", "mlflow", "models", "serve", "-m", "{folder}/model", "--env-manager", "local"),
        *("--host", "127.0.0.1", "--port", "{port}", "--workers", "1"),
    ),
    body=lambda text: {"inputs": [text]},
    path="/invocations",
    ready="/ping",
    environment={"UVICORN_ACCESS_LOG": "false"},
    note="one worker, no access log; it has no batching",
)
RIVALS = (BENTOML, BENTOML_ALONE, LITSERVE, LITSERVE_ALONE, MLSERVER, MLSERVER_ALONE, MLFLOW)

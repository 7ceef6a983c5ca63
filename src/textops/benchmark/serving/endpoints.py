"""What the API is compared with: `python -m textops.benchmark.serving.endpoints KIND PORT [BUNDLE]`.

`empty` validates the same body and returns the same answer without doing anything; `plain` is what a good engineer
writes in an afternoon; `locked` is how the user's old service worked, one request at a time; `raw` is ASGI without any
framework, for finding out how much the load generator can send.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from uuid import uuid4

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, Field
from starlette.types import ASGIApp, Receive, Scope, Send

from textops.inference import Prediction, Predictor
from textops.serving.schemas import ModelReference, PredictionResponse

_NEEDS_REVIEW = False
_ANSWER = Prediction(
    "sports",
    0.9,
    {"business": 0.05, "entertainment": 0.02, "politics": 0.01, "sports": 0.9, "tech": 0.02},
    _NEEDS_REVIEW,
)
_MOST_CHARACTERS = 200_000


class Body(BaseModel):
    """The members and bounds of the API's own request."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    text: str = Field(min_length=1, max_length=_MOST_CHARACTERS)
    title: str | None = Field(None, max_length=_MOST_CHARACTERS)


def empty_app() -> FastAPI:
    """Do nothing, the usual way."""
    app = _app()
    answer = _response(_ANSWER)

    @app.post("/predict")
    async def predict(body: Body) -> PredictionResponse:  # noqa: ARG001 (it is validated, which is the point)
        return answer

    return app


def plain_app(bundle: Path) -> FastAPI:
    """Predict in an async endpoint."""
    app = _app()
    predictor = Predictor.load(bundle)

    @app.post("/predict")
    async def predict(body: Body) -> PredictionResponse:
        return _response(predictor.predict([body.text])[0])

    return app


def locked_app(bundle: Path) -> FastAPI:
    """Predict in a thread, one request at a time."""
    app = _app()
    predictor = Predictor.load(bundle)
    lock = Lock()

    @app.post("/predict")
    def predict(body: Body) -> PredictionResponse:
        with lock:
            return _response(predictor.predict([body.text])[0])

    return app


def raw_app() -> ASGIApp:
    """Return the same bytes to everybody."""
    body = _response(_ANSWER).model_dump_json().encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]

    async def app(_scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive()).get("more_body", False):
            pass
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return app


def _app() -> FastAPI:
    app = FastAPI()

    @app.get("/ready")
    async def ready() -> dict[str, str]:
        return {"status": "ready"}

    return app


def _response(prediction: Prediction) -> PredictionResponse:
    return PredictionResponse(
        prediction_id=str(uuid4()), **prediction._asdict(), model=ModelReference(name="model", version=1)
    )


def main() -> None:
    """Serve one of them."""
    kind, port, *bundle = sys.argv[1:]
    apps: dict[str, Callable[..., ASGIApp]] = {
        "empty": empty_app,
        "plain": plain_app,
        "locked": locked_app,
        "raw": raw_app,
    }
    app = apps[kind](*map(Path, bundle))
    uvicorn.run(app, port=int(port), http="httptools", loop="uvloop", log_config=None, access_log=False, lifespan="off")


if __name__ == "__main__":
    main()

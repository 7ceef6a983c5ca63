"""`textops benchmark serving`."""

import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from loguru import logger

from textops.benchmark.result import keep
from textops.benchmark.serving.comparison import compare
from textops.benchmark.serving.contender import Contender
from textops.benchmark.serving.figure import figure
from textops.benchmark.serving.measurements import EMPTY, LOCKED, PLAIN, RAW, Measurements
from textops.benchmark.serving.overload import overload
from textops.benchmark.serving.own_server import OwnServer, own_server
from textops.benchmark.serving.place import Place, choose_place
from textops.benchmark.serving.report import report
from textops.benchmark.serving.rivals.all_rivals import RIVALS
from textops.benchmark.serving.rivals.environment import contender_of, installed
from textops.benchmark.serving.soak import Soak, memory_growth, soak
from textops.benchmark.serving.texts import CHARACTERS, AskedTexts, asked_texts, write_bodies
from textops.bundle import verify
from textops.errors import ServiceError
from textops.inference import Predictor
from textops.machine import describe_machine

_PACKAGES = ("fastapi", "pydantic", "uvicorn", "uvloop", "httptools", "onnxruntime", "numpy")
RIVALS_FOLDER = Path("~/.cache/textops/rivals")


@dataclass(frozen=True)
class Plan:
    """What is measured.

    Attributes:
        bundle: The model that all serve.
        lstm: A bundle to serve one request at a time, None for none.
        rivals: Where other model servers are installed, None to leave them out.
        rounds: Rounds of the comparison.
        seconds: Of each load.
        overload_seconds: Of the overload, 0 to leave it out.
        requests: After which the memory is looked at, 0 to leave it out.
        soak_minutes: Of the long load, 0 to leave it out.
    """

    bundle: Path
    lstm: Path | None = None
    rivals: Path | None = None
    rounds: int = 5
    seconds: float = 5.0
    overload_seconds: float = 20.0
    requests: int = 200_000
    soak_minutes: float = 0.0


def benchmark(plan: Plan) -> str:
    """Measure, and keep the result as `serving`.

    Returns:
        The report as Markdown.

    Raises:
        BundleError: If a bundle does not answer.
        ServiceError: If the API does not.
    """
    place = choose_place()
    predictor = Predictor.load(plan.bundle)
    texts = asked_texts(predictor.manifest)
    label = predictor.predict([texts.texts[0]])[0].label
    folder = Path(tempfile.mkdtemp(prefix="textops-serving-"))
    try:
        found = _measure(plan, place, texts, label, folder)
    finally:
        # A rival's last files may still come while they are removed.
        shutil.rmtree(folder, ignore_errors=True)
    markdown = report(found)
    keep("serving", found.model_dump(mode="json"), markdown, figure(found))
    return markdown


def _measure(plan: Plan, place: Place, texts: AskedTexts, label: str, folder: Path) -> Measurements:
    bodies = write_bodies(folder / "bodies.jsonl", texts.texts, lambda text: {"text": text})
    own = own_server(plan.bundle, bodies, label, folder)
    rivals, left_out = _rivals(plan, texts, label, folder)
    contenders = [
        _endpoint(EMPTY, "empty", bodies, note="validates the same body, returns a constant answer of the same model"),
        own.contender,
        _endpoint(
            PLAIN, "plain", bodies, plan.bundle, label, note="what one writes in an afternoon; no log, no metrics"
        ),
        *rivals,
        *_locked(plan.lstm, texts, bodies),
        _endpoint(RAW, "raw", bodies, note="no framework, no validation: shows how much the load generator can send"),
    ]
    if plan.lstm is None:
        left_out[LOCKED] = "no bundle was given (--lstm)"
    compared = compare(contenders, place, plan.rounds, plan.seconds)
    for server in compared[:2]:
        # Without either of them, nothing is left to say.
        if not server.rounds:
            raise ServiceError(f"{server.name} cannot be measured: {server.reason}")
    answered = sum(part.answered for part in compared[1].rounds)
    return Measurements(
        machine=describe_machine(_PACKAGES),
        model=_in_words(plan.bundle),
        texts=texts.origin,
        characters=CHARACTERS,
        pinned=place.server is not None,
        rounds=plan.rounds,
        seconds=plan.seconds,
        compared=tuple(compared),
        left_out=left_out,
        logged_share=own.rows() / answered,
        overload=overload(own.contender, place, plan.overload_seconds) if plan.overload_seconds else None,
        memory=memory_growth(own.contender, place, plan.requests) if plan.requests else None,
        soak=_soak(plan, own, place, folder, min(part.full.accepted_per_second for part in compared[1].rounds)),
    )


def _soak(plan: Plan, own: OwnServer, place: Place, folder: Path, least: float) -> Soak | None:
    return soak(own, place, plan.soak_minutes, folder, least) if plan.soak_minutes else None


def _rivals(plan: Plan, texts: AskedTexts, label: str, folder: Path) -> tuple[list[Contender], dict[str, str]]:
    if plan.rivals is None:
        return [], {rival.name: "not asked for (--rivals)" for rival in RIVALS}
    found: list[Contender] = []
    left_out: dict[str, str] = {}
    for rival in RIVALS:
        try:
            place = installed(rival, plan.rivals.expanduser())
            found.append(contender_of(place, plan.bundle, texts.texts, label, folder))
        except ServiceError as error:
            left_out[rival.name] = str(error)
            logger.warning("{} is left out: {}", rival.name, error)
    return found, left_out


def _locked(bundle: Path | None, texts: AskedTexts, bodies: Path) -> Sequence[Contender]:
    if bundle is None:
        return ()
    label = Predictor.load(bundle).predict([texts.texts[0]])[0].label
    note = f"{_in_words(bundle)}, a `def` endpoint with a lock: the old way"
    return (_endpoint(LOCKED, "locked", bodies, bundle, label, note=note),)


def _endpoint(
    name: str, kind: str, bodies: Path, bundle: Path | None = None, label: str | None = None, *, note: str
) -> Contender:
    """Return one of the servers of `endpoints`."""
    command = [sys.executable, "-m", "textops.benchmark.serving.endpoints", kind, "{port}"]
    if bundle is not None:
        command.append(str(bundle.resolve()))
    return Contender(name=name, command=command, bodies=bodies, label=label, note=note)


def _in_words(bundle: Path) -> str:
    manifest = verify(bundle)
    form = "" if manifest.export is None else f" ({manifest.export.variant})"
    return f"{manifest.encoder} model{form} of {manifest.name}"

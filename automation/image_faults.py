"""What goes wrong around a container: each fault is made, and its one clear line is looked for."""

import socket
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import httpx

from automation.image_catalogue import Image
from automation.image_checks import Volumes
from automation.image_container import Container, last_line, run, started
from automation.image_engine import ContainerError, Engine

_TEXT = {"text": "The striker scored a late goal."}


def check_faults(engine: Engine, image: Image, kept: Volumes) -> dict[str, str]:
    """Make each fault around the API; return what was seen, by fault.

    Raises:
        ContainerError: If one is not answered as it should be.
    """
    faults: dict[str, Callable[[Engine, Image, Volumes], str]] = {
        "no model": _without_model,
        "registry that may not be read": _closed_registry,
        "read-only disk": _read_only_disk,
        "database away": _database_away,
        "PORT is nonsense": _nonsense_port,
        "PORT is taken": _taken_port,
        "secret that is none": _bad_secret,
    }
    return {name: check(engine, image, kept) for name, check in faults.items()}


def _without_model(engine: Engine, image: Image, _kept: Volumes) -> str:
    with started(engine, image) as container:
        return _lives_without_model(container, "there is no model to serve")


def _closed_registry(engine: Engine, image: Image, _kept: Volumes) -> str:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o700)
        with started(engine, image, volumes=[f"{folder}:/textops/models:ro"]) as container:
            _lives_without_model(container, "there is no model to serve")
            return _line(container, "cannot read the registry", "Permission denied")


def _read_only_disk(engine: Engine, image: Image, kept: Volumes) -> str:
    models, _ = kept.serving
    with started(engine, image, volumes=[models]) as container:
        return _answers_without_log(container, "data/prediction_log.sqlite")


def _database_away(engine: Engine, image: Image, kept: Volumes) -> str:
    environment = {"TEXTOPS_DATABASE_URL": "postgresql://textops:not-shown@127.0.0.1:9/textops"}
    with started(engine, image, volumes=kept.serving, environment=environment) as container:
        seen = _answers_without_log(container, "postgresql://")
        if "not-shown" in container.log():
            raise ContainerError("the log of the API shows the password of its database")
        return seen


def _nonsense_port(engine: Engine, image: Image, _kept: Volumes) -> str:
    return _refusal(engine, image, "TEXTOPS_PORT is not possible", environment={"PORT": "eighty"})


def _taken_port(engine: Engine, image: Image, _kept: Volumes) -> str:
    with closing(socket.create_server(("0.0.0.0", 0))) as taken:  # noqa: S104 (as a container listens)
        port = str(taken.getsockname()[1])
        options = ("--network", "host")
        seen = _refusal(engine, image, "choose another port", environment={"PORT": port}, options=options)
        # A report that is made again should differ by what has changed alone.
        return seen.replace(port, "PORT")


def _bad_secret(engine: Engine, image: Image, kept: Volumes) -> str:
    return _refusal(
        engine, image, "TEXTOPS_DATABASE_URL", environment={"TEXTOPS_DATABASE_URL": "mysql://x"}, volumes=kept.serving
    )


def _lives_without_model(container: Container, words: str) -> str:
    """See that a service lives, is not ready and says why."""
    container.wait_for("/health")
    answer = container.wait_for("/ready", httpx.codes.SERVICE_UNAVAILABLE)
    detail = str(answer.json()["detail"])
    if words not in detail:
        raise ContainerError(f"/ready says {detail!r} and not {words!r}")
    container.check_health()
    return f"lives; `/ready` answers 503, {detail!r}"


def _answers_without_log(container: Container, words: str) -> str:
    """See that a service answers although its log cannot be written, and says so."""
    container.wait_for("/ready")
    answer = httpx.post(f"{container.address}/predict", json=_TEXT, timeout=10, trust_env=False)
    if answer.status_code != httpx.codes.OK:
        raise ContainerError(f"without its log the API answers {answer.status_code} {answer.text[:200]}")
    container.wait_for_log(words, seconds=30)
    return f"goes on answering; {_line(container, words)}"


def _refusal(
    engine: Engine,
    image: Image,
    words: str,
    *,
    environment: dict[str, str],
    volumes: tuple[str, ...] = (),
    options: tuple[str, ...] = (),
) -> str:
    """See that a container ends at once with 2 and one line."""
    code, log = run(engine, image, environment=environment, volumes=volumes, options=options, seconds=60)
    lines = [line for line in log.splitlines() if line.strip()]
    if code != ContainerError.exit_code or words not in log or len(lines) != 1:
        raise ContainerError(
            f"{words!r} was expected as the one line, with exit code 2; it was {code}: {last_line(log)}"
        )
    return f"ends with 2; {_message(lines[0])}"


def _line(container: Container, *words: str) -> str:
    """Return the message of the first line of a log that holds all the words."""
    for line in container.log().splitlines():
        if all(word in line for word in words):
            return _message(line)
    raise ContainerError(f"{container.name} has not said {' '.join(words)!r}: {last_line(container.log())}")


def _message(line: str) -> str:
    """Return what a record says."""
    import json

    try:
        return str(json.loads(line)["message"])
    except ValueError:
        return line.strip()

"""The reference of the documentation: every page is made from the code when the site is built, so none can go stale."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import typer
from loguru import logger
from pydantic_settings import BaseSettings
from typer.core import TyperCommand, TyperGroup

ROOT = Path(__file__).resolve().parents[1]

_WIDTH = 100
# What people build on, from the ground up; the rest may change without a word.
_MODULES = (
    "textops.errors",
    "textops.bundle.manifest",
    "textops.bundle.reading",
    "textops.bundle.sealing",
    "textops.text.tokenizer",
    "textops.text.ngrams",
    "textops.data.manifest",
    "textops.data.dataset",
    "textops.data.datamodule",
    "textops.models.classifier",
    "textops.models.encoder",
    "textops.training.train",
    "textops.evaluation.metrics",
    "textops.inference.predictor",
    "textops.registry.store",
    "textops.registry.promotion",
    "textops.registry.gate",
    "textops.prediction_log.log",
    "textops.prediction_log.reading",
    "textops.serving.api",
    "textops.monitoring.check",
    "textops.monitoring.thresholds",
)


def reference_pages() -> dict[str, str]:
    """Return the pages by their place in the site."""
    return {
        "reference/command-line.md": command_line(),
        "reference/configuration.md": configuration(),
        "reference/settings.md": settings(),
        "reference/http-api.md": http_api(),
        "reference/metrics.md": metrics(),
        "reference/python.md": python_modules(),
    }


def command_line() -> str:
    """Return the help of every verb."""
    from textops.cli import application

    parts = ["# Command line\n", "What `--help` says of each verb.\n"]
    for words, command in _commands("textops", typer.main.get_command(application)):
        context = typer.Context(command, info_name=words, max_content_width=_WIDTH, terminal_width=_WIDTH)
        parts.append(f"## {words}\n\n```text\n{command.get_help(context).strip()}\n```\n")
    return "\n".join(parts)


def _commands(words: str, command: object) -> Iterator[tuple[str, TyperCommand | TyperGroup]]:
    if isinstance(command, TyperGroup):
        yield words, command
        for name, each in command.commands.items():
            yield from _commands(f"{words} {name}", each)
    elif isinstance(command, TyperCommand):
        yield words, command


def configuration() -> str:
    """Return every file of `configs/`; each opens with the command that uses it, and says what its keys mean."""
    opening = (
        "What Hydra composes: `textops train GROUP=CHOICE KEY=VALUE`. Each group is a folder of `configs/`, each "
        "choice a file in it; a key that is not there is refused, with the nearest ones that are.\n"
    )
    parts = ["# Configuration\n", opening]
    folder = ROOT / "configs"
    groups = sorted({path.parent for path in folder.rglob("*.yaml")}, key=lambda group: (group != folder, group))
    for group in groups:
        name = group.relative_to(folder).as_posix()
        parts.append(f"## {'The whole' if group == folder else name}\n")
        for path in sorted(group.glob("*.yaml")):
            place = path.relative_to(folder).as_posix()
            parts.append(f"### {place}\n\n```yaml\n{path.read_text(encoding='utf-8').strip()}\n```\n")
    return "\n".join(parts)


def settings() -> str:
    """Return every variable of services and registry."""
    from textops.frontend.settings import PageSettings
    from textops.monitoring.settings import DriftSettings
    from textops.monitoring.thresholds import Thresholds
    from textops.prediction_log import PredictionLogSettings
    from textops.registry.dispatch import DispatchSettings
    from textops.registry.mirror import MirrorSettings
    from textops.registry.settings import RegistrySettings
    from textops.registry.storage_settings import StorageSettings
    from textops.serving.settings import ServingSettings
    from textops.serving.settings_table import settings_table

    parts = ["# Settings\n", "Environment variables. Secrets are never logged or shown.\n"]
    kinds: dict[str, type[BaseSettings]] = {
        "API": ServingSettings,
        "Prediction log": PredictionLogSettings,
        "Drift service": DriftSettings,
        "From when on it is drift": Thresholds,
        "Page": PageSettings,
        "Registry and gate": RegistrySettings,
        "A registry in a bucket": StorageSettings,
        "Weights & Biases": MirrorSettings,
        "GitHub": DispatchSettings,
    }
    parts += [f"## {title}\n\n{settings_table((kind,))}" for title, kind in kinds.items()]
    return "\n".join(parts)


def http_api() -> str:
    """Return the endpoints of both services, with what they take and answer."""
    opening = (
        "Made from the OpenAPI documents, which a running service shows at `/openapi.json`, with a page to try it at "
        "`/docs`.\n"
    )
    parts = ["# HTTP API\n", opening]
    for title, document in _openapi_documents().items():
        parts.append(f"## {title}\n\n{document['info']['description']}\n")  # type: ignore[index]  # OpenAPI says so
        for path, methods in document["paths"].items():  # type: ignore[attr-defined]
            parts += [_endpoint(method, path, operation) for method, operation in methods.items()]
    return "\n".join(parts)


def _openapi_documents() -> dict[str, dict[str, object]]:
    from textops.monitoring.drift_api import create_drift_app
    from textops.monitoring.settings import DriftSettings
    from textops.monitoring.thresholds import Thresholds
    from textops.prediction_log import PredictionLogSettings
    from textops.serving.api import create_app
    from textops.serving.settings import ServingSettings

    # Defaults alone, whatever the environment says.
    log = PredictionLogSettings.model_construct()
    # There is no model here, which is nothing to tell.
    logger.disable("textops.serving")
    try:
        return {
            "The API": create_app(ServingSettings.model_construct(), log_settings=log).openapi(),
            "The drift service": create_drift_app(
                DriftSettings.model_construct(), log, Thresholds.model_construct()
            ).openapi(),
        }
    finally:
        logger.enable("textops.serving")


def _endpoint(method: str, path: str, operation: dict[str, object]) -> str:
    lines = [f"### {method.upper()} {path}\n", f"{operation.get('summary', '')}.\n"]
    body = operation.get("requestBody")
    if isinstance(body, dict):
        for kind, content in body["content"].items():
            examples = content.get("examples", {})
            for name, example in examples.items():
                shown = example["value"]
                text = shown if isinstance(shown, str) else json.dumps(shown, indent=2, ensure_ascii=False)
                lines.append(f"{name.replace('_', ' ').capitalize()}, `{kind}`:\n\n```json\n{text.strip()}\n```\n")
    responses = operation.get("responses")
    if isinstance(responses, dict):
        lines += ["| Status | Meaning | Answer |", "| --- | --- | --- |"]
        lines += [
            f"| {status} | {_one_line(response.get('description', ''))} | {_schemas(response)} |"
            for status, response in sorted(responses.items())
        ]
    return "\n".join([*lines, ""])


def _schemas(response: dict[str, object]) -> str:
    content = response.get("content")
    names = re.findall(r"#/components/schemas/(\w+)", json.dumps(content)) if isinstance(content, dict) else []
    return ", ".join(f"`{name}`" for name in dict.fromkeys(names))


def metrics() -> str:
    """Return the figures that both services have for Prometheus."""
    from textops.monitoring.drift_metrics import DriftMetrics
    from textops.serving.metrics import ServingMetrics

    parts = [
        "# Metrics\n",
        "What `/metrics` of each service shows. Beside them stand those of the HTTP instrumentator.\n",
    ]
    for title, registry in (("The API", ServingMetrics().registry), ("The drift service", DriftMetrics().registry)):
        parts.append(f"## {title}\n\n| Metric | Kind | Meaning |\n| --- | --- | --- |")
        families = sorted(registry.collect(), key=lambda family: family.name)
        for family in families:
            name = f"{family.name}_total" if family.type == "counter" else family.name
            parts.append(f"| `{name}` | {family.type} | {_one_line(family.documentation)} |")
        parts.append("")
    return "\n".join(parts)


def python_modules() -> str:
    """Return what the modules say of themselves that people build on, for mkdocstrings to fill in."""
    parts = ["# Python\n", "The modules that people build on, from the ground up.\n"]
    parts += [f"::: {module}\n    options: {{heading_level: 2}}\n" for module in _MODULES]
    return "\n".join(parts)


def _one_line(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")

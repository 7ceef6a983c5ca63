"""The experiment of a data set as YAML that Hydra reads back as meant, whatever columns and classes are called."""

import re
from collections.abc import Sequence
from typing import Any

import yaml  # type: ignore[import-untyped]

from textops.data.configuration import SourceConfiguration
from textops.proposing.model import ModelChoice
from textops.proposing.printable import printable

_LONGEST_REMARK = 140
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_./-]*")
_SPECIAL = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf"})
_INTERPOLATION = re.compile(r"(\\*)\$\{")
_REVIEW = {"target_accuracy": 0.95, "max_share": 0.2}


class _Writer(yaml.SafeDumper):  # type: ignore[misc]
    """Quotes every text that anybody could take for something else."""


def _represent_text(writer: Any, text: str) -> Any:  # noqa: ANN401 - PyYAML has no types
    is_plain = _PLAIN.fullmatch(text) and text.lower() not in _SPECIAL
    return writer.represent_scalar("tag:yaml.org,2002:str", text, style=None if is_plain else '"')


_Writer.add_representer(str, _represent_text)


def experiment_yaml(source: SourceConfiguration, model: ModelChoice, remarks: Sequence[str] = ()) -> str:
    """Return an experiment file.

    Args:
        source: The data; all that is not as usual is written.
        model: The model.
        remarks: What a reader should know, one line each.
    """
    name = source.name
    data = source.model_dump(mode="json", exclude_defaults=True)
    settings = model.settings()
    content = {
        "name": name,
        "data": _escaped({"name": name, **data}),
        **({"model": settings} if settings else {}),
        "review": _REVIEW,
    }
    return "\n".join(
        [
            "# @package _global_",
            f"# {printable(name)}: textops train experiment={printable(name)}",
            *(f"# {printable(remark, _LONGEST_REMARK)}" for remark in remarks),
            "defaults:",
            "  - override /data: csv",
            "  - override /model: ngram",
            "",
            yaml.dump(content, Dumper=_Writer, allow_unicode=True, sort_keys=False, width=120),
        ]
    )


def _escaped(value: object) -> object:
    """Keep OmegaConf from taking anybody's text for an interpolation."""
    if isinstance(value, str):
        return _INTERPOLATION.sub(lambda match: match[1] * 2 + "\\${", value)
    if isinstance(value, dict):
        return {key: _escaped(item) for key, item in value.items()}
    return [_escaped(item) for item in value] if isinstance(value, list) else value

"""The alerts of deploy/prometheus as Cloud Monitoring can hold them.

Cloud Monitoring knows no recorded figures, so they are written out. It looks back a day at most, and asks `up` of
nobody: alerts that need either stay with Prometheus; the uptime check and the objectives stand in for some of them.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

from textops.errors import ConfigurationError

FOLDER = Path(__file__).resolve().parents[2] / "prometheus"
RECORDED, ALERTS = FOLDER / "recording_rules.yaml", (FOLDER / "serving_alerts.yaml", FOLDER / "drift_alerts.yaml")
_RECORD = re.compile(r"\bjob:textops_\w+:\w+")
_BEYOND = re.compile(r"\[\d+d|\boffset\b|\bup\{")
_SEVERITIES = {"page": "CRITICAL", "ticket": "WARNING"}


@dataclass(frozen=True)
class RuleAlert:
    """An alert of Prometheus.

    Attributes:
        name: As in the file.
        window: What tells several of one name apart.
        expression: What is asked, without recorded figures.
        seconds: How long it must hold.
        severity: As Cloud Monitoring calls it.
        action: What to do.
        runbook: Where more of that stands.
    """

    name: str
    window: str
    expression: str
    seconds: int
    severity: str
    action: str
    runbook: str

    @property
    def possible(self) -> bool:
        """Whether Cloud Monitoring can hold it."""
        return not _BEYOND.search(self.expression)


def read_alerts() -> tuple[RuleAlert, ...]:
    """Read all alerts, those that Cloud Monitoring cannot hold among them."""
    recorded = {rule["record"]: rule["expr"] for rule in _rules(RECORDED)}
    return tuple(_alert(rule, recorded) for path in ALERTS for rule in _rules(path))


def written_out(expression: str, recorded: dict[str, str]) -> str:
    """Return an expression with each recorded figure replaced by what it is made of.

    Raises:
        ConfigurationError: If nothing records a figure that it asks for.
    """

    def made_of(match: re.Match[str]) -> str:
        if match[0] not in recorded:
            raise ConfigurationError(f"an alert asks for {match[0]}, which {RECORDED.name} does not record")
        return f"({written_out(recorded[match[0]], recorded)})"

    return _RECORD.sub(made_of, expression)


def _rules(path: Path) -> list[dict[str, Any]]:
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    return [rule for group in document["groups"] for rule in group["rules"]]


def _alert(rule: dict[str, Any], recorded: dict[str, str]) -> RuleAlert:
    notes, labels = rule["annotations"], rule["labels"]
    return RuleAlert(
        name=rule["alert"],
        window=labels.get("window", ""),
        expression=written_out(rule["expr"], recorded),
        seconds=_seconds(rule.get("for", "0s")),
        severity=_SEVERITIES[labels["severity"]],
        action=re.sub(r"\{\{.*?\}\}", "...", notes["action"]),
        runbook=notes["runbook_url"],
    )


def _seconds(duration: str) -> int:
    return int(duration[:-1]) * {"s": 1, "m": 60, "h": 3_600}[duration[-1]]

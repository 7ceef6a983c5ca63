"""The Grafana dashboard; `invoke dashboard` writes it to deploy/grafana/dashboards/textops.json."""

import json
import sys
from pathlib import Path

from textops.files import write_text
from textops.monitoring.drift_panels import DRIFT, RETRAINING
from textops.monitoring.grafana import dashboard
from textops.monitoring.serving_panels import LOG, MODEL, OBJECTIVES, PREDICTIONS, SATURATION, TRAFFIC

ROWS = (OBJECTIVES, TRAFFIC, SATURATION, PREDICTIONS, MODEL, LOG, DRIFT, RETRAINING)


def as_json() -> str:
    """Return the dashboard as a file that Grafana loads."""
    content = dashboard("textops", "textops", ROWS, instances="label_values(textops_ready, instance)")
    return json.dumps(content, indent=2) + "\n"


if __name__ == "__main__":
    write_text(Path(sys.argv[1]), as_json())

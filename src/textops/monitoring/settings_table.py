"""The settings of the drift service as a table of Markdown, for docs/monitoring.md; written by `invoke tables`."""

import sys
from pathlib import Path

from pydantic_settings import BaseSettings

from textops.files import write_text
from textops.monitoring.settings import DriftSettings
from textops.monitoring.thresholds import Thresholds
from textops.serving.settings_table import settings_table

SETTINGS: tuple[type[BaseSettings], ...] = (DriftSettings, Thresholds)

if __name__ == "__main__":
    write_text(Path(sys.argv[1]), settings_table(SETTINGS))

"""What was measured of the images, as JSON and as a table."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from automation.image_checks import Measured


def write_report(folder: Path, measured: Sequence[Measured], faults: Mapping[str, str], base: str) -> None:
    """Write images.json and images.md into a folder."""
    document = {"base": base, "images": [asdict(each) for each in measured], "faults": dict(faults)}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "images.json").write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    (folder / "images.md").write_text(markdown(measured, faults, base), encoding="utf-8")


def markdown(measured: Sequence[Measured], faults: Mapping[str, str], base: str) -> str:
    """Return the tables."""
    lines = [
        f"On {base} (`invoke images.check`).",
        "",
        "| image | unpacked | above its base | to the first answer | memory at rest | SIGTERM to end | seen |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    lines += [
        f"| {each.image} | {each.megabytes:,.0f} MB | {each.above_base:,.0f} MB "
        f"| {_figure(each.start_seconds, '.1f', 's')} | {_figure(each.rest_megabytes, '.0f', 'MB')} "
        f"| {each.stop_seconds:.1f} s | {each.does} |"
        for each in measured
    ]
    if faults:
        lines += ["", "| around the API | what it does |", "| --- | --- |"]
        lines += [f"| {fault} | {_cell(seen)} |" for fault, seen in faults.items()]
    return "\n".join(lines) + "\n"


def _figure(value: float | None, form: str, unit: str) -> str:
    return "" if value is None else f"{value:{form}} {unit}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")

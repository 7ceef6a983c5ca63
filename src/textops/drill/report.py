"""The drill as a table, as Markdown and as a figure."""

from io import BytesIO
from pathlib import Path

from textops.drill.timeline import DrillRecord
from textops.files import write_bytes, write_text
from textops.simulation.summary import PhaseSummary

_WIDTH, _HEIGHT = 9.0, 3.6
# Where the words stand, one above the other.
_LOWEST, _STEP, _STEPS = 0.04, 0.09, 6


def write_report(folder: Path, record: DrillRecord) -> None:
    """Write `drill.json`, `drill.md` and `drill.png` into a folder."""
    write_text(folder / "drill.json", record.model_dump_json(indent=2) + "\n")
    write_text(folder / "drill.md", markdown(record))
    write_bytes(folder / "drill.png", figure(record))


def markdown(record: DrillRecord) -> str:
    """Return the drill as Markdown."""
    detected = "not at all" if record.detected_after is None else f"after {record.detected_after:,} drifted requests"
    story = (
        f"`textops drill`: {record.data}, {record.drift}; alerts by {record.alerting}. The story took "
        f"{record.seconds:.0f} s, after {record.preparation_seconds:.0f} s to train the first version and start all "
        f"programs. Drift was seen {detected}; {record.false_alarms} of {record.checks_before} looks at normal traffic "
        f"said drift; {record.failed:,} requests got no answer."
    )
    lines = [
        story,
        "",
        "| phase | requests | failed | retried | accuracy | median | p99 | versions |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
        *map(_row, record.phases),
        "",
        "| second | drifted requests | what |",
        "| --- | --- | --- |",
    ]
    for event in record.events:
        drifted = "" if event.drifted is None else f"{event.drifted:,}"
        lines.append(f"| {event.second:.1f} | {drifted} | {event.what.replace('|', '/')} |")
    return "\n".join(lines) + "\n"


def _row(phase: PhaseSummary) -> str:
    accuracy = ""
    if phase.accuracy is not None:
        accuracy = f"{phase.accuracy:.3f} ({phase.accuracy_low:.3f} to {phase.accuracy_high:.3f})"
    times = ["" if value is None else f"{value:.1f} ms" for value in (phase.p50_ms, phase.p99_ms)]
    versions = ", ".join(map(str, phase.versions))
    counts = f"{phase.requests:,} | {phase.failed:,} | {phase.retried:,}"
    return f"| {phase.phase} | {counts} | {accuracy} | {times[0]} | {times[1]} | {versions} |"


def figure(record: DrillRecord) -> bytes:
    """Draw the accuracy over time, with what happened."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context({"svg.hashsalt": "textops"}):
        drawing = Figure((_WIDTH, _HEIGHT), layout="constrained")
        axes = drawing.subplots()
        seconds, right = [point[0] for point in record.curve], [point[1] for point in record.curve]
        axes.plot(seconds, right, color="tab:blue", linewidth=1.5)
        axes.set(xlabel="seconds", ylabel="right among the last 50", ylim=(0, 1.05))
        axes.set_title(f"{record.data}: {record.drift}")
        for number, event in enumerate(record.events):
            axes.axvline(event.second, color="tab:gray", linewidth=0.8, linestyle=":")
            text = event.what.partition(":")[0]
            place = event.second, _LOWEST + _STEP * (number % _STEPS)
            axes.annotate(text, place, fontsize=7, xytext=(2, 0), textcoords="offset points")
        buffer = BytesIO()
        drawing.savefig(buffer, format="png", dpi=110, metadata={"Software": None})
        return buffer.getvalue()

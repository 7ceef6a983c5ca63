"""What a run has made, in a few words."""

from pathlib import Path

from textops.logs.records import printable
from textops.scoring.score import Scored

_LISTED = 12


def summary_of(scored: Scored, out: Path) -> str:
    """Return some lines: how many rows, which classes, what a person should look at."""
    state = scored.state
    by_class = sorted(zip(scored.classes, state.counts, strict=False), key=lambda pair: -pair[1])
    lines = [f"{out}: {state.rows:,} {_rows(state.rows)}, {scored.rows_a_second:,.0f} a second"]
    lines += [f"  {printable(name)}: {count:,}" for name, count in by_class[:_LISTED]]
    if len(by_class) > _LISTED:
        lines.append(f"  {len(by_class) - _LISTED} more classes: {sum(count for _, count in by_class[_LISTED:]):,}")
    lines.append(f"  to be reviewed: {state.review:,}")
    if state.problems:
        lines.append(f"  without an answer: {state.problems:,} (column problem says why)")
    return "\n".join(lines)


def _rows(number: int) -> str:
    return "row" if number == 1 else "rows"

"""When which alias was given to which version, and why."""

from collections.abc import Sequence

from textops.frontend.figure_table import Cell, Column, Note, Row, Table
from textops.serving.registry_schemas import AliasMove

_ACTIONS = {"promote": "promoted", "rollback": "rolled back"}


def history_table(moves: Sequence[AliasMove]) -> Table:
    """Return a row for each move of an alias, the last one first."""
    titles = ("When (UTC)", "Alias", "Version", "Gate", "Reason")
    return Table(
        name="Moves of the aliases",
        columns=tuple(Column(title=title) for title in titles),
        rows=tuple(_row(move) for move in moves),
    )


def _row(move: AliasMove) -> Row:
    way = str(move.version) if move.previous is None else f"{move.previous} → {move.version}"
    return Row(
        cells=(
            Cell(text=f"{move.created:%Y-%m-%d %H:%M}"),
            Cell(text=move.alias),
            Cell(text=way, notes=(Note(text=_ACTIONS[move.action]),)),
            _gate(move),
            Cell(text=move.reason or "none given", tone="" if move.reason else "muted"),
        )
    )


def _gate(move: AliasMove) -> Cell:
    if move.gate_passed is None:
        return Cell(text="not asked", tone="muted")
    return Cell(text="passed", tone="better") if move.gate_passed else Cell(text="overridden", tone="worse")

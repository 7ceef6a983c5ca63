"""The comparison as a figure."""

from typing import TYPE_CHECKING

from textops.benchmark.serving.measurements import RAW, Measurements
from textops.benchmark.serving.own_server import NAME

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_ROOM_FOR_LABELS = 1.3


def figure(found: Measurements) -> "Figure":
    """Draw the requests a second of each server that does something, with the smallest and the largest."""
    from matplotlib.figure import Figure

    # What does nothing at all would make all other bars short.
    servers = [server for server in found.compared if server.rounds and server.name != RAW]
    drawing = Figure(figsize=(9, 1 + 0.45 * len(servers)), dpi=150, layout="constrained")
    axes = drawing.subplots()
    for row, server in enumerate(servers):
        middle, low, high = server.per_second
        share, *_ = server.share_of(servers[0])
        colour = "tab:orange" if server.name == NAME else "tab:blue"
        axes.barh(row, middle, xerr=[[middle - low], [high - middle]], color=colour, capsize=3)
        axes.text(high, row, f"  {middle:,.0f}  ({share:.2f})", va="center", fontsize="small")
    axes.set_yticks(range(len(servers)), [server.name for server in servers])
    axes.invert_yaxis()
    axes.set_xlim(0, _ROOM_FOR_LABELS * max(server.per_second[2] for server in servers))
    axes.set_xlabel(f"requests a second, one worker (share of the {servers[0].name})")
    axes.spines[["top", "right"]].set_visible(False)
    return drawing

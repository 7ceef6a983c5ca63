"""Figures of a data set: how many examples each class has, and how long the texts are."""

from pathlib import Path

import numpy as np

from textops.data.configuration import SPLITS
from textops.data.dataset import Dataset
from textops.data.manifest import DatasetManifest
from textops.evaluation.figures import HAIRLINE, PAPER, QUIET, RIGHT, WRONG, new_figure, save_figure, write_title
from textops.evaluation.typeface import letter

_ROW_INCHES = 0.27
_MOST_CLASSES = 40
_BINS = 50
_COLOURS = dict(zip(SPLITS, (RIGHT, QUIET, WRONG), strict=True))


def draw_class_counts(manifest: DatasetManifest, path: Path) -> None:
    """Draw the examples of each class, divided by split; of too many classes the largest.

    Args:
        manifest: Of a data set with any number of classes, named in any script.
        path: The PNG to write.
    """
    totals = {name: sum(manifest.counts[split][name] for split in SPLITS) for name in manifest.classes}
    shown = sorted(totals, key=lambda name: -totals[name])[:_MOST_CLASSES]
    names = letter(shown)
    figure, (axes,) = new_figure(width=7.6, height=1.6 + _ROW_INCHES * len(shown), columns=1)
    places = np.arange(len(shown))
    begin = np.zeros(len(shown))
    for split in SPLITS:
        counts = np.array([manifest.counts[split][name] for name in shown])
        axes.barh(places, counts, left=begin, color=_COLOURS[split], label=split, height=0.75)
        begin += counts
    axes.set_yticks(places, names.names, fontfamily=list(names.families), parse_math=False)
    axes.invert_yaxis()
    axes.set_facecolor(PAPER)
    axes.set_xlabel("examples", color=QUIET)
    # Above the bars: beside them there is no place that is always free.
    axes.legend(frameon=False, fontsize=8, loc="lower right", bbox_to_anchor=(1, 1), ncols=len(SPLITS))
    rest = f"; the {len(shown)} largest" if len(totals) > len(shown) else ""
    write_title(figure, "Examples of each class", f"{sum(totals.values()):,} examples, {len(totals):,} classes{rest}")
    save_figure(figure, path)


def draw_text_lengths(dataset: Dataset, path: Path) -> None:
    """Draw how long the texts of each split are, on a logarithmic scale.

    Args:
        dataset: Its texts are read.
        path: The PNG to write.
    """
    from matplotlib.ticker import LogFormatter, StrMethodFormatter

    lengths = {split: np.array([len(text) for text in dataset.examples(split).texts]) for split in SPLITS}
    known = [each for each in lengths.values() if len(each)]
    shortest, longest = min(int(each.min()) for each in known), max(int(each.max()) for each in known)
    edges = np.geomspace(max(shortest, 1), longest + 1, _BINS + 1)
    figure, (axes,) = new_figure(width=7.6, height=3.4, columns=1)
    for split, each in lengths.items():
        if len(each):
            shares, _ = np.histogram(each, edges)
            axes.stairs(shares / len(each), edges, color=_COLOURS[split], label=split, linewidth=1.6)
    axes.set_xscale("log")
    # Characters as people count them, not as powers of ten.
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    axes.xaxis.set_minor_formatter(LogFormatter(minor_thresholds=(1, 0.4)))
    axes.grid(axis="y", color=HAIRLINE)
    axes.set_axisbelow(True)
    axes.set_facecolor(PAPER)
    axes.set_xlabel("characters of a text", color=QUIET)
    axes.set_ylabel("share of the split", color=QUIET)
    axes.legend(frameon=False, fontsize=8)
    median = dataset.manifest.text_length.median
    write_title(figure, "Length of the texts", f"{median:,.0f} characters in the middle, {longest:,} at most")
    save_figure(figure, path)

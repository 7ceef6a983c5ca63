"""How the files were read, and what became of the rows."""

from collections.abc import Sequence

from textops.data.records import Tally
from textops.data.stages import Stages
from textops.explaining.page import Block, Paragraph, Point, Section, Table, Weight

_FILES = 20
_PLACES = 5
_LOST_SHARE = 0.01


def describe_reading(stages: Stages) -> Section:
    """Say what was read, and list what was left out or is odd."""
    notes, validated = stages.notes, stages.validated
    files = [file.name for file in stages.files]
    more = f" and {len(files) - _FILES:,} more" if len(files) > _FILES else ""
    facts = {
        "Files": f"{len(files):,}: {', '.join(files[:_FILES])}{more}" if files else "made up",
        "Encoding": _counted(notes.encodings) or "of the format",
        "Delimiter": ", ".join(sorted(set(notes.delimiters.values()))) or "none",
        "Double quotes hold fields together": _said({found.quoting for found in notes.found}),
        "The first row names the columns": _said({found.header for found in notes.found}),
        "Rows read": f"{validated.read:,}",
        "Rows with text and label": f"{stages.passed:,}",
    }
    if stages.grouped is not None:
        facts["Examples, each text once"] = f"{stages.kept:,}"
    blocks: list[Block] = [Table(("What", "Found"), tuple(facts.items()))]
    odd = _odd(stages)
    if odd:
        table = tuple((what, f"{tally.count:,}", _places(tally)) for what, tally in odd)
        blocks += [Paragraph("Left out, repaired or odd:"), Table(("What", "Rows", "Places"), table)]
    return Section("Files and rows", tuple(blocks), tuple(_points(stages)))


def _counted(counts: dict[str, int]) -> str:
    # UTF-8 is read so whether there is a byte order mark or not.
    names = {name.removesuffix("-sig"): count for name, count in counts.items()}
    return ", ".join(f"{name} ({count:,} files)" if len(names) > 1 else name for name, count in names.items())


def _said(answers: set[bool | None]) -> str:
    """Say in a word what holds of the files; nothing is said of those that have no such thing."""
    known = answers - {None}
    return "in some files" if len(known) > 1 else {True: "yes", False: "no", None: "not asked"}[next(iter(known), None)]


def _odd(stages: Stages) -> Sequence[tuple[str, Tally]]:
    found = [(f"left out: {what}", tally) for what, tally in stages.validated.dropped.items()]
    found += [(f"kept: {what}", tally) for what, tally in stages.validated.noted.items()]
    named = {
        "encoding guessed": stages.notes.guessed,
        "UTF-8 but for some bytes": stages.notes.damaged,
        "quoted fields hold what looks like rows": stages.notes.swallowed,
    } | {f"repaired: {what}": tally for what, tally in stages.notes.repaired.items()}
    return [*found, *((what, tally) for what, tally in named.items() if tally.count)]


def _places(tally: Tally) -> str:
    return ", ".join([*tally.places[:_PLACES], *(["…"] if tally.count > _PLACES else [])])


def _points(stages: Stages) -> list[Point]:
    validated, notes = stages.validated, stages.notes
    points = []
    lost = sum(tally.count for tally in validated.dropped.values())
    if lost:
        reason, tally = max(validated.dropped.items(), key=lambda item: item[1].count)
        points.append(
            Point(
                Weight.LOOK if lost >= _LOST_SHARE * max(1, validated.read) else Weight.FINE,
                f"{lost:,} of {validated.read:,} rows were left out, most because: {reason} ({_places(tally)}).",
                "They are in no part of the split. Where they are of one class above all, that class is smaller than "
                "it was.",
            )
        )
    if notes.guessed.count:
        points.append(
            Point(
                Weight.LOOK,
                f"{notes.guessed.count:,} files are not UTF-8 and were read by a guess ({_places(notes.guessed)}).",
                "Letters that were guessed wrongly make words that no other file has: name data.read.encoding.",
            )
        )
    if notes.swallowed.count:
        points.append(
            Point(
                Weight.PROBLEM,
                f"{notes.swallowed.count:,} quoted fields hold what looks like rows of their own "
                f"({_places(notes.swallowed)}).",
                "Examples disappear inside others before they are divided: data.read.quoting=false, if quotes are "
                "ordinary.",
            )
        )
    return points

"""How far a preparation has come: what there is to show also where the data were refused."""

from dataclasses import dataclass, field

from textops.data.grouping import Grouped
from textops.data.locations import SourceFile
from textops.data.manifest import Finding
from textops.data.records import ReadingNotes
from textops.data.split import Assignment
from textops.data.validation import Validated


@dataclass
class Stages:
    """Filled while a source is prepared, in this order.

    Attributes:
        files: What is read; its files may be gone when the preparation is over.
        notes: How reading went.
        validated: What became of the rows.
        grouped: The examples and their groups, None where it did not come so far.
        classes: Class names in order.
        assignment: The split of each example.
        findings: Of the audit.
    """

    files: list[SourceFile] = field(default_factory=list)
    notes: ReadingNotes = field(default_factory=ReadingNotes)
    validated: Validated = field(default_factory=Validated)
    grouped: Grouped | None = None
    classes: tuple[str, ...] | None = None
    assignment: Assignment | None = None
    findings: tuple[Finding, ...] | None = None

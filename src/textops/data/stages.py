"""How far a preparation has come: what there is to show also where the data were refused."""

from dataclasses import dataclass, field

from textops.data.configuration import SplitName
from textops.data.grouping import Grouped
from textops.data.locations import SourceFile
from textops.data.manifest import Finding
from textops.data.records import ReadingNotes
from textops.data.validation import LabelledText, Validated


@dataclass(frozen=True)
class Examples:
    """Examples without exact duplicates, and the groups they form.

    Attributes:
        rows: One for each text.
        groups: Name of the group of each row.
    """

    rows: list[LabelledText]
    groups: list[str]


@dataclass(frozen=True)
class Assignment:
    """The result of a split.

    Attributes:
        splits: Name of the split of each example.
        moved: Groups that the rule put elsewhere and that were moved so that every class is in every split.
    """

    splits: list[SplitName]
    moved: tuple[str, ...] = ()


@dataclass
class Stages:
    """Filled while a source is prepared, in this order.

    Attributes:
        files: What is read; its files may be gone when the preparation is over.
        notes: How reading went.
        validated: What became of the rows.
        passed: How many rows passed; `validated.rows` holds them, or a sample where they are very many.
        kept: How many of them are examples, each text once.
        duplicates: What came of looking for duplicates, None where it did not come so far.
        grouped: The examples among these rows and their groups, None where it did not come so far.
        classes: Class names in order.
        moved: Groups that were moved so that every class is in every split, None where it did not come so far.
        assignment: The split of each example.
        findings: Of the audit.
    """

    files: list[SourceFile] = field(default_factory=list)
    notes: ReadingNotes = field(default_factory=ReadingNotes)
    validated: Validated = field(default_factory=Validated)
    passed: int = 0
    kept: int = 0
    duplicates: Grouped | None = None
    grouped: Examples | None = None
    classes: tuple[str, ...] | None = None
    moved: tuple[str, ...] | None = None
    assignment: Assignment | None = None
    findings: tuple[Finding, ...] | None = None

    @property
    def sampled(self) -> bool:
        """Whether there are more rows than are shown."""
        return len(self.validated.rows) < self.passed

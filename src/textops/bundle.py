"""The model bundle: a folder with all that a prediction needs, and the proof that nothing in it was altered.

`model.onnx`, `tokenizer.json`, `bundle.json`, `reference.parquet`, `words.bin` (which words the training texts had),
`config.yaml` (how it was trained), `model_card.md` and `report.json` (what the page shows); bundles of old lack
`report.json`, then `words.bin`, then `config.yaml`. No pickle, no torch.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError, field_validator, model_validator

from textops.errors import BundleError
from textops.files import sha256_of_file, write_text
from textops.frozen import Frozen
from textops.label_rules import SeveralLabels
from textops.label_sets import parts

SCHEMA_VERSION = 5
READABLE_SCHEMA_VERSIONS = (1, 2, 3, 4, 5)
"""Version 1 lacks `export`, which is then not known; version 2 lacks `decision`, the answer is then the most probable
class; version 3 lacks `several`, a text then has one class; version 4 lacks `own_hash`, damage of the manifest itself
then goes unnoticed where it stays readable; all else is the same."""
_FIRST_WITH_OWN_HASH = 5
MANIFEST_FILE = "bundle.json"
MODEL_FILE = "model.onnx"
TOKENIZER_FILE = "tokenizer.json"
REFERENCE_FILE = "reference.parquet"
TEST_PART, LIVE_PART = "test", "live"
"""Values of the column `part` of the reference: the frozen test set, and live traffic of a model that was retrained."""
WORDS_FILE = "words.bin"
CARD_FILE = "model_card.md"
CONFIGURATION_FILE = "config.yaml"
REQUIRED_FILES = (MODEL_FILE, TOKENIZER_FILE)
PARITY_TOLERANCE = 1e-4
"""Largest difference of two logits to the checkpoint that a form may have which promises to be exact."""


Task = Literal["multiclass", "multilabel"]


class Metric(Frozen):
    """A figure on the held-out test set with its 95 % interval."""

    value: float
    low: float
    high: float


class ReviewBand(Frozen):
    """The band of top probabilities in which a person should look: below `below`.

    `share` and `accuracy_outside` say what that meant on the validation set: the share of examples inside the
    band, and the accuracy on those outside it.
    """

    below: float = Field(ge=0, le=1)
    share: float = Field(ge=0, le=1)
    accuracy_outside: float = Field(ge=0, le=1)


class Decision(Frozen):
    """Which class is the answer: that with the largest product of probability and weight.

    Attributes:
        rule: What the weights are for: `macro_f1` or `cost`.
        weights: What each class counts, in the order of the classes.
        macro_f1: On the validation set with these weights; for `macro_f1` on examples that the search had not seen.
        macro_f1_before: The same with the most probable class as the answer.
    """

    rule: str
    weights: tuple[Annotated[float, Field(gt=0)], ...]
    macro_f1: float
    macro_f1_before: float


class Parity(Frozen):
    """How far the file that ships is from the checkpoint it was made of, on texts of the test set.

    Attributes:
        texts: Texts compared.
        max_difference: Largest absolute difference of two logits.
        agreement: Share of the texts to which both give the same class.
    """

    texts: int = Field(ge=1)
    max_difference: float = Field(ge=0)
    agreement: float = Field(ge=0, le=1)


class Export(Frozen):
    """Which form of the model ships, and why.

    Attributes:
        variant: `onnx_fp32` for the checkpoint as it is; other names are those of `textops optimize`.
        exact: Whether the variant promises the logits of the checkpoint, rounding aside.
        parity: Proof of how far it is from the checkpoint.
        reason: Why this one was chosen, in words.
    """

    variant: str
    exact: bool
    parity: Parity
    reason: str


class DataReference(Frozen):
    """Which data the model was trained on and measured with."""

    name: str
    fingerprint: str
    train_examples: int
    test_examples: int


class Manifest(Frozen):
    """The content of `bundle.json`.

    Attributes:
        schema_version: Version of this schema; a reader refuses what it does not know.
        name: Name of the model, also its name in the registry.
        encoder: Family of the model (`ngram`, `lstm`).
        classes: Class names in the order of the logits.
        max_tokens: Longest input in tokens, None where the tokenizer alone bounds it.
        temperature: Logits are divided by it before the softmax; 1 where there is none because of `several`.
        review: Band of probabilities of the answer that ask for review.
        decision: Which class is the answer; None: the most probable.
        several: How a text gets any number of labels; None: it has one class.
        metrics: Figures on the test set by name (`accuracy`, `macro_f1`, `ece`, ...).
        data: The data set behind the model.
        git_commit: Commit of the code, None outside a repository.
        export: Which form of the model this is; None in bundles of schema version 1.
        created: When the bundle was written, UTC.
        files: SHA-256 of each other file of the bundle by name.
        own_hash: SHA-256 of all other members, see `own_hash_of`; None in bundles of schema versions 1 to 4.
    """

    schema_version: int = SCHEMA_VERSION
    name: str
    encoder: str
    classes: tuple[str, ...] = Field(min_length=2)
    max_tokens: int | None
    temperature: float = Field(gt=0)
    review: ReviewBand
    decision: Decision | None = None
    several: SeveralLabels | None = None
    metrics: dict[str, Metric]
    data: DataReference
    git_commit: str | None
    export: Export | None = None
    created: datetime = Field(default_factory=lambda: datetime.now(UTC))
    files: dict[str, str] = Field(default_factory=dict)
    own_hash: str | None = None

    @field_validator("classes")
    @classmethod
    def _each_class_once(cls, classes: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(classes)) != len(classes):
            raise ValueError("a class is named twice")
        return classes

    @model_validator(mode="after")
    def _weight_for_each_class(self) -> Self:
        if self.decision is not None and len(self.decision.weights) != len(self.classes):
            raise ValueError(f"{len(self.decision.weights)} weights for {len(self.classes)} classes")
        return self

    @model_validator(mode="after")
    def _rule_for_each_class(self) -> Self:
        if self.several is None:
            return self
        if len(self.several.rules) != len(self.classes):
            raise ValueError(f"{len(self.several.rules)} rules for {len(self.classes)} classes")
        if any(self.several.separator in name for name in self.classes):
            raise ValueError(f"a class holds the separator {self.several.separator!r}")
        return self

    @property
    def task(self) -> Task:
        """`multilabel` where a text has any number of labels, else `multiclass`."""
        return "multiclass" if self.several is None else "multilabel"

    def labels_of(self, answer: str) -> tuple[str, ...]:
        """Return the classes that an answer names: itself, but where a text has any number of labels."""
        return parts(answer, self.separator)

    @property
    def separator(self) -> str | None:
        """What stands between the labels of an answer; None where it is one class."""
        return None if self.several is None else self.several.separator


def seal(folder: Path, manifest: Manifest) -> Manifest:
    """Hash the files of a folder and write its `bundle.json`, which makes the folder a bundle.

    Args:
        folder: Holds `model.onnx`, `tokenizer.json` and what else belongs to the bundle.
        manifest: Everything but the hashes.

    Returns:
        The manifest as written, with the hashes.

    Raises:
        BundleError: If a required file is missing.
    """
    for name in REQUIRED_FILES:
        if not (folder / name).is_file():
            raise BundleError(f"{folder} has no {name}: export the model first (textops evaluate)")
    hashes = {name: sha256_of_file(folder / name) for name in sorted(_file_names(folder))}
    sealed = manifest.model_copy(update={"schema_version": SCHEMA_VERSION, "files": hashes, "own_hash": None})
    own_hash = own_hash_of(json.loads(sealed.model_dump_json()))
    sealed = sealed.model_copy(update={"own_hash": own_hash})
    write_text(folder / MANIFEST_FILE, sealed.model_dump_json(indent=2) + "\n")
    return sealed


def read_manifest(folder: Path) -> Manifest:
    """Read `bundle.json` without checking the other files.

    Raises:
        BundleError: If the file is missing, not valid, or of a schema this version does not know.
    """
    path = folder / MANIFEST_FILE
    if not folder.is_dir():
        raise BundleError(f"no bundle at {folder}: give the folder that holds {MANIFEST_FILE}")
    if not path.is_file():
        raise BundleError(f"{folder} is not a bundle: it has no {MANIFEST_FILE}")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BundleError(f"{path} cannot be read: {error}") from error
    return parse_manifest(content, str(path))


def parse_manifest(content: bytes, origin: str) -> Manifest:
    """Take the content of a `bundle.json` apart.

    Args:
        content: What stands in the file.
        origin: Where it lies, for messages.

    Raises:
        BundleError: If it is not valid, altered, or of a schema this version does not know.
    """
    try:
        manifest = Manifest.model_validate_json(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = "/".join(str(part) for part in first["loc"]) or "the document"
        raise BundleError(f"{origin} is not valid at {where}: {first['msg']}; export the bundle again") from error
    if manifest.schema_version not in READABLE_SCHEMA_VERSIONS:
        raise BundleError(
            f"{origin} has schema version {manifest.schema_version}, this textops reads "
            f"{' and '.join(map(str, READABLE_SCHEMA_VERSIONS))}: "
            "export the bundle again with this version"
        )
    is_expected = manifest.own_hash is not None or manifest.schema_version >= _FIRST_WITH_OWN_HASH
    if is_expected and manifest.own_hash != own_hash_of(json.loads(content)):
        raise BundleError(f"{origin} was altered: its own SHA-256 is another; copy it again from where it was made")
    return manifest


def own_hash_of(document: Mapping[str, object]) -> str:
    """Return the SHA-256 of what a `bundle.json` says, itself aside; how it is laid out does not matter.

    Classes, temperature and thresholds stand nowhere else: without it, a flipped bit in them would change answers
    and nobody would notice.
    """
    said = {name: value for name, value in document.items() if name != "own_hash"}
    return hashlib.sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def verify(folder: Path) -> Manifest:
    """Read the manifest and check every file of the bundle against its hash.

    Returns:
        The manifest.

    Raises:
        BundleError: If a file is missing, altered, or not listed in the manifest.
    """
    manifest = read_manifest(folder)
    for name in REQUIRED_FILES:
        if name not in manifest.files:
            raise BundleError(f"{folder / MANIFEST_FILE} does not list {name}: export the bundle again")
    try:
        # An unlisted file is refused too: a model may read weights from a file beside it.
        unlisted = _file_names(folder) - set(manifest.files)
        if unlisted:
            raise BundleError(f"{folder} holds {min(unlisted)}, which its {MANIFEST_FILE} does not list: remove it")
        for name, expected in manifest.files.items():
            _verify_file(folder, name, expected)
    except OSError as error:
        raise BundleError(f"the bundle {folder} cannot be read: {error}") from error
    return manifest


def _verify_file(folder: Path, name: str, expected: str) -> None:
    path = folder / name
    if Path(name).is_absolute() or ".." in Path(name).parts:
        raise BundleError(f"{folder / MANIFEST_FILE} names {name}, which lies outside the bundle")
    if not path.is_file():
        raise BundleError(f"the bundle {folder} misses {name}: copy it again from where it was made")
    actual = sha256_of_file(path)
    if actual != expected:
        raise BundleError(
            f"{path} was altered: its SHA-256 is {actual[:12]}..., the bundle says {expected[:12]}...; "
            "copy it again from where it was made"
        )


def _file_names(folder: Path) -> set[str]:
    """Return the names of all files but the manifest, relative to the folder, with slashes."""
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    return names - {MANIFEST_FILE}

"""Who is let into the registry: a model that beats always answering the most frequent class, and no other.

The interval is the paired bootstrap over the test set, as the promotion gate has it: the model and the constant answer
are right or wrong on the very same examples.
"""

from collections import Counter
from pathlib import Path

import numpy as np
from loguru import logger

from textops.bootstrap import mean_interval
from textops.bundle import REFERENCE_FILE, Manifest, verify
from textops.data.dataset import read_manifest
from textops.data.manifest import DatasetManifest
from textops.data.places import folder_of
from textops.errors import DataError, GateRefusedError, RegistryError
from textops.evaluation.data_in_words import data_in_words
from textops.evaluation.reference_part import read_test_part
from textops.registry.gate import GateCheck, GateReport
from textops.registry.store import Registry
from textops.registry.version import Version

BASELINE = "baseline"


class RegistrationRefusedError(GateRefusedError):
    """A model that is no better than a constant answer."""


def admit(
    registry: Registry,
    bundle: Path,
    name: str | None = None,
    *,
    force_reason: str | None = None,
    processed: Path = Path("data/processed"),
) -> Version:
    """Register a bundle whose model beats the most frequent class.

    Args:
        registry: The registry.
        bundle: The folder.
        name: Name of the model, by default the bundle's own.
        force_reason: Registers it all the same; stored in the log of the model with what the check said.
        processed: Where prepared data sets lie, to say what the data look like.

    Raises:
        RegistrationRefusedError: If it does not; the message says what the data look like.
        BundleError: If the bundle is altered or incomplete.
        RegistryError: If the name is not possible, the reason is blank, or the registry cannot be written.
    """
    if force_reason is not None and not force_reason.strip():
        raise RegistryError("overriding the check needs a reason, which is stored: --force REASON")
    manifest = verify(bundle)
    check = baseline_check(bundle)
    logger.log("INFO" if check.passed else "WARNING", "{} {}: {}", check.outcome, check.name, check.sentence)
    if check.passed:
        return registry.register(bundle, name)
    if force_reason is None:
        words = data_in_words(manifest, _dataset(manifest, processed))
        raise RegistrationRefusedError(
            f"{name or manifest.name} is not registered: {check.sentence}. {words} Look at the data "
            "(textops prepare --explain), or override with a reason (--force REASON)"
        )
    version = registry.register(bundle, name)
    report = GateReport(examples=manifest.data.test_examples, checks=(check,))
    registry.log(version.name).note_registration(version.number, reason=force_reason, gate=report)
    return version


def baseline_check(bundle: Path) -> GateCheck:
    """Compare a model with always answering the most frequent class of its test set.

    Raises:
        BundleError: If what it answered cannot be read.
    """
    answers = read_test_part(bundle / REFERENCE_FILE, ["label", "predicted"])
    if answers is None or not answers["label"]:
        sentence = "the bundle does not keep what was answered to the test set"
        return GateCheck(name=BASELINE, passed=True, asked=False, figure=None, sentence=sentence)
    majority, _ = Counter(answers["label"]).most_common(1)[0]
    labels = np.array(answers["label"])
    hits, constant = labels == np.array(answers["predicted"]), labels == majority
    difference = mean_interval(hits.astype(np.float64) - constant.astype(np.float64))
    return GateCheck(
        name=BASELINE,
        passed=difference.low > 0,
        figure=difference,
        sentence=(
            f"accuracy {hits.mean():.4f} against {constant.mean():.4f} of always answering {majority!r} on "
            f"{len(labels):,} "
            f"examples, difference {difference.value:+.4f} [{difference.low:+.4f}, {difference.high:+.4f}]; its lower "
            "end must "
            "lie above 0"
        ),
    )


def _dataset(manifest: Manifest, processed: Path) -> DatasetManifest | None:
    """Return what is known of the data a model was trained on, None where they are not here."""
    try:
        found = read_manifest(folder_of(processed, manifest.data.name, manifest.data.fingerprint))
    except DataError:
        return None
    return found if found.fingerprint == manifest.data.fingerprint else None

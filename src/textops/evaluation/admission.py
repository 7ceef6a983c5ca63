"""Who is let into the registry: a model that beats always answering the most frequent class, and no other.

It is what the promotion gate asks a model without a rival, asked before there is a version: the lower end of the
interval of the accuracy must lie above the share of the most frequent class. A model whose rule of decision weighs
classes is judged by what the rule is for.
"""

from collections import Counter
from pathlib import Path

import numpy as np
from loguru import logger

from textops.bundle import REFERENCE_FILE, Manifest, read_manifest, verify
from textops.data.manifest import DatasetManifest
from textops.data.manifest import read_manifest as read_dataset_manifest
from textops.data.places import folder_of
from textops.errors import DataError, GateRefusedError, RegistryError
from textops.evaluation.data_in_words import data_in_words
from textops.evaluation.reference_part import read_test_part
from textops.registry.class_checks import Aim, better_than_one_class
from textops.registry.gate import GateCheck, GateReport, better_than_majority
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
    """Compare a model with always giving one class to the texts of its test set, as the promotion gate does.

    Raises:
        BundleError: If what it answered cannot be read.
    """
    answers = read_test_part(bundle / REFERENCE_FILE, ["label", "predicted"])
    if answers is None or not answers["label"]:
        sentence = "the bundle does not keep what was answered to the test set"
        return GateCheck(name=BASELINE, passed=True, asked=False, figure=None, sentence=sentence)
    labels, predicted = np.array(answers["label"]), np.array(answers["predicted"])
    manifest = read_manifest(bundle)
    if manifest.decision is not None:
        return better_than_one_class(predicted, answers["label"], Aim(manifest.decision, manifest.classes))
    majority_share = max(Counter(answers["label"]).values()) / len(labels)
    return better_than_majority(labels == predicted, majority_share)


def _dataset(manifest: Manifest, processed: Path) -> DatasetManifest | None:
    """Return what is known of the data a model was trained on, None where they are not here."""
    try:
        found = read_dataset_manifest(folder_of(processed, manifest.data.name, manifest.data.fingerprint))
    except DataError:
        return None
    return found if found.fingerprint == manifest.data.fingerprint else None

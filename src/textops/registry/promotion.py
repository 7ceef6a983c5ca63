"""Promotion: find candidate and holder, let the gate judge, move the alias."""

from loguru import logger

from textops.errors import DataError, GateRefusedError, RegistryError
from textops.registry.bounds import GateBounds
from textops.registry.events import AliasEvent
from textops.registry.evidence import Evidence, HeldOut
from textops.registry.gate import GateReport
from textops.registry.judgement import HASHES, judge
from textops.registry.names import LATEST, check_alias
from textops.registry.store import Registry
from textops.registry.version import Version

_STANDARD = GateBounds()
_NOTHING = Evidence()


class PromotionRefusedError(GateRefusedError):
    """A promotion that the gate refused, with all that it saw."""

    def __init__(self, message: str, report: GateReport) -> None:
        super().__init__(message)
        self.report = report


def promote(
    registry: Registry,
    reference: str | None,
    to: str,
    held_out: HeldOut,
    *,
    bounds: GateBounds = _STANDARD,
    evidence: Evidence = _NOTHING,
    force_reason: str | None = None,
) -> AliasEvent:
    """Move an alias to a version that passes the gate.

    Args:
        registry: The registry.
        reference: The candidate; a bare name means its newest version, None the newest of the only model.
        to: The alias.
        held_out: The frozen test set.
        bounds: What the gate asks for.
        evidence: What is known of the candidate beside its bundle.
        force_reason: Promotes whatever the gate says, unless the bundle is altered; stored in the event together
            with what the gate said.

    Returns:
        The event with the gate's report; the present one where the candidate holds the alias already.

    Raises:
        PromotionRefusedError: If the gate refuses; the message names each failed check with its figure.
        RegistryError: If the reference leads nowhere, the reason is blank, or somebody else moved the alias
            meanwhile.
        BundleError: If the candidate's manifest cannot be read.
        DataError: If the test set is empty or holds classes that the candidate does not know.
    """
    if force_reason is not None and not force_reason.strip():
        raise RegistryError("overriding the gate needs a reason, which is stored: --force REASON")
    version = registry.find(reference, default_alias=LATEST)
    seen = registry.alias(version.name, check_alias(to))
    if seen is not None and seen.version == version.number:
        logger.info("{} is {} already", version, to)
        return seen
    _check_test_set(version, held_out)
    holder = None if seen is None else registry.version(version.name, seen.version)
    report = judge(version, holder, held_out, bounds, evidence)
    if not report.passed and (force_reason is None or not _can_be_forced(report)):
        raise PromotionRefusedError(f"{version} is not promoted to {to}: {report.refusals}; {_remedy(report)}", report)
    return registry.point(version, to, after=seen, reason=force_reason, gate=report)


def _check_test_set(version: Version, held_out: HeldOut) -> None:
    counts = {len(held_out.ids), len(held_out.texts), len(held_out.labels)}
    if counts != {len(held_out)} or not held_out.texts:
        raise DataError(
            f"{version} cannot be judged with {len(held_out.ids)} ids, {len(held_out.texts)} texts and "
            f"{len(held_out.labels)} labels: prepare a test set first (textops prepare)"
        )
    manifest = version.manifest
    named = {label for answer in set(held_out.labels) for label in manifest.labels_of(answer)}
    unknown = sorted(named - set(manifest.classes))
    if unknown:
        raise DataError(
            f"the test set holds {', '.join(unknown)}, which {version} does not know (it knows "
            f"{', '.join(version.manifest.classes)}): judge it with the test set of its own data"
        )


def _can_be_forced(report: GateReport) -> bool:
    return all(check.passed for check in report.checks if check.name == HASHES)


def _remedy(report: GateReport) -> str:
    if not _can_be_forced(report):
        return "register it again from where it was made; an altered model is not promoted for any reason"
    return "put that right or train a better one, or override with a reason (--force REASON)"

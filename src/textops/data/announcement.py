"""What a user should hear about a prepared data set, on the console."""

from loguru import logger

from textops.data.configuration import SPLITS
from textops.data.manifest import DatasetManifest, Finding, FoundFiles, Occurrences
from textops.data.nearest import LONGEST, listed
from textops.data.validation import MOST_OTHERS

PLACES = 3
"""So many places stand on the console; `dataset.json` has more."""

KINDS = 5
"""So many ways of reading are told; `dataset.json` has all."""

MOST_CLASSES = 10
"""A finding names no more than these; `dataset.json` has all."""

SHARE_OFF = 1.5
"""A test share this many times what was asked for is worth a word."""


def announce(manifest: DatasetManifest) -> None:
    """Log what the data set holds, and warn of whatever is odd about it."""
    sizes = {split: manifest.examples(split) for split in SPLITS}
    logger.info(
        "{}: {:,} examples in {} classes ({}); {:,} exact duplicates left out, {:,} examples in groups of "
        "near duplicates",
        manifest.name,
        manifest.validation.kept,
        len(manifest.classes),
        ", ".join(f"{split} {size:,}" for split, size in sizes.items()),
        manifest.duplicates.exact,
        manifest.duplicates.near,
    )
    for reason, occurrences in manifest.validation.dropped.items():
        logger.warning("Left out {:,} rows: {} ({})", occurrences.count, reason, _places(occurrences))
    for what, occurrences in manifest.validation.noted.items():
        logger.warning("{:,} times: {} ({})", occurrences.count, what, _places(occurrences))
    _announce_reading(manifest)
    _announce_split(manifest, sizes["test"])
    for finding in manifest.audit:
        # What the text no longer holds is good to know, and no reason to worry.
        logger.log(
            "WARNING" if finding.stage == "used" or finding.kind != "term" else "INFO",
            "Leak: {}",
            sentence(finding),
        )


def in_words(found: FoundFiles) -> str:
    """Say how files were read."""
    words = [found.format, found.encoding, None if found.delimiter is None else f"delimiter {found.delimiter!r}"]
    if found.quoting is not None:
        words.append("quotes hold fields together" if found.quoting else "quotes are ordinary characters")
    if found.header is not None:
        words.append("the first row is the header" if found.header else "no header")
    if found.columns is not None:
        words.append(f"{found.columns:,} column{'s' * (found.columns != 1)}")
    return ", ".join(word for word in words if word)


def sentence(finding: Finding) -> str:
    """Put a finding of the audit into one sentence with its figures."""
    figures = f"alone it guesses {finding.accuracy:.1%} right (majority {finding.majority:.1%})"
    if finding.purity is None:
        return f"{finding.advice}; {figures}"
    most = sorted(finding.coverage.items(), key=lambda part: -part[1])[:MOST_CLASSES]
    chosen = {label for label, _ in most}
    shown = [f"{share:.1%} of {_on_one_line(label)}" for label, share in finding.coverage.items() if label in chosen]
    further = len(finding.coverage) - len(shown)
    coverage = ", ".join(shown) + (f" and less of {further:,} more classes" if further else "")
    return f"{finding.advice}; it stands in {coverage}, {figures}"


def _on_one_line(label: str) -> str:
    """Return a label as it fits into a line: it may be a sentence, or hold line breaks."""
    plain = " ".join("".join(sign if sign.isprintable() else " " for sign in label).split())
    return plain if len(plain) <= LONGEST else f"{plain[:LONGEST]}..."


def _announce_reading(manifest: DatasetManifest) -> None:
    for found in manifest.reading.found[:KINDS]:
        more = ", ..." if found.files > len(found.first) else ""
        logger.info("Read as {}: {}{}", in_words(found), ", ".join(found.first), more)
    widest = max((found.columns or 0 for found in manifest.reading.found), default=0)
    if widest > MOST_OTHERS:
        logger.warning("{:,} columns: the first {} beside text and label are looked at for leaks", widest, MOST_OTHERS)
    for what, occurrences in manifest.reading.repaired.items():
        logger.warning("{:,} rows: {} ({})", occurrences.count, what, _places(occurrences))
    damaged = manifest.reading.damaged
    if damaged.count:
        logger.warning("UTF-8 but for some bytes, which were replaced: {}", _places(damaged))
    guessed = manifest.reading.guessed
    if guessed.count:
        logger.warning(
            "{} not UTF-8; read by a guess: {}; name the encoding with data.read.encoding",
            "1 file is" if guessed.count == 1 else f"{guessed.count:,} files are",
            _places(guessed),
        )
    swallowed = manifest.reading.swallowed
    if swallowed.count:
        logger.warning(
            "{:,} quoted fields hold what looks like rows of their own ({}): if so, set data.read.quoting=false",
            swallowed.count,
            _places(swallowed),
        )


def _announce_split(manifest: DatasetManifest, test_size: int) -> None:
    split = manifest.split
    if split.moved:
        logger.warning(
            "So few examples that {} groups were moved to have every class in train, val and test: with more "
            "data they may move again",
            len(split.moved),
        )
    if split.shared_groups:
        logger.warning(
            "{:,} groups of near duplicates stand in more than one of the predefined splits",
            split.shared_groups,
        )
    for name, counts in manifest.counts.items():
        missing = [label for label, count in counts.items() if count == 0]
        if missing:
            logger.warning(
                "No example in {} is of class {}: nothing can be measured there for it", name, listed(missing)
            )
    asked = manifest.source.split.test
    share = test_size / manifest.validation.kept
    if split.rule == "hash" and manifest.duplicates.near and share > SHARE_OFF * asked:
        logger.warning(
            "test holds {:.0%} of the examples instead of {:.0%}: a group of near duplicates stays together, "
            "the largest has {:,}",
            share,
            asked,
            manifest.duplicates.largest,
        )


def _places(occurrences: Occurrences) -> str:
    shown = occurrences.places[:PLACES]
    return ", ".join([*shown, "..."] if occurrences.count > len(shown) else shown)

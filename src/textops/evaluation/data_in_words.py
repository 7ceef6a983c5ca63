"""What the data behind a model look like, and why it may have learned nothing, in a line."""

from collections import Counter
from collections.abc import Iterator

from textops.bundle import Manifest
from textops.data.manifest import DatasetManifest

_FEW = 50
_SHORT = 20
_SMALL_TEST = 200
_UNEVEN = 0.8
_CONFLICTING_SHARE = 0.01
_LOST_SHARE = 0.1
_NOTHING = (
    "none that can be counted, so look whether label and text belong together row by row, and are the right columns"
)


def data_in_words(manifest: Manifest, dataset: DatasetManifest | None) -> str:
    """Return sentences about the data.

    Args:
        manifest: Of the bundle.
        dataset: Of the data set, None where it is not here.
    """
    if dataset is None:
        data = manifest.data
        return (
            f"The data: {data.train_examples:,} examples to learn from, {data.test_examples:,} to test, "
            f"{len(manifest.classes):,} classes; {data.name} is not here, so no more is known."
        )
    sizes = _sizes(dataset)
    label, size = sizes.most_common(1)[0]
    causes = "; ".join([*(list(_causes(dataset, sizes)) or [_NOTHING]), *_of_test(dataset)])
    return (
        f"The data: {dataset.validation.rows:,} rows, {sizes.total():,} examples of {len(sizes):,} classes, "
        f"{size / sizes.total():.1%} of them {label!r}, {dataset.text_length.median:,.0f} characters in the middle. "
        f"Likely causes: {causes}."
    )


def _sizes(dataset: DatasetManifest) -> Counter[str]:
    sizes: Counter[str] = Counter()
    for counts in dataset.counts.values():
        sizes.update(counts)
    return sizes


def _causes(dataset: DatasetManifest, sizes: Counter[str]) -> Iterator[str]:
    conflicting = dataset.duplicates.conflicting
    if conflicting >= _CONFLICTING_SHARE * sizes.total():
        yield f"{conflicting:,} texts come with several labels"
    if dataset.text_length.median < _SHORT:
        yield f"half of the texts have fewer than {_SHORT} characters"
    to_learn = dataset.counts["train"]
    rare = [label for label in sizes if to_learn[label] < _FEW]
    if rare:
        least = min(rare, key=lambda label: to_learn[label])
        yield (
            f"{len(rare):,} of {len(sizes):,} classes have fewer than {_FEW} examples to learn from, {least!r} has "
            f"{to_learn[least]:,}"
        )
    label, size = sizes.most_common(1)[0]
    if size >= _UNEVEN * sizes.total():
        yield f"{size / sizes.total():.0%} of the examples are {label!r}, which is hard to beat by accuracy"
    lost = sum(each.count for each in dataset.validation.dropped.values())
    if lost >= _LOST_SHARE * dataset.validation.rows:
        yield f"{lost:,} of {dataset.validation.rows:,} rows were left out"


def _of_test(dataset: DatasetManifest) -> Iterator[str]:
    if dataset.examples("test") < _SMALL_TEST:
        yield f"the test set has {dataset.examples('test'):,} examples only, so the interval is wide"

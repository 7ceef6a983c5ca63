"""Which side an example comes to, and that it stays there."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from textops.data.configuration import NearDuplicateConfiguration
from textops.data.dataset import Dataset
from textops.retraining.additions import Addition, fingerprint_with
from textops.retraining.placement import Known, Placement, placed
from textops.retraining.traffic import TrafficText, identity_of

Texts = Callable[[int, int], list[str]]
MORNING = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


def arrived(texts: Sequence[str], label: str = "bill") -> list[TrafficText]:
    return [
        TrafficText(identity_of(text), text, label, MORNING + timedelta(minutes=number), (f"p{number}",))
        for number, text in enumerate(texts)
    ]


def nearly(text: str) -> str:
    """Return nearly the same text."""
    return f"{text} indeed"


@pytest.fixture
def known(dataset: Dataset) -> Known:
    train, test, val = (dataset.examples(split) for split in ("train", "test", "val"))
    classes = dataset.manifest.classes
    labels = dict(zip(train.texts, (classes[label] for label in train.labels), strict=True))
    return Known([*test.texts, *val.texts], labels, dict(zip(train.texts, train.groups, strict=True)), ())


def grown(known: Known, placement: Placement) -> Known:
    return Known(known.held_out, known.labels, known.groups, placement.additions)


def test_new_texts_are_shared_out_and_a_share_is_kept_to_measure_on(
    dataset: Dataset, known: Known, texts: Texts
) -> None:
    placement = placed(arrived(texts(400, 5)), known, dataset.manifest.source, 0.3)

    counts = placement.counts
    assert counts.train + counts.window == counts.new == 400
    assert 0.22 < counts.window / 400 < 0.38
    assert len(placement.window) == counts.window
    assert {each.group for each in placement.of("train")}.isdisjoint(each.group for each in placement.of("window"))


def test_what_is_or_is_nearly_held_out_is_learned_by_nobody(dataset: Dataset, known: Known, texts: Texts) -> None:
    # given
    test, val = dataset.examples("test").texts, dataset.examples("val").texts
    leaks = [test[0], nearly(test[1]), f"{nearly(test[1])} and so", val[0], nearly(val[1])]
    # when
    placement = placed(arrived([*leaks, *texts(3, 5)]), known, dataset.manifest.source, 0.3)
    # then
    assert placement.counts.held_out == 5
    assert {each.text for each in placement.additions} == set(texts(3, 5))


def test_what_is_known_is_not_doubled_and_the_source_keeps_its_label(dataset: Dataset, known: Known) -> None:
    # given
    text, label = next(iter(known.labels.items()))
    other = "outage" if label == "bill" else "bill"
    # when
    placement = placed(arrived([text], other), known, dataset.manifest.source, 0.3)
    # then
    assert placement.additions == ()
    assert (placement.counts.known, placement.counts.disputed, placement.counts.new) == (1, 1, 0)


def test_near_duplicates_stay_on_one_side(dataset: Dataset, known: Known, texts: Texts) -> None:
    # given: pairs of texts that are nearly the same, and ones that are nearly texts of train
    pairs = [variant for text in texts(40, 5) for variant in (text, nearly(text))]
    of_train = [nearly(text) for text in list(known.labels)[:20]]
    # when
    placement = placed(arrived([*pairs, *of_train]), known, dataset.manifest.source, 0.5)
    # then
    side = {each.text: each.side for each in placement.additions}
    group = {each.text: each.group for each in placement.additions}
    assert {side[text] for text in of_train} == {"train"}
    assert [group[text] for text in of_train] == list(known.groups.values())[:20]
    assert all(side[one] == side[other] for one, other in zip(pairs[::2], pairs[1::2], strict=True))
    assert {side[text] for text in pairs} == {"train", "window"}


def test_no_example_changes_its_side_whatever_comes_later(dataset: Dataset, known: Known, texts: Texts) -> None:
    # given
    first, source = texts(60, 5), dataset.manifest.source
    before = placed(arrived(first), known, source, 0.3)
    # when: near duplicates of all of them arrive, and another share is asked for
    later = [nearly(text) for text in first]
    after = placed(arrived([*later, *first[:10]]), grown(known, before), source, 0.9)
    # then
    side = {each.text: each.side for each in after.additions}
    assert all(side[each.text] == each.side for each in before.additions)
    assert all(side[nearly(each.text)] == each.side for each in before.additions)
    # and only the traffic at hand is measured on
    assert {each.text for each in after.window} <= {*later, *first[:10]}


def test_what_links_train_and_window_is_left_out(dataset: Dataset, known: Known) -> None:
    # given: two texts that are not alike enough, one on each side, and one that is like both
    words = [f"word{number}" for number in range(30)]
    left, middle, right = (" ".join(words[begin : begin + 24]) for begin in (0, 2, 4))
    earlier = [
        Addition(identity_of(text), text, "bill", side, identity_of(text), MORNING, ())  # type: ignore[arg-type]
        for text, side in ((left, "train"), (right, "window"))
    ]
    # when
    beside = Known(known.held_out, known.labels, known.groups, earlier)
    placement = placed(arrived([middle]), beside, dataset.manifest.source, 0.3)
    # then
    assert placement.counts.between == 1
    assert list(placement.additions) == earlier


def test_where_near_duplicates_do_not_count_only_the_very_text_does(dataset: Dataset, known: Known) -> None:
    # given
    source = dataset.manifest.source.model_copy(update={"near_duplicates": NearDuplicateConfiguration(enabled=False)})
    test = dataset.examples("test").texts
    # when
    placement = placed(arrived([test[0], nearly(test[0])]), known, source, 0.3)
    # then
    assert (placement.counts.held_out, placement.counts.new) == (1, 1)


def test_a_label_that_people_have_corrected_since_is_taken_over(dataset: Dataset, known: Known, texts: Texts) -> None:
    # given
    source, first = dataset.manifest.source, texts(20, 5)
    before = placed(arrived(first), known, source, 0.3)
    # when
    after = placed(arrived(first, "outage"), grown(known, before), source, 0.3)
    again = placed(arrived(first, "outage"), grown(known, after), source, 0.3)
    # then
    assert (after.counts.corrected, after.counts.known) == (20, 0)
    assert {each.label for each in after.additions} == {"outage"}
    assert (again.counts.corrected, again.counts.known, again.counts.new) == (0, 20, 0)


def test_the_fingerprint_is_that_of_what_was_added(dataset: Dataset, known: Known, texts: Texts) -> None:
    # given
    source, origin = dataset.manifest.source, dataset.manifest.fingerprint
    first = placed(arrived(texts(20, 5)), known, source, 0.3)
    fingerprint = fingerprint_with(origin, first.additions)
    # when
    same = placed(arrived(texts(10, 5)), grown(known, first), source, 0.3)
    more = placed(arrived(texts(1, 6)), grown(known, first), source, 0.3)
    corrected = placed(arrived(texts(1, 5), "outage"), grown(known, first), source, 0.3)
    # then
    assert fingerprint_with(origin, ()) == origin
    assert fingerprint_with(origin, same.additions) == fingerprint
    others = {fingerprint_with(origin, each.additions) for each in (more, corrected)}
    assert len({fingerprint, origin, *others}) == 4

"""Live traffic that people have labelled: one text once, with one label, or left out and counted."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from pydantic import Field

from textops.data.text_cleaning import cleaned
from textops.data.validation import ID_CHARACTERS
from textops.errors import DataError
from textops.frozen import Frozen
from textops.label_names import as_known
from textops.label_sets import joined, parts
from textops.prediction_log.moments import TOLERATED_SKEW
from textops.prediction_log.redaction import CARD_MARK, MAIL_MARK, NAME_MARK, PHONE_MARK

_MARKS = (MAIL_MARK, PHONE_MARK, CARD_MARK, NAME_MARK)


class TrafficCounts(Frozen):
    """What became of the feedback.

    Attributes:
        predictions: Answers with feedback.
        unknown: Predictions with feedback that are not in the log.
        without_text: Answers whose text the log did not keep.
        blank: Answers to texts without a character.
        strangers: What is no class of the model -> answers that were labelled so.
        contradicted: Texts that were given several labels; the most frequent counts.
        undecided: Of these, texts left out because no label was the most frequent.
        redacted: Texts used without what named a person, as they stand in the log.
        future: Answers dated later than now, by a clock that is wrong; they are used.
        texts: Different texts with a label.
    """

    predictions: int = 0
    unknown: int = 0
    without_text: int = 0
    blank: int = 0
    strangers: dict[str, int] = Field(default_factory=dict)
    contradicted: int = 0
    undecided: int = 0
    redacted: int = 0
    future: int = 0
    texts: int = 0


@dataclass(frozen=True)
class TrafficText:
    """A text that came in, and what people say it is.

    Attributes:
        id: Made from the text, as in a prepared data set.
        text: As the model is trained on it.
        label: A class of the model.
        created: When it first came in.
        predictions: Ids of the answers to it, oldest first.
    """

    id: str
    text: str
    label: str
    created: datetime
    predictions: tuple[str, ...]


@dataclass(frozen=True)
class Traffic:
    """Labelled texts, the oldest first, and what was left out."""

    texts: tuple[TrafficText, ...]
    counts: TrafficCounts


@dataclass
class _Votes:
    """What people said of one text."""

    created: datetime
    labels: list[str] = field(default_factory=list)
    predictions: list[str] = field(default_factory=list)


def traffic_of(
    rows: Iterable[dict[str, Any]],
    classes: Sequence[str],
    remove_patterns: Sequence[str] = (),
    unknown: int = 0,
    separator: str | None = None,
) -> Traffic:
    """Make labelled texts of rows of the prediction log.

    Args:
        rows: Answers with the newest feedback on each, oldest first.
        classes: Of the model.
        remove_patterns: What the data set takes out of its texts, live ones must not bring back.
        unknown: Predictions with feedback that are not in the log.
        separator: What stands between the labels of a text; None where it has one.

    Raises:
        DataError: If there is feedback, but not on a single text that was kept.
    """
    patterns = [re.compile(pattern) for pattern in remove_patterns]
    tally = Counter[str]()
    strangers: Counter[str] = Counter()
    votes: dict[str, _Votes] = {}
    now = datetime.now(UTC) + TOLERATED_SKEW
    for row in rows:
        tally["predictions"] += 1
        if row["text"] is None:
            tally["without_text"] += 1
        elif not (text := cleaned([row["text"]], patterns)):
            tally["blank"] += 1
        elif (label := _known(row["feedback_label"], classes, separator)) is None:
            strangers[row["feedback_label"]] += 1
        else:
            tally["future"] += row["created"] > now
            vote = votes.setdefault(text, _Votes(row["created"]))
            vote.labels.append(label)
            vote.predictions.append(row["prediction_id"])
    _require_texts(tally)
    texts = [_decided(text, vote) for text, vote in votes.items()]
    decided = tuple(text for text in texts if text is not None)
    counts = TrafficCounts(
        **tally,
        unknown=unknown,
        strangers=dict(strangers),
        contradicted=sum(len(set(vote.labels)) > 1 for vote in votes.values()),
        undecided=len(texts) - len(decided),
        redacted=sum(any(mark in text.text for mark in _MARKS) for text in decided),
        texts=len(decided),
    )
    return Traffic(decided, counts)


def _known(given: str, classes: Sequence[str], separator: str | None) -> str | None:
    """Return what was given as the model spells it, None where it knows a part of it not."""
    found = as_known(parts(given, separator), classes)
    labels = [label for label in found if label is not None]
    if len(labels) < len(found):
        return None
    return labels[0] if separator is None else joined(labels, separator)


def identity_of(text: str) -> str:
    """Return the id of a text: the same text always has the same."""
    return sha256(text.encode()).hexdigest()[:ID_CHARACTERS]


def _decided(text: str, vote: _Votes) -> TrafficText | None:
    """Give a text the label that most say it has, None where as many say another."""
    ranked = Counter(vote.labels).most_common(2)
    if len(ranked) > 1 and ranked[0][1] == ranked[1][1]:
        return None
    return TrafficText(identity_of(text), text, ranked[0][0], vote.created, tuple(vote.predictions))


def _require_texts(tally: Counter[str]) -> None:
    if tally["predictions"] and tally["without_text"] == tally["predictions"]:
        raise DataError(
            f"the prediction log keeps the text of none of {tally['predictions']} answers with feedback, and a model "
            "cannot learn from a hash: start textops serve with TEXTOPS_LOG_TEXT=redacted (or full), and retrain when "
            "there is feedback on what is logged from then on"
        )

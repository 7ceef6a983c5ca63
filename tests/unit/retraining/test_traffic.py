"""Which label a text of live traffic gets, and what is left out."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from textops.errors import DataError
from textops.prediction_log.database import Database
from textops.prediction_log.reading import count_unknown_feedback, labelled
from textops.prediction_log.tables import feedback
from textops.retraining.traffic import Traffic, traffic_of

if TYPE_CHECKING:
    from tests.unit.retraining.conftest import FillLog, Said

CLASSES = ("bill", "outage")
MORNING = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


def traffic(database: Database, **settings: object) -> Traffic:
    rows = (row for portion in labelled(database, "tickets") for row in portion)
    return traffic_of(rows, CLASSES, **settings)  # type: ignore[arg-type]


def test_the_newest_feedback_of_an_answer_counts(fill_log: "FillLog", said: "type[Said]") -> None:
    # given
    database = fill_log([said("server down", ["bill", "outage", "bill", "outage"]), said("no feedback")])
    # when
    found = traffic(database)
    # then
    assert [(text.text, text.label) for text in found.texts] == [("server down", "outage")]
    assert (found.counts.predictions, found.counts.texts, found.counts.contradicted) == (1, 1, 0)


def test_answers_of_every_version_count_and_those_of_other_models_do_not(
    fill_log: "FillLog", said: "type[Said]"
) -> None:
    # given
    database = fill_log(
        [said("one", ["bill"], version=1), said("two", ["bill"], version=7), said("three", ["bill"], model="other")]
    )
    # when, then
    assert {text.text for text in traffic(database).texts} == {"one", "two"}


def test_of_several_labels_for_one_text_the_most_frequent_counts_and_a_draw_is_left_out(
    fill_log: "FillLog", said: "type[Said]"
) -> None:
    # given
    database = fill_log(
        [
            *(said("mostly bill", [label], id=f"m{number}") for number, label in enumerate(["bill", "outage", "bill"])),
            *(said("a draw", [label]) for label in ["bill", "outage"]),
        ]
    )
    # when
    found = traffic(database)
    # then
    assert [(text.text, text.label, text.predictions) for text in found.texts] == [
        ("mostly bill", "bill", ("m0", "m1", "m2"))
    ]
    assert (found.counts.contradicted, found.counts.undecided, found.counts.texts) == (2, 1, 1)


@pytest.mark.parametrize("separator", [None, "|"])
def test_a_label_counts_in_either_form_of_unicode(separator: str | None) -> None:
    given = {"text": "a text", "created": datetime.now(UTC), "prediction_id": "p", "feedback_label": "cafe\u0301"}

    found = traffic_of([given], ["caf\u00e9"], separator=separator)

    assert [text.label for text in found.texts] == ["caf\u00e9"]


def test_what_cannot_be_learned_is_counted_by_its_reason(fill_log: "FillLog", said: "type[Said]") -> None:
    # given
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    database = fill_log(
        [
            said("a storm", ["weather"]),
            said("a flood", ["weather"]),
            said(None, ["bill"]),
            said(" \u200b", ["bill"]),
            said("call [phone]", ["bill"]),
            said("from tomorrow", ["outage"], created=tomorrow),
        ]
    )
    # when
    found = traffic(database, unknown=3)
    # then
    assert sorted(text.text for text in found.texts) == ["call [phone]", "from tomorrow"]
    assert found.counts.model_dump() == {
        "predictions": 6,
        "unknown": 3,
        "without_text": 1,
        "blank": 1,
        "strangers": {"weather": 2},
        "contradicted": 0,
        "undecided": 0,
        "redacted": 1,
        "future": 1,
        "texts": 2,
    }


def test_live_texts_do_not_bring_back_what_the_data_set_leaves_out(fill_log: "FillLog", said: "type[Said]") -> None:
    # given
    database = fill_log([said("(Reuters) the server is down \r\n", ["outage"]), said("(Reuters)", ["bill"])])
    # when
    found = traffic(database, remove_patterns=[r"\(Reuters\)"])
    # then
    assert [text.text for text in found.texts] == ["the server is down"]
    assert found.counts.blank == 1


def test_a_log_without_texts_says_what_to_set(fill_log: "FillLog", said: "type[Said]") -> None:
    database = fill_log([said(None, ["bill"]), said(None, ["outage"])])

    with pytest.raises(DataError, match=r"the text of none of 2 answers .* TEXTOPS_LOG_TEXT=redacted"):
        traffic(database)


def test_the_period_is_that_of_the_answers(fill_log: "FillLog", said: "type[Said]") -> None:
    # given
    hours = [MORNING + timedelta(hours=hour) for hour in range(4)]
    database = fill_log([said(f"at {hour:%H}", ["bill"], created=hour) for hour in hours])
    # when
    found = [row["text"] for portion in labelled(database, "tickets", hours[1], hours[3]) for row in portion]
    # then
    assert found == ["at 09", "at 10"]


def test_feedback_on_what_is_not_in_the_log_is_counted(fill_log: "FillLog", said: "type[Said]") -> None:
    # given
    database = fill_log([said("one", ["bill"])])
    judgement = {"request_id": "r", "label": "bill", "created": MORNING}
    with database.writing() as connection:
        rows = [{"id": str(number), "prediction_id": f"gone {number // 2}", **judgement} for number in range(4)]
        connection.execute(feedback.insert(), rows)
    # when, then
    assert count_unknown_feedback(database) == 2
    assert count_unknown_feedback(database, since=MORNING + timedelta(hours=1)) == 0
    assert count_unknown_feedback(database, until=MORNING) == 0
    assert traffic(database).counts.predictions == 1

import hashlib
from collections.abc import Callable

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textops.prediction_log import LoggedPrediction, PredictionLogSettings
from textops.prediction_log.stored import PREDICTION_COLUMNS, TextKeeper, stored_prediction, whole

TEXT = "Call 202-555-0143"


def keeper(policy: str, **settings: object) -> TextKeeper:
    return TextKeeper(PredictionLogSettings.model_validate({"log_text": policy, **settings}))


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    ("policy", "kept"),
    [
        ("full", (TEXT, digest(TEXT))),
        ("redacted", ("Call [phone]", digest("Call [phone]"))),
        ("hash", (None, digest("Call [phone]"))),
        ("none", (None, None)),
    ],
)
def test_of_a_text_is_kept_what_the_setting_says(policy: str, kept: tuple[str | None, str | None]) -> None:
    assert keeper(policy).keep(TEXT) == kept


def test_a_key_makes_other_hashes() -> None:
    first, second = (keeper("hash", log_hash_key=key).keep(TEXT)[1] for key in ("one", "two" * 100))
    assert len({first, second, keeper("hash").keep(TEXT)[1]}) == 3


def test_names_go_where_that_is_wanted() -> None:
    assert keeper("redacted", log_redact_names=True).keep("Mr Lee")[0] == "Mr [name]"


@given(st.text())
def test_every_text_becomes_one_that_databases_take(text: str) -> None:
    kept, encoded = whole(text)
    assert kept.encode() == encoded
    assert "\x00" not in kept
    assert whole(kept)[0] is kept


def test_halves_that_belong_together_become_a_character() -> None:
    assert whole("\ud83d\ude00 \ud83d")[0] == "\U0001f600 \ufffd"


def test_a_row_has_a_value_for_each_column(make_predictions: Callable[..., list[LoggedPrediction]]) -> None:
    # given
    (row,) = make_predictions(1, "four")
    odd = {"a\x00": 0.5, "\\u0000": 0.25, "\ud800": 0.25}
    # when
    stored = dict(
        zip(
            PREDICTION_COLUMNS,
            stored_prediction(row._replace(created=1_700_000_000.000001, probabilities=odd), keeper("full")),
            strict=True,
        )
    )
    # then
    assert stored["created"] == "2023-11-14 22:13:20.000000"
    assert orjson.loads(str(stored["probabilities"])) == {"a\ufffd": 0.5, "\\u0000": 0.25, "\ufffd": 0.25}
    assert stored["characters"] == 4
    assert stored["needs_review"] is False


@pytest.mark.parametrize("created", [float("nan"), float("inf"), 1e20, -1e20])
def test_an_impossible_time_is_refused(created: float, make_predictions: Callable[..., list[LoggedPrediction]]) -> None:
    (row,) = make_predictions(1)
    with pytest.raises(ValueError, match=r"NaN|is no time|out of range|year"):
        stored_prediction(row._replace(created=created), keeper("full"))

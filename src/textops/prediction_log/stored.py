"""What is kept of a row: times, texts and numbers as every database takes them, and of a text what may be kept."""

import hashlib
import hmac
import math
from datetime import UTC, datetime
from functools import lru_cache
from typing import TypeAlias

import orjson

from textops.prediction_log.redaction import redact
from textops.prediction_log.rows import LoggedFeedback, LoggedPrediction, ShadowPrediction
from textops.prediction_log.settings import PredictionLogSettings

StoredRow: TypeAlias = tuple[str | int | float | None, ...]

PREDICTION_COLUMNS = (
    "prediction_id",
    "created",
    "request_id",
    "model_name",
    "model_version",
    "label",
    "probability",
    "probabilities",
    "needs_review",
    "text",
    "text_hash",
    "characters",
    "seconds",
    "features",
)
SHADOW_COLUMNS = ("prediction_id", "created", "model_name", "model_version", "label", "probability", "seconds")
FEEDBACK_COLUMNS = ("id", "prediction_id", "created", "request_id", "label", "comment")

_REPLACEMENT = "\ufffd"
_ESCAPED_NUL = "\\u0000"


class TextKeeper:
    """Decides what is kept of a text."""

    def __init__(self, settings: PredictionLogSettings) -> None:
        """Take the settings."""
        policy = settings.log_text
        self._keeps_text = policy in {"full", "redacted"}
        self._keeps_hash = policy != "none"
        # A hash of what was taken out would give it away: phone numbers can all be tried.
        self._redacts = policy in {"redacted", "hash"}
        self._names = settings.log_redact_names
        self._key = settings.log_hash_key.get_secret_value().encode() if settings.log_hash_key else None

    def keep(self, text: str) -> tuple[str | None, str | None]:
        """Return what is kept of a text, and its hash."""
        if not self._keeps_hash:
            return None, None
        text, encoded = whole(text)
        if self._redacts:
            redacted = redact(text, encoded, names=self._names)
            if redacted is not text:
                text, encoded = redacted, redacted.encode()
        return (text if self._keeps_text else None), self._hash(encoded)

    def _hash(self, encoded: bytes) -> str:
        if self._key is None:
            return hashlib.sha256(encoded).hexdigest()
        return hmac.digest(self._key, encoded, "sha256").hex()


def whole(text: str) -> tuple[str, bytes]:
    """Return a text without what databases refuse, and its UTF-8: NUL and lone surrogates become U+FFFD."""
    try:
        encoded = text.encode()
    except UnicodeEncodeError:
        # Halves that belong together become one character again.
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        encoded = text.encode()
    if b"\0" in encoded:
        text = text.replace("\0", _REPLACEMENT)
        encoded = text.encode()
    return text, encoded


def stored_prediction(row: LoggedPrediction, keeper: TextKeeper) -> StoredRow:
    """Return the values of `PREDICTION_COLUMNS`.

    Raises:
        ValueError: If a value is impossible.
        TypeError: If a value is of another type.
    """
    text, text_hash = keeper.keep(row.text)
    return (
        row.prediction_id,
        _time(row.created),
        _plain(row.request_id),
        _plain(row.model_name),
        row.model_version,
        _plain(row.label),
        row.probability,
        _json(row.probabilities),
        bool(row.needs_review),
        text,
        text_hash,
        len(row.text),
        row.seconds,
        None if row.features is None else orjson.dumps(row.features).decode(),
    )


def stored_shadow(row: ShadowPrediction) -> StoredRow:
    """Return the values of `SHADOW_COLUMNS`.

    Raises:
        ValueError: If a value is impossible.
        TypeError: If a value is of another type.
    """
    return (
        row.prediction_id,
        _time(row.created),
        _plain(row.model_name),
        row.model_version,
        _plain(row.label),
        row.probability,
        row.seconds,
    )


def stored_feedback(row: LoggedFeedback, identifier: str, keeper: TextKeeper) -> StoredRow:
    """Return the values of `FEEDBACK_COLUMNS`; of the comment is kept what would be kept of a text.

    Raises:
        ValueError: If a value is impossible.
        TypeError: If a value is of another type.
    """
    return (
        identifier,
        _plain(row.prediction_id),
        _time(row.created),
        _plain(row.request_id),
        _plain(row.label),
        None if row.comment is None else keeper.keep(row.comment)[0],
    )


def _plain(text: str) -> str:
    return text if text.isascii() and "\0" not in text else whole(text)[0]


def _time(seconds: float) -> str:
    try:
        second = math.floor(seconds)
        return f"{_second(second)}.{int((seconds - second) * 1_000_000):06d}"
    except (OverflowError, OSError) as error:
        raise ValueError(f"{seconds} is no time") from error


@lru_cache(maxsize=8)
def _second(second: int) -> str:
    """Return a second as a date; the rows of one second share it."""
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%d %H:%M:%S")


def _json(probabilities: dict[str, float]) -> str:
    try:
        written = orjson.dumps(probabilities).decode()
    except orjson.JSONEncodeError:
        # Names with lone surrogates; anything else fails again.
        written = _ESCAPED_NUL
    if _ESCAPED_NUL in written:
        written = orjson.dumps({_plain(name): value for name, value in probabilities.items()}).decode()
    return written

"""What the users of a load test send: realistic texts that the model has not learned from."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from textops.benchmark.serving.texts import PROCESSED, made_up_texts
from textops.data.dataset import Dataset
from textops.errors import DataError

VARIABLE = "TEXTOPS_LOADTEST_TEXTS"
_MADE_UP = 200
_LONGEST = 20_000


@dataclass(frozen=True)
class Article:
    """A text to send.

    Attributes:
        text: The text.
        title: Its title, None where it has none.
    """

    text: str
    title: str | None

    @property
    def whole(self) -> str:
        """Title and text, as a batch has them."""
        return f"{self.title}\n{self.text}" if self.title else self.text


def articles(data_name: str) -> list[Article]:
    """Return texts of the place that TEXTOPS_LOADTEST_TEXTS names, else held-out ones of a data set, else made-up ones.

    Args:
        data_name: Name of the data set that the served model comes from.

    Raises:
        DataError: If there is no text in the place that was named.
    """
    place = os.environ.get(VARIABLE)
    if place:
        return _given(Path(place))
    try:
        texts: Sequence[str] = Dataset.load(PROCESSED / data_name).examples("test").texts
    except DataError:
        texts = made_up_texts(_MADE_UP)
    return [_article(text) for text in texts if text.strip()]


def _given(place: Path) -> list[Article]:
    """Read a folder of .txt files, or JSON lines with `text` and, where there is one, `title`."""
    try:
        if place.is_dir():
            found = [_article(path.read_text(encoding="utf-8")) for path in sorted(place.glob("*.txt"))]
        else:
            found = [_of_line(line) for line in place.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"{VARIABLE}={place} cannot be read ({error}): name a folder of .txt files, or JSON lines with text"
        ) from error
    found = [article for article in found if article.text.strip()]
    if not found:
        raise DataError(f"{VARIABLE}={place} holds no text: name a folder of .txt files, or JSON lines with text")
    return found


def _of_line(line: str) -> Article:
    values = json.loads(line)
    text, title = values["text"], values.get("title")
    if not isinstance(text, str) or not isinstance(title, str | None):
        raise TypeError("text and title must be strings")
    return Article(text[:_LONGEST], title)


def _article(text: str) -> Article:
    """Take the first line as the title, as in the data sets."""
    title, _, rest = text.strip().partition("\n")
    return Article(rest[:_LONGEST], title) if rest.strip() else Article(title[:_LONGEST], None)

"""A model that fits: the default one, as large as the classes allow and trained as long as few rows need."""

from textops.frozen import Frozen

_FLOATS = 1 << 27
"""Weights of the table while it is trained: half a gigabyte."""

_HEADS = (3.0, 10.0, 30.0)
_MIDDLE = (10.0,)
_BITS = 18
_FEWEST_BITS = 12
_FEW_ROWS = 2000


class ModelChoice(Frozen):
    """What is not as in `configs/model/ngram.yaml`; None where it is.

    Attributes:
        bits: Of words and of character runs.
        step_sizes: Of the heads that are trained side by side.
        batch_size: Documents of a batch.
        max_epochs: How often all of them are seen.
        reason: Why, for people.
    """

    bits: int | None = None
    step_sizes: tuple[float, ...] | None = None
    batch_size: int | None = None
    max_epochs: int | None = None
    reason: str = "the n-gram model as it comes: no vocabulary, any language"

    def settings(self) -> dict[str, object]:
        """Return the group `model` of an experiment."""
        tokenizer = {} if self.bits is None else {"word_bits": self.bits, "character_bits": self.bits}
        encoder = {} if self.step_sizes is None else {"step_sizes": list(self.step_sizes)}
        plain = {"batch_size": self.batch_size, "max_epochs": self.max_epochs}
        parts: dict[str, object] = {"tokenizer": tokenizer, "encoder": encoder, **plain}
        return {name: value for name, value in parts.items() if value}


def fitting_model(rows: int, classes: int) -> ModelChoice:
    """Choose the size of the model.

    Args:
        rows: Of the data set.
        classes: Of the data set.
    """
    reasons = []
    batch_size = max_epochs = bits = step_sizes = None
    if rows < _FEW_ROWS:
        batch_size, max_epochs = 16, 10
        reasons.append(f"{rows:,} rows are few: small batches, and each text is seen ten times")
    if _table(_BITS, len(_HEADS), classes) > _FLOATS:
        step_sizes = _MIDDLE
        bits = next(
            (each for each in range(_BITS, _FEWEST_BITS, -1) if _table(each, 1, classes) <= _FLOATS), _FEWEST_BITS
        )
        bits = None if bits == _BITS else bits
        reasons.append(f"{classes:,} classes need a smaller table for each")
    choice = ModelChoice(bits=bits, step_sizes=step_sizes, batch_size=batch_size, max_epochs=max_epochs)
    return choice.model_copy(update={"reason": f"{choice.reason}; {'; '.join(reasons)}"}) if reasons else choice


def _table(bits: int, heads: int, classes: int) -> int:
    return (2 << bits) * heads * classes

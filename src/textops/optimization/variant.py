"""One form of a model, ready to be measured."""

from dataclasses import dataclass
from pathlib import Path

from textops.errors import TextopsError
from textops.inference.footprint import DEFAULT_PROBE
from textops.optimization.export import CHECKPOINT_VARIANT

TORCH_PROBE = "textops.optimization.torch_probe"
COMPILED_PROBE = "textops.optimization.compiled_probe"


class NotPossibleError(TextopsError):
    """A form of a model that cannot be made; the message says why."""


@dataclass(frozen=True)
class Variant:
    """A form of a model that could be made.

    Attributes:
        name: One of the names of `textops.optimization.settings`.
        folder: Holds `model.onnx` and `tokenizer.json`; of a form in PyTorch, the folder of the run.
        family: Its encoder, `ngram` and so on.
        probe: Module that measures it in a process of its own.
        sparsity: Share of its weights that are zero or gone; None where none were taken away.
        remark: What else is to be said of it; may be empty.
    """

    name: str
    folder: Path
    family: str
    probe: str = DEFAULT_PROBE
    sparsity: float | None = None
    remark: str = ""

    @property
    def ships(self) -> bool:
        """Whether it is made of what a bundle can hold."""
        return self.probe == DEFAULT_PROBE

    @property
    def exact(self) -> bool:
        """Whether it promises the logits of the checkpoint."""
        return self.name == CHECKPOINT_VARIANT


@dataclass(frozen=True)
class NotMade:
    """A form that could not be made.

    Attributes:
        name: Its name.
        reason: Why, in words.
    """

    name: str
    reason: str

"""What the LightningModule expects of the network it holds."""

from abc import ABC, abstractmethod
from typing import Any

from torch import Tensor, nn

from textops.data.batch import RaggedBatch
from textops.text.ragged import Ragged


class Encoder(nn.Module, ABC):
    """From token ids to logits.

    An encoder may train several heads side by side, each with a step size of its own: they share the features, so
    that a second head costs little. The module keeps the head that validates best.

    Attributes:
        step_sizes: One factor on the loss of each head.
        sparse_gradients: Whether a step touches only the rows of a table that a batch holds.
    """

    step_sizes: tuple[float, ...] = (1.0,)
    sparse_gradients = False

    @property
    def architecture(self) -> dict[str, Any] | None:
        """What a run keeps so that the encoder can be built again without what it was made from; JSON types.

        None where the settings tell all. Otherwise the encoder takes it as the argument `architecture`.
        """
        return None

    def fit(self, documents: Ragged) -> None:
        """Learn what is counted rather than trained.

        Args:
            documents: The training documents, mapped from a file: to be read a part at a time.
        """

    @abstractmethod
    def scores(self, batch: RaggedBatch) -> Tensor:
        """Return the logits of every head, float32, shape [documents, heads, classes]."""

    def choose_head(self, head: int) -> None:
        """Let the exported network answer with this head."""
        if head != 0:
            raise ValueError(f"this encoder has one head, there is no head {head}")

    @abstractmethod
    def exportable(self) -> nn.Module:
        """Return the network that ships: from padded tensors to the logits of the chosen head.

        The names of the arguments of its `forward` are those of the tokenizer's feed, in order; the result is
        float32, shape [documents, classes].
        """

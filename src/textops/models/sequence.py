"""What all encoders share that read words in their order."""

from abc import abstractmethod

from torch import Tensor, nn

from textops.data.batch import RaggedBatch
from textops.models.encoder import Encoder

PADDING = 0


class SequenceEncoder(Encoder):
    """An encoder with one head that takes padded word ids and ships as it is."""

    def scores(self, batch: RaggedBatch) -> Tensor:
        """Return the logits, shape [documents, 1, classes]."""
        ids, _ = batch.padded()
        # Half precision ends here: losses and calibration want all digits.
        return self(ids)[:, None, :].float()  # type: ignore[no-any-return]

    def exportable(self) -> nn.Module:
        """Return the network itself, without dropout."""
        return self.eval()

    @abstractmethod
    def forward(self, input_ids: Tensor) -> Tensor:
        """Return the logits, shape [documents, classes].

        Args:
            input_ids: int64, shape [documents, words]; 0 is padding and stands behind the words.
        """

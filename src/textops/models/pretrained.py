"""An encoder that somebody else has trained, with a head of our own."""

import re
import warnings
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from textops.errors import ConfigurationError
from textops.models.pretrained_body import build_body, described, load_body, outermost_layers
from textops.models.pretrained_source import model_folder
from textops.models.pretrained_tokenizer import ReadyTokenizer, take_tokenizer
from textops.models.sequence import PADDING, SequenceEncoder
from textops.text.subwords import SHIFT, SubwordTokenizer
from textops.text.tokenizer import Tokenizer

_NUMBER = re.compile(r"-?\d{1,4}", re.ASCII)
# What architectures raise for a text with more tokens than they have positions.
_TOO_LONG = (IndexError, RuntimeError, ValueError)


class PretrainedEncoder(SequenceEncoder):
    """The body of a Hugging Face model, the mean of its last states over the tokens that are there, a linear layer.

    The mean as in Reimers and Gurevych 2019, Sentence-BERT. Token ids are those of the body moved up by `SHIFT`, so
    that 0 is padding whatever the body takes for it.
    """

    def __init__(
        self,
        tokenizer: Tokenizer,
        classes: int,
        *,
        source: str,
        cache: Path | str,
        freeze: str | int = "none",
        dropout: float = 0.1,
        architecture: dict[str, Any] | None = None,
    ) -> None:
        """Take an encoder over, or build one of its kind for weights that are filled in afterwards.

        Args:
            tokenizer: The tokenizer of the same source.
            classes: Number of classes.
            source: A folder, an installed package or a name on the hub; see `model_folder`.
            cache: Where models that come packed are unpacked.
            freeze: What keeps its weights: `none`, `embeddings`, `all` of the body, or the embeddings and a number of
                layers on them; -2 are all layers but the last two.
            dropout: Share of the values dropped before the linear layer.
            architecture: What `architecture` said of an encoder like this one. The source is not needed then, and the
                weights are random.

        Raises:
            ConfigurationError: If the source holds no encoder of text, or one that does not fit the tokenizer.
        """
        super().__init__()
        if not isinstance(tokenizer, SubwordTokenizer):
            raise ConfigurationError(
                "a pretrained encoder reads with the tokenizer it was trained with: "
                "leave model.tokenizer as configs/model/pretrained.yaml has it"
            )
        self.dropout = nn.Dropout(dropout)
        if architecture is not None:
            self.body = build_body(architecture)
            self.output = nn.Linear(described(self.body).hidden_size, classes)
            return
        self.body, unused = load_body(model_folder(source, Path(cache)))
        self.output = nn.Linear(described(self.body).hidden_size, classes)
        self._check_words(tokenizer, take_tokenizer(source, cache, tokenizer.max_tokens), source)
        self._check_longest(tokenizer)
        for parameter in (*unused, *_frozen(self.body, str(freeze))):
            parameter.requires_grad = False
        # The parts start as they are to stay, and Lightning need not be surprised that some are not in training.
        self.train()
        warnings.filterwarnings("ignore", message=r"Found \d+ module\(s\) in eval mode")

    @property
    def architecture(self) -> dict[str, Any]:
        """What the body is, without its weights and without where it came from."""
        settings: dict[str, Any] = described(self.body).to_diff_dict()
        return settings

    def forward(self, input_ids: Tensor) -> Tensor:
        """Return the logits, shape [documents, classes].

        Args:
            input_ids: int64, shape [documents, tokens]; 0 is padding and stands behind the tokens.
        """
        present = input_ids != PADDING
        # Attention needs something to look at, also in a document without tokens.
        first = torch.arange(input_ids.shape[1], device=input_ids.device)[None, :] == 0
        states = self.body(
            input_ids=(input_ids - SHIFT).clamp_min(0), attention_mask=(present | first).long()
        ).last_hidden_state
        counted = present[:, :, None].to(states.dtype)
        mean = (states * counted).sum(1) / counted.sum(1).clamp_min(1)
        return self.output(self.dropout(mean))  # type: ignore[no-any-return]

    def train(self, mode: bool = True) -> "PretrainedEncoder":  # noqa: FBT001, FBT002 (torch's signature)
        """Switch dropout on or off; what is frozen answers as it does when it ships."""
        super().train(mode)
        for module in self.body.modules():
            parameters = list(module.parameters())
            if parameters and not any(parameter.requires_grad for parameter in parameters):
                module.eval()
        return self

    def _check_words(self, given: SubwordTokenizer, expected: ReadyTokenizer, source: str) -> None:
        if ReadyTokenizer(given).fingerprint != expected.fingerprint:
            raise ConfigurationError(
                "model.tokenizer and model.encoder are of different models: set model.source for both"
            )
        words, known = given.vocabulary_size - SHIFT, described(self.body).vocab_size
        if words > known:
            raise ConfigurationError(
                f"the tokenizer of {source} has {words} pieces, the encoder knows {known}: take another model.source"
            )

    def _check_longest(self, tokenizer: SubwordTokenizer) -> None:
        longest = torch.from_numpy(tokenizer.encode(["a " * tokenizer.max_tokens])["input_ids"])
        self.eval()
        try:
            with torch.no_grad():
                self(longest)
        except _TOO_LONG as error:
            positions = getattr(described(self.body), "max_position_embeddings", "fewer")
            raise ConfigurationError(
                f"max_tokens={tokenizer.max_tokens} is more than this encoder has positions for ({positions}, some of "
                "which may be reserved): lower model.tokenizer.max_tokens"
            ) from error


def _frozen(body: nn.Module, freeze: str) -> list[nn.Parameter]:
    """Return the parameters of the body that keep their values.

    Raises:
        ConfigurationError: If `freeze` names nothing, or the body's layers cannot be told apart.
    """
    if freeze == "none":
        return []
    if freeze == "all":
        return list(body.parameters())
    if freeze != "embeddings" and not _NUMBER.fullmatch(freeze):
        raise ConfigurationError(
            f"model.encoder.freeze={freeze} is not possible: give none, embeddings, all or a number of layers"
        )
    layers = outermost_layers(body)
    if layers is None:
        raise ConfigurationError(
            "the layers of this encoder cannot be told apart: set model.encoder.freeze=none or all"
        )
    below, stack = layers
    count = 0 if freeze == "embeddings" else int(freeze)
    if count > len(stack):
        raise ConfigurationError(f"model.encoder.freeze={freeze} is more than the {len(stack)} layers of this encoder")
    frozen = stack[: count if count >= 0 else max(0, len(stack) + count)]
    return [*below, *(parameter for layer in frozen for parameter in layer.parameters())]

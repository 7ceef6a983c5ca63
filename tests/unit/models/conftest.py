"""Tiny encoders of several architectures, with weights made on the spot and tokenizers learned on the spot."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

TEXTS = ["the cat sat on the mat", "", "Dog", "the dog and the cat and the mat " * 9, "你好 [MASK] don't"]
SIZES: dict[str, Any] = {
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "max_position_embeddings": 40,
}
ARCHITECTURES = ("bert", "distilbert", "roberta", "albert", "gpt2")
MakeModel = Callable[..., Path]


def word_pieces() -> Tokenizer:
    """Return a tokenizer like that of BERT: folds case, padding is 0, marks begin and end."""
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))  # noqa: S106 (a word, no secret)
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    marks = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer.train_from_iterator(TEXTS, trainers.WordPieceTrainer(vocab_size=80, special_tokens=marks))
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    # As such files come: cut and padded the way somebody once wanted it.
    tokenizer.enable_truncation(12)
    tokenizer.enable_padding(length=12)
    return tokenizer


def byte_pairs() -> Tokenizer:
    """Return a tokenizer like that of RoBERTa: knows case, padding is 1, and 0 is a mark."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    marks = ["<s>", "<pad>", "</s>", "<unk>"]
    trainer = trainers.BpeTrainer(vocab_size=300, special_tokens=marks, initial_alphabet=alphabet)
    tokenizer.train_from_iterator(TEXTS, trainer)
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0))
    return tokenizer


def configuration_of(architecture: str, words: int) -> Any:  # noqa: ANN401 (each architecture has a class of its own)
    if architecture == "distilbert":
        return transformers.DistilBertConfig(
            vocab_size=words, dim=16, n_layers=2, n_heads=2, hidden_dim=32, max_position_embeddings=40
        )
    if architecture == "gpt2":
        return transformers.GPT2Config(
            vocab_size=words, n_embd=16, n_layer=2, n_head=2, n_positions=40, bos_token_id=0, eos_token_id=0
        )
    if architecture == "bart":
        return transformers.BartConfig(
            vocab_size=words, d_model=16, encoder_layers=1, decoder_layers=1, encoder_ffn_dim=16, decoder_ffn_dim=16,
            encoder_attention_heads=2, decoder_attention_heads=2, max_position_embeddings=40,
        )  # fmt: skip
    if architecture == "vit":
        return transformers.ViTConfig(
            hidden_size=16,
            num_hidden_layers=1,
            num_attention_heads=2,
            intermediate_size=16,
            image_size=16,
            patch_size=8,
        )
    kinds: dict[str, Any] = {
        "bert": transformers.BertConfig,
        "roberta": transformers.RobertaConfig,
        "albert": transformers.AlbertConfig,
    }
    extra = {"embedding_size": 8} if architecture == "albert" else {}
    return kinds[architecture](vocab_size=words, **SIZES, **extra)


def write_model(folder: Path, architecture: str = "bert", *, words: int | None = None) -> Path:
    tokenizer = byte_pairs() if architecture in ("roberta", "gpt2", "bart") else word_pieces()
    torch.manual_seed(0)
    make_body: Callable[..., Any] = transformers.AutoModel.from_config
    make_body(configuration_of(architecture, words or tokenizer.get_vocab_size())).save_pretrained(folder)
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


@pytest.fixture(scope="session")
def make_model(tmp_path_factory: pytest.TempPathFactory) -> MakeModel:
    """Write a tiny encoder as Hugging Face does; a new folder each time."""

    def make(architecture: str = "bert", *, words: int | None = None) -> Path:
        return write_model(tmp_path_factory.mktemp("sources") / architecture, architecture, words=words)

    return make


@pytest.fixture(scope="session")
def sources(make_model: MakeModel) -> dict[str, Path]:
    """One encoder of each architecture, that nobody may change."""
    return {architecture: make_model(architecture) for architecture in ARCHITECTURES}

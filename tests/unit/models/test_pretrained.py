"""Encoders that somebody else has trained."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from textops.data.batch import RaggedBatch
from textops.errors import ConfigurationError
from textops.models.pretrained import PretrainedEncoder
from textops.models.pretrained_tokenizer import take_tokenizer
from textops.optimization.export import check_parity, export_onnx
from textops.text.subwords import SubwordTokenizer
from textops.text.tokenizer import load_tokenizer
from textops.text.vocabulary import learn_vocabulary

TEXTS = ["the cat sat on the mat", "", "Dog", "the dog and the cat and the mat " * 9, "你好 [MASK] don't"]
ARCHITECTURES = ("bert", "distilbert", "roberta", "albert", "gpt2")
MakeModel = Callable[..., Path]


def encoder_of(
    source: Path,
    cache: Path,
    max_tokens: int = 20,
    **settings: Any,  # noqa: ANN401 (also wrong ones)
) -> tuple[PretrainedEncoder, SubwordTokenizer]:
    tokenizer = take_tokenizer(str(source), cache, max_tokens).tokenizer
    torch.manual_seed(0)
    return PretrainedEncoder(tokenizer, 3, source=str(source), cache=cache, **settings), tokenizer


def batch_of(tokenizer: SubwordTokenizer) -> RaggedBatch:
    return RaggedBatch.from_numpy(tokenizer.ragged(TEXTS), np.zeros(len(TEXTS), np.int64))


@pytest.fixture(params=ARCHITECTURES)
def architecture(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_an_answer_depends_neither_on_the_batch_nor_on_padding(
    sources: dict[str, Path], architecture: str, tmp_path: Path
) -> None:
    # given
    encoder, tokenizer = encoder_of(sources[architecture], tmp_path)
    encoder.eval()
    # when
    together = encoder.scores(batch_of(tokenizer))[:, 0]
    alone = torch.cat([encoder(torch.from_numpy(tokenizer.encode([text])["input_ids"])) for text in TEXTS])
    # then
    assert together.isfinite().all()
    torch.testing.assert_close(together, alone, atol=1e-5, rtol=0)


def test_the_answer_is_that_of_the_body_with_its_own_ids_and_its_own_padding(
    sources: dict[str, Path], tmp_path: Path
) -> None:
    # given an encoder whose padding is 1 and whose word 0 is a mark
    encoder, tokenizer = encoder_of(sources["roberta"], tmp_path)
    encoder.eval()
    ids = [tokenizer.tokenizer.encode(text).ids for text in TEXTS[:3]]
    longest = max(map(len, ids))
    padded = torch.tensor([row + [1] * (longest - len(row)) for row in ids])
    mask = (torch.arange(longest) < torch.tensor([len(row) for row in ids])[:, None]).long()
    # when
    states = encoder.body(input_ids=padded, attention_mask=mask).last_hidden_state
    mean = torch.stack([row[: len(numbers)].mean(0) for row, numbers in zip(states, ids, strict=True)])
    # then
    answers = encoder(torch.from_numpy(tokenizer.encode(TEXTS[:3])["input_ids"]))
    torch.testing.assert_close(answers, encoder.output(mean), atol=1e-5, rtol=0)


@pytest.mark.slow
@pytest.mark.parametrize("architecture", ["bert", "distilbert", "roberta"])
def test_the_export_says_the_same_for_texts_of_any_length(
    sources: dict[str, Path], architecture: str, tmp_path: Path
) -> None:
    # given
    encoder, tokenizer = encoder_of(sources[architecture], tmp_path)
    # when
    export_onnx(encoder.exportable(), tokenizer, tmp_path / "model.onnx")
    # then
    parity = check_parity(encoder, tokenizer, tmp_path / "model.onnx", TEXTS)
    assert parity.texts == len(TEXTS)


def test_the_encoder_is_built_again_without_its_source(
    make_model: MakeModel, architecture: str, tmp_path: Path
) -> None:
    # given
    source = make_model(architecture)
    encoder, tokenizer = encoder_of(source, tmp_path)
    kept = json.loads(json.dumps(encoder.architecture))
    tokenizer.save(tmp_path / "tokenizer.json")
    source.rename(tmp_path / "elsewhere")
    # when
    loaded = load_tokenizer(tmp_path / "tokenizer.json")
    again = PretrainedEncoder(loaded, 3, source=str(source), cache=tmp_path, freeze=1, architecture=kept)
    again.load_state_dict(encoder.state_dict())
    # then
    ids = torch.from_numpy(loaded.encode(TEXTS)["input_ids"])
    assert str(tmp_path) not in json.dumps(kept)
    torch.testing.assert_close(again.eval()(ids), encoder.eval()(ids))


def test_every_parameter_that_is_trained_learns(sources: dict[str, Path], architecture: str, tmp_path: Path) -> None:
    # given
    encoder, tokenizer = encoder_of(sources[architecture], tmp_path)
    # when
    encoder.train().scores(batch_of(tokenizer)).square().sum().backward()  # type: ignore[no-untyped-call]
    # then
    trained = {name for name, parameter in encoder.named_parameters() if parameter.requires_grad}
    assert {name for name in trained if encoder.get_parameter(name).grad is None} == set()
    assert trained >= {"output.weight", "output.bias"}
    assert not any("pooler" in name for name in trained)


@pytest.mark.parametrize(
    ("freeze", "trained"),
    [
        ("none", {"embeddings", "encoder.layer.0", "encoder.layer.1"}),
        ("embeddings", {"encoder.layer.0", "encoder.layer.1"}),
        (0, {"encoder.layer.0", "encoder.layer.1"}),
        ("1", {"encoder.layer.1"}),
        (2, set()),
        ("-1", {"encoder.layer.1"}),
        (-9, {"encoder.layer.0", "encoder.layer.1"}),
        ("all", set()),
    ],
)
def test_what_is_frozen_keeps_its_weights_and_drops_nothing(
    sources: dict[str, Path], tmp_path: Path, freeze: str | int, trained: set[str]
) -> None:
    # when
    encoder, _ = encoder_of(sources["bert"], tmp_path, freeze=freeze)
    # then
    parts = {name: encoder.body.get_submodule(name) for name in ("embeddings", "encoder.layer.0", "encoder.layer.1")}
    assert {name for name, part in parts.items() if all(p.requires_grad for p in part.parameters())} == trained
    assert {name for name, part in parts.items() if any(p.requires_grad for p in part.parameters())} == trained
    assert {name for name, part in parts.items() if all(module.training for module in part.modules())} == trained
    assert {name for name, part in parts.items() if any(module.training for module in part.modules())} == trained
    assert encoder.dropout.training
    assert not any(module.training for module in encoder.exportable().modules())


@pytest.mark.parametrize(
    ("architecture", "freeze", "message"),
    [
        ("bert", "half", "none, embeddings, all or a number"),
        ("bert", "--1", "none, embeddings, all or a number"),
        ("bert", None, "none, embeddings, all or a number"),
        ("bert", "٢", "none, embeddings, all or a number"),
        ("bert", 1.5, "none, embeddings, all or a number"),
        ("bert", 3, "more than the 2 layers"),
        ("albert", 1, "cannot be told apart"),
        ("albert", "embeddings", "cannot be told apart"),
    ],
)
def test_what_cannot_be_frozen_is_refused(
    sources: dict[str, Path], tmp_path: Path, architecture: str, freeze: object, message: str
) -> None:
    with pytest.raises(ConfigurationError, match=message):
        encoder_of(sources[architecture], tmp_path, freeze=freeze)


@pytest.mark.parametrize(("architecture", "max_tokens"), [("bert", 41), ("roberta", 39), ("gpt2", 64)])
def test_more_tokens_than_positions_are_refused(
    sources: dict[str, Path], tmp_path: Path, architecture: str, max_tokens: int
) -> None:
    with pytest.raises(ConfigurationError, match=rf"max_tokens={max_tokens} .*positions for \(40"):
        encoder_of(sources[architecture], tmp_path, max_tokens)


@pytest.mark.parametrize(("architecture", "max_tokens"), [("bert", 40), ("roberta", 38)])
def test_every_position_can_be_used(
    sources: dict[str, Path], tmp_path: Path, architecture: str, max_tokens: int
) -> None:
    # given
    encoder, tokenizer = encoder_of(sources[architecture], tmp_path, max_tokens)
    ids = tokenizer.encode(["the cat " * 99])["input_ids"]
    # when, then
    assert ids.shape == (1, max_tokens)
    assert encoder(torch.from_numpy(ids)).isfinite().all()


@pytest.mark.parametrize(
    ("architecture", "message"),
    [("bart", "is a bart, which translates"), ("vit", "is a vit, which gives no states for the tokens of a text")],
)
def test_a_model_that_is_no_encoder_of_text_is_refused(
    make_model: MakeModel, tmp_path: Path, architecture: str, message: str
) -> None:
    with pytest.raises(ConfigurationError, match=message):
        encoder_of(make_model(architecture), tmp_path)


def test_a_tokenizer_of_another_model_is_refused(sources: dict[str, Path], tmp_path: Path) -> None:
    # given
    tokenizer = take_tokenizer(str(sources["roberta"]), tmp_path, 20).tokenizer
    # when, then
    with pytest.raises(ConfigurationError, match=r"different models: set model\.source for both"):
        PretrainedEncoder(tokenizer, 3, source=str(sources["bert"]), cache=tmp_path)


def test_a_tokenizer_that_was_learned_is_refused(sources: dict[str, Path], tmp_path: Path) -> None:
    # given
    tokenizer = learn_vocabulary(TEXTS, min_count=1, max_tokens=8)
    # when, then
    with pytest.raises(ConfigurationError, match=r"leave model\.tokenizer"):
        PretrainedEncoder(tokenizer, 3, source=str(sources["bert"]), cache=tmp_path)


def test_more_words_than_the_encoder_knows_are_refused(make_model: MakeModel, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"has \d+ pieces, the encoder knows 30"):
        encoder_of(make_model(words=30), tmp_path)


def cut_short(source: Path) -> None:
    path = source / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-100])


def overwritten(source: Path) -> None:
    (source / "model.safetensors").write_bytes(b"nothing of the kind")


def emptied(source: Path) -> None:
    (source / "model.safetensors").write_bytes(b"")


def of_other_sizes(source: Path) -> None:
    document = json.loads((source / "config.json").read_text())
    document["intermediate_size"] = 64
    (source / "config.json").write_text(json.dumps(document))


def of_other_names(source: Path) -> None:
    weights = load_file(source / "model.safetensors")
    save_file({f"other.{name}": value for name, value in weights.items()}, source / "model.safetensors")


def pickled(source: Path) -> None:
    (source / "model.safetensors").unlink()
    torch.save({"anything": Path("a class of its own")}, source / "pytorch_model.bin")


@pytest.mark.parametrize("damage", [cut_short, overwritten, emptied, of_other_sizes, of_other_names, pickled])
def test_weights_that_are_damaged_or_of_another_architecture_are_refused_in_one_line(
    make_model: MakeModel, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    # given
    source = make_model()
    damage(source)
    # when, then
    with pytest.raises(ConfigurationError, match=r"the weights of .*bert") as raised:
        encoder_of(source, tmp_path)
    assert "\n" not in str(raised.value)


def test_older_weights_without_code_are_welcome(make_model: MakeModel, tmp_path: Path) -> None:
    # given
    source = make_model()
    expected, tokenizer = encoder_of(source, tmp_path)
    torch.save(load_file(source / "model.safetensors"), source / "pytorch_model.bin")
    (source / "model.safetensors").unlink()
    # when
    encoder, _ = encoder_of(source, tmp_path)
    # then
    ids = torch.from_numpy(tokenizer.encode(TEXTS)["input_ids"])
    torch.testing.assert_close(encoder.eval()(ids), expected.eval()(ids))


def test_half_precision_becomes_single(make_model: MakeModel, tmp_path: Path) -> None:
    # given
    source = make_model()
    weights = {name: value.half() for name, value in load_file(source / "model.safetensors").items()}
    save_file(weights, source / "model.safetensors", {"format": "pt"})
    # when
    encoder, _ = encoder_of(source, tmp_path)
    # then
    assert {parameter.dtype for parameter in encoder.parameters()} == {torch.float32}


@pytest.mark.parametrize(
    "content",
    ["{", "[]", "{}", '{"model_type": "made-up"}', '{"auto_map": {"AutoConfig": "code.Configuration"}}'],
)
def test_an_architecture_that_is_not_known_is_refused_in_one_line(
    make_model: MakeModel, tmp_path: Path, content: str
) -> None:
    # given
    source = make_model()
    (source / "config.json").write_text(content)
    (source / "code.py").write_text("raise SystemExit('code of the model was run')")
    # when, then
    with pytest.raises(ConfigurationError, match="no architecture that the installed transformers knows") as raised:
        encoder_of(source, tmp_path)
    assert "\n" not in str(raised.value)


def test_an_architecture_of_another_transformers_is_refused(sources: dict[str, Path], tmp_path: Path) -> None:
    # given
    tokenizer = take_tokenizer(str(sources["bert"]), tmp_path, 20).tokenizer
    # when, then
    with pytest.raises(ConfigurationError, match="cannot build the encoder of this run"):
        PretrainedEncoder(tokenizer, 3, source="gone", cache=tmp_path, architecture={"model_type": "made-up"})


@pytest.mark.parametrize(("name", "package"), [("transformers", "bert"), ("huggingface_hub.errors", "owner/name")])
def test_what_is_not_installed_is_named_with_the_extra_that_brings_it(
    sources: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, package: str
) -> None:
    # given
    tokenizer = take_tokenizer(str(sources["bert"]), tmp_path, 20).tokenizer
    source = str(sources.get(package, package))
    monkeypatch.setitem(sys.modules, name, None)
    # when, then
    with pytest.raises(ConfigurationError, match=rf"needs {name}, .*textops\[pretrained\]"):
        PretrainedEncoder(tokenizer, 3, source=source, cache=tmp_path)

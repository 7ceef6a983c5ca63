"""Measures the checkpoint of a run in PyTorch, compiled; see `textops.inference.probe`."""

from pathlib import Path

import torch

from textops.inference.answer_speed import Answer
from textops.inference.probabilities import softmax
from textops.inference.probe import serve_request
from textops.inference.scores import score_texts
from textops.optimization.torch_session import TorchSession, compiled
from textops.training.run import Run


def load_compiled_run(folder: Path) -> Answer:
    """Load the checkpoint of a run for one thread; it is compiled with the first answer."""
    torch.set_num_threads(1)
    run = Run.load(folder)
    session, tokenizer = TorchSession(compiled(run.encoder().exportable())), run.tokenizer()
    return lambda texts: softmax(score_texts(session, tokenizer, texts))


if __name__ == "__main__":
    serve_request(load_compiled_run)

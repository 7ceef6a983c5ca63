"""Measures the checkpoint of a run in PyTorch, as it was trained; see `textops.inference.probe`."""

from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn

from textops.inference.answer_speed import Answer
from textops.inference.probabilities import softmax
from textops.inference.probe import serve_request
from textops.inference.scores import score_texts
from textops.optimization.torch_session import TorchSession
from textops.training.run import Run


def load_run(folder: Path, prepare: Callable[[nn.Module], nn.Module] = lambda network: network) -> Answer:
    """Load the checkpoint of a run for one thread, as services have it.

    Args:
        folder: Of the run.
        prepare: What is done to the network before it answers.
    """
    torch.set_num_threads(1)
    run = Run.load(folder)
    session, tokenizer = TorchSession(prepare(run.encoder().exportable())), run.tokenizer()
    return lambda texts: softmax(score_texts(session, tokenizer, texts))


if __name__ == "__main__":
    serve_request(load_run)

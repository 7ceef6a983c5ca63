"""Measures the checkpoint of a run in PyTorch, compiled with its first answer; see `textops.inference.probe`."""

from functools import partial

from textops.inference.probe import serve_request
from textops.optimization.torch_probe import load_run
from textops.optimization.torch_session import compiled

if __name__ == "__main__":
    serve_request(partial(load_run, prepare=compiled))

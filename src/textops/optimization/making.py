"""Makes the forms of a model, each in a folder of its own; what cannot be made says why."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from loguru import logger
from torch import nn

from textops.bundle import MODEL_FILE, TOKENIZER_FILE
from textops.models.encoder import Encoder
from textops.optimization.export import CHECKPOINT_VARIANT, export_onnx
from textops.optimization.ngram_forms import quantized
from textops.optimization.quantization import quantize_dynamically, quantize_statically
from textops.optimization.quantized_graph import check_quantized
from textops.optimization.torch_session import TorchSession, compiled
from textops.optimization.variant import COMPILED_PROBE, TORCH_PROBE, NotMade, NotPossibleError, Variant
from textops.optimization.workshop import Workshop, ngram_form
from textops.text.tokenizer import Tokenizer

# All weights of the n-gram model lie in tables.
_LOOKED_UP = ("Gather",)
_ANY_TEXT = "a text to compile the network for"


def make_variants(workshop: Workshop) -> list[Variant | NotMade]:
    """Make the forms that the settings name, in their order; the export of the checkpoint itself always comes first.

    Raises:
        TextopsError: If the run or its data cannot be used.
    """
    others = [name for name in workshop.settings.variants if name != CHECKPOINT_VARIANT]
    return [_make(workshop, name) for name in (CHECKPOINT_VARIANT, *dict.fromkeys(others))]


def _make(workshop: Workshop, name: str) -> Variant | NotMade:
    folder = workshop.folder / name
    try:
        variant = MAKERS[name](workshop, folder)
    except NotPossibleError as error:
        shutil.rmtree(folder, ignore_errors=True)
        logger.warning("{} cannot be made: {}", name, error)
        return NotMade(name, str(error))
    logger.info("Made {}", name)
    return variant


def _checkpoint(workshop: Workshop, folder: Path) -> Variant:
    _export(workshop.run.encoder().exportable(), workshop.tokenizer, folder)
    return Variant(folder.name, folder, workshop.family)


def _torch(workshop: Workshop, folder: Path) -> Variant:
    return Variant(folder.name, workshop.run.folder, workshop.family, TORCH_PROBE)


def _torch_compile(workshop: Workshop, folder: Path) -> Variant:
    session = TorchSession(compiled(workshop.run.encoder().exportable()))
    try:
        session.run(["logits"], workshop.tokenizer.encode([_ANY_TEXT]))
    except RuntimeError as error:
        # Every error of the compiler is one, that there is no C++ compiler most of all.
        raise NotPossibleError(f"torch cannot compile it here: {str(error).strip().splitlines()[0]}") from error
    return Variant(folder.name, workshop.run.folder, workshop.family, COMPILED_PROBE)


def _int8(workshop: Workshop, folder: Path) -> Variant:
    if not _write_ngram_form(workshop.run.encoder(), workshop.tokenizer, folder, in_bytes=True):
        _quantize(workshop.checkpoint_export, workshop.tokenizer, folder)
    return Variant(folder.name, folder, workshop.family)


def _int8_static(workshop: Workshop, folder: Path) -> Variant:
    tokenizer = workshop.tokenizer
    if ngram_form(workshop.run.encoder(), tokenizer) is not None:
        raise NotPossibleError("a table of weights has no activations whose ranges could be found beforehand")
    texts = workshop.dataset.examples("val").texts[: workshop.settings.quantization.calibration_texts]
    folder.mkdir(parents=True)
    quantize_statically(workshop.checkpoint_export, folder / MODEL_FILE, [tokenizer.encode([text]) for text in texts])
    tokenizer.save(folder / TOKENIZER_FILE)
    return Variant(folder.name, folder, workshop.family)


def _pruned(workshop: Workshop, folder: Path) -> Variant:
    pruned, remark = workshop.pruned, ""
    if not _write_ngram_form(pruned.encoder, workshop.tokenizer, folder, in_bytes=False):
        _export(pruned.encoder.exportable(), workshop.tokenizer, folder)
        remark = "zeros among other numbers take as much room and time as any number"
    return Variant(folder.name, folder, workshop.family, sparsity=pruned.sparsity, remark=remark)


def _pruned_int8(workshop: Workshop, folder: Path) -> Variant:
    pruned = workshop.pruned
    if not _write_ngram_form(pruned.encoder, workshop.tokenizer, folder, in_bytes=True):
        _quantize(workshop.folder / "pruned" / MODEL_FILE, workshop.tokenizer, folder)
    return Variant(folder.name, folder, workshop.family, sparsity=pruned.sparsity)


def _distilled(workshop: Workshop, folder: Path) -> Variant:
    student = workshop.student
    if not _write_ngram_form(student.encoder, student.tokenizer, folder, in_bytes=False):
        _export(student.encoder.exportable(), student.tokenizer, folder)
    return Variant(folder.name, folder, student.family, remark=student.description)


def _distilled_int8(workshop: Workshop, folder: Path) -> Variant:
    student = workshop.student
    if not _write_ngram_form(student.encoder, student.tokenizer, folder, in_bytes=True):
        _quantize(workshop.folder / "distilled" / MODEL_FILE, student.tokenizer, folder)
    return Variant(folder.name, folder, student.family, remark=student.description)


def _write_ngram_form(encoder: Encoder, tokenizer: Tokenizer, folder: Path, *, in_bytes: bool) -> bool:
    """Write an n-gram model without the rows that weigh nothing; return False and write nothing of another model."""
    form = ngram_form(encoder, tokenizer)
    if form is None:
        return False
    form = quantized(form) if in_bytes else form
    _export(form.network, form.tokenizer, folder)
    if in_bytes:
        check_quantized(folder / MODEL_FILE, _LOOKED_UP)
    return True


def _quantize(model: Path, tokenizer: Tokenizer, folder: Path) -> None:
    if not model.is_file():
        raise NotPossibleError(f"it is made of {model.parent.name}, which is not made: add it to optimization.variants")
    folder.mkdir(parents=True)
    quantize_dynamically(model, folder / MODEL_FILE)
    tokenizer.save(folder / TOKENIZER_FILE)


def _export(network: nn.Module, tokenizer: Tokenizer, folder: Path) -> None:
    folder.mkdir(parents=True)
    export_onnx(network, tokenizer, folder / MODEL_FILE)
    tokenizer.save(folder / TOKENIZER_FILE)


MAKERS: Mapping[str, Callable[[Workshop, Path], Variant]] = {
    "torch": _torch,
    "torch_compile": _torch_compile,
    CHECKPOINT_VARIANT: _checkpoint,
    "onnx_int8": _int8,
    "onnx_int8_static": _int8_static,
    "pruned": _pruned,
    "pruned_int8": _pruned_int8,
    "distilled": _distilled,
    "distilled_int8": _distilled_int8,
}

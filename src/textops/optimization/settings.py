"""What `textops optimize` is told: the section `optimization` of the configuration."""

from collections.abc import Sequence
from typing import Literal

from omegaconf import DictConfig, OmegaConf
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from textops.errors import ConfigurationError
from textops.training.configuration import compose_configuration
from textops.training.override_check import check_override, parse_overrides
from textops.training.overrides import quoted
from textops.training.saved_configuration import as_container

_SECTION = "optimization"

VariantName = Literal[
    "torch",
    "torch_compile",
    "onnx_fp32",
    "onnx_int8",
    "onnx_int8_static",
    "pruned",
    "pruned_int8",
    "distilled",
    "distilled_int8",
]


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PolicySettings(_Settings):
    """What may ship.

    Attributes:
        max_accuracy_loss: Largest loss of accuracy on the validation set that may be measured, as a share.
        max_likely_loss: Largest loss that the validation set may leave possible: the lower end of the paired bootstrap
            interval must not lie below minus this.
        measure: What the fastest has least of: `latency` of one text, or time for many (`throughput`).
        tie: Variants slower than the fastest by less than this share count as equally fast; the smallest of them ships.
    """

    max_accuracy_loss: float = Field(ge=0, le=1)
    max_likely_loss: float = Field(ge=0, le=1)
    measure: Literal["latency", "throughput"]
    tie: float = Field(ge=0)


class QuantizationSettings(_Settings):
    """How int8 forms are made.

    Attributes:
        calibration_texts: Texts of the validation set that tell a static form the ranges of its activations.
    """

    calibration_texts: int = Field(ge=1)


class PruningSettings(_Settings):
    """How weights are taken away.

    Attributes:
        sparsity: Share of the weights that are zero in the end; of the n-gram model, share of its filled buckets.
        steps: So many times some are taken away and the rest is trained further.
        epochs: Of training after each step.
        learning_rate_factor: On the learning rate that the model was trained with.
    """

    sparsity: float = Field(gt=0, lt=1)
    steps: int = Field(ge=1)
    epochs: int = Field(ge=1)
    learning_rate_factor: float = Field(gt=0)


class DistillationSettings(_Settings):
    """How a student learns from a teacher.

    Attributes:
        teacher: Folder of a run or a bundle, or a model of the registry; None for the model that is optimized, unless
            that is of the student's own family.
        student: Choice of the group `model`.
        student_overrides: Further settings of the student, such as `model.tokenizer.longest=1`.
        temperature: Softens both models' answers.
        soft_share: What the teacher counts where there is a label.
        epochs: Of the student's training; None for what its configuration says.
        unlabelled: Files, folders, globs or addresses of further texts, in any format that data can have.
        unlabelled_columns: Columns that make such a text; a file of plain text has one, `text`.
    """

    teacher: str | None
    student: str
    student_overrides: tuple[str, ...]
    temperature: float = Field(gt=0)
    soft_share: float = Field(ge=0, le=1)
    epochs: int | None = Field(ge=1)
    unlabelled: tuple[str, ...]
    unlabelled_columns: tuple[str, ...] = Field(min_length=1)


class MeasurementSettings(_Settings):
    """How variants are measured.

    Attributes:
        rounds: Every variant is measured once in each round, in processes of its own.
        texts: Texts of the test set that are timed.
    """

    rounds: int = Field(ge=1)
    texts: int = Field(ge=1)


class OptimizationSettings(_Settings):
    """The section `optimization`.

    Attributes:
        variants: Which are made; `onnx_fp32`, the checkpoint itself, always is.
        policy: What may ship.
        quantization: How int8 forms are made.
        pruning: How weights are taken away.
        distillation: How a student learns.
        measurement: How variants are measured.
    """

    variants: tuple[VariantName, ...]
    policy: PolicySettings
    quantization: QuantizationSettings
    pruning: PruningSettings
    distillation: DistillationSettings
    measurement: MeasurementSettings


def settings_for(configuration: DictConfig, overrides: Sequence[str] = ()) -> OptimizationSettings:
    """Return the settings of a run, with today's defaults for what it does not say.

    Args:
        configuration: Of the run.
        overrides: Such as `optimization.pruning.sparsity=0.8`.

    Raises:
        ConfigurationError: If one is of another section, unknown, or has a value that it cannot have.
    """
    today = compose_configuration().optimization
    section = OmegaConf.merge(today, configuration.get("optimization") or {})
    content = OmegaConf.create({_SECTION: OmegaConf.to_container(section, resolve=True)})
    known = as_container(content)
    for override in parse_overrides([quoted(text) for text in overrides]):
        if not override.key_or_group.startswith(f"{_SECTION}."):
            raise ConfigurationError(
                f"optimize cannot set {override.key_or_group}, the model is trained already: it takes {_SECTION}.*"
            )
        check_override(override, known)
        OmegaConf.update(content, override.key_or_group, override.value())
    return _checked(content[_SECTION])


def _checked(section: DictConfig) -> OptimizationSettings:
    try:
        return OptimizationSettings.model_validate(OmegaConf.to_container(section, resolve=True))
    except ValidationError as error:
        problem = error.errors()[0]
        key = ".".join(map(str, (_SECTION, *problem["loc"])))
        raise ConfigurationError(f"{key}: {problem['msg']}, not {problem['input']!r}") from error

"""The settings of a run that belong to no group, with the values they can have."""

from omegaconf import DictConfig, OmegaConf
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from textops.data.loader_settings import LoaderSettings
from textops.data.stream_settings import StreamSettings
from textops.errors import ConfigurationError
from textops.evaluation.behaviour import BehaviourSettings
from textops.evaluation.decision_rule import DecisionSettings
from textops.evaluation.robustness import RobustnessSettings
from textops.evaluation.slices import SliceSettings
from textops.models.class_weights import ClassWeightSettings
from textops.training.tracking.settings import TrackingSettings

# What numpy takes for a seed, and more threads than any machine gives one process.
_LARGEST_SEED = 2**32 - 1
_MOST_THREADS = 512
_LONGEST_VALUE = 60


class ReviewSettings(BaseModel):
    """Which predictions a person should see.

    Attributes:
        target_accuracy: Wanted of what is answered without review.
        max_share: Largest share of the texts that may need review.
    """

    model_config = ConfigDict(frozen=True)

    target_accuracy: float = Field(ge=0, le=1)
    max_share: float = Field(ge=0, le=1)


class RunSettings(BaseModel):
    """Settings of a run.

    Attributes:
        name: Name of the model; empty for that of the data set.
        seed: Of everything random.
        batch_size: Documents of a batch.
        threads: Of one process; None for one on each processor.
        loader: How batches come about.
        streaming: How training documents are read from shards.
        class_weights: What the classes count in training.
        decision: How the answer follows from the probabilities.
        review: Which predictions a person should see.
        robustness: How texts are changed to see what becomes of the answers.
        slices: How the test set is cut up.
        behaviour: Which behaviour tests are put to the model.
        tracking: What loggers get beside the curves.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", coerce_numbers_to_str=True)

    name: str
    seed: int = Field(ge=0, le=_LARGEST_SEED)
    batch_size: int = Field(ge=1)
    threads: int | None = Field(ge=1, le=_MOST_THREADS)
    loader: LoaderSettings = LoaderSettings()
    streaming: StreamSettings = StreamSettings()
    class_weights: ClassWeightSettings = ClassWeightSettings()
    decision: DecisionSettings = DecisionSettings()
    review: ReviewSettings
    robustness: RobustnessSettings = RobustnessSettings()
    slices: SliceSettings = SliceSettings()
    behaviour: BehaviourSettings = BehaviourSettings()
    tracking: TrackingSettings = TrackingSettings()


def settings_of(configuration: DictConfig) -> RunSettings:
    """Check the settings that belong to no group.

    Raises:
        ConfigurationError: If one is missing or has a value that it cannot have.
    """
    try:
        return RunSettings.model_validate(OmegaConf.to_container(configuration, resolve=True))
    except ValidationError as error:
        problem = error.errors()[0]
        key = ".".join(map(str, problem["loc"]))
        # What contradicts another setting says itself which.
        whole = problem["type"] in {"missing", "value_error"}
        given = "" if whole else f", not {repr(problem['input'])[:_LONGEST_VALUE]}"
        raise ConfigurationError(f"{key}: {problem['msg'].removeprefix('Value error, ')}{given}") from error

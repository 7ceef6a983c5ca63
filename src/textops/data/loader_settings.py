"""How batches come about."""

from pydantic import BaseModel, ConfigDict, Field, model_validator

# Each takes memory of its own, and no machine has more processors to give.
_MOST_WORKERS = 512


class LoaderSettings(BaseModel):
    """The section `loader` of the configuration.

    Attributes:
        shuffle: Whether each epoch has an order of its own.
        batches_per_bucket: So many batches share their documents out by length; 1 leaves it to chance.
        num_workers: Processes that make batches; 0 makes them where they are used.
        prefetch_factor: Batches that each process makes ahead.
        persistent_workers: Keep the processes from one epoch to the next.
        pin_memory: Put batches where a GPU can fetch them by itself.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    shuffle: bool = True
    batches_per_bucket: int = Field(default=1, ge=1)
    num_workers: int = Field(default=0, ge=0, le=_MOST_WORKERS)
    prefetch_factor: int | None = Field(default=None, ge=1)
    persistent_workers: bool = False
    pin_memory: bool = False

    @model_validator(mode="after")
    def _check_workers(self) -> "LoaderSettings":
        for name in ("prefetch_factor", "persistent_workers"):
            if self.num_workers == 0 and getattr(self, name):
                raise ValueError(f"{name} needs processes: set loader.num_workers=1 or more")
        return self

"""Data that does not change: what most of our documents and settings are made of."""

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """A model whose values do not change, without unknown keys, and without numbers that are none."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

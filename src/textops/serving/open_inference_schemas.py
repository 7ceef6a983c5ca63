"""What goes over the wire in the Open Inference Protocol, version 2.

https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/inference_rest.md, with the extension
for binary data (https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_binary_data.md).
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

Datatype = Literal["BYTES", "FP32", "BOOL"]
OutputName = Literal["label", "probabilities", "probability", "needs_review", "prediction_id"]


_TEXT_OR_ROW: list[JsonValue] = [
    {"type": "string"},
    {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": 1},
]


class _Request(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class InputParameters(_Request):
    """How the data of an input comes."""

    binary_data_size: int | None = Field(None, ge=0, description="Bytes behind the JSON, where it is not in `data`.")


class InferInput(_Request):
    """The texts."""

    name: Literal["text"]
    datatype: Literal["BYTES"]
    shape: list[int] = Field(
        min_length=1,
        max_length=2,
        description="[n] or [n, 1].",
        json_schema_extra={"prefixItems": [{"type": "integer", "minimum": 1}, {"const": 1}]},
    )
    parameters: InputParameters = InputParameters(binary_data_size=None)
    data: list[Any] | None = Field(
        None,
        description="The texts, flat or in the nesting of the shape.",
        json_schema_extra={"anyOf": [{"type": "array", "items": {"anyOf": _TEXT_OR_ROW}}, {"type": "null"}]},
    )


class OutputParameters(_Request):
    """How the data of an output goes."""

    binary_data: bool | None = Field(None, description="Behind the JSON instead of in it.")


class RequestedOutput(_Request):
    """An output that is wanted."""

    name: OutputName
    parameters: OutputParameters = OutputParameters(binary_data=None)


class InferParameters(BaseModel):
    """What is asked of all outputs; what other servers know beside it changes nothing here."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    binary_data_output: bool = Field(
        default=False, description="All data behind the JSON, where an output says nothing else."
    )


class InferRequest(_Request):
    """Texts to classify."""

    id: str | None = Field(None, max_length=1_000, description="Comes back with the answer.")
    parameters: InferParameters = InferParameters(binary_data_output=False)
    inputs: list[InferInput] = Field(min_length=1, max_length=1)
    outputs: list[RequestedOutput] | None = Field(None, description="None for all.")


class _Response(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ServerMetadata(_Response):
    """What speaks the protocol here."""

    name: str = "textops"
    version: str
    extensions: list[str] = ["binary_tensor_data"]


class ServerLive(_Response):
    """The process lives."""

    live: Literal[True] = True


class ServerReady(_Response):
    """The model answers."""

    ready: Literal[True] = True


class ModelReady(_Response):
    """The model answers."""

    name: str
    ready: Literal[True] = True


class TensorMetadata(_Response):
    """An input or an output; -1 stands for the number of texts."""

    name: str
    datatype: Datatype
    shape: list[int]


class ModelMetadata(_Response):
    """What the model takes and gives."""

    name: str
    versions: list[str]
    platform: str = "onnx_onnxv1"
    inputs: list[TensorMetadata]
    outputs: list[TensorMetadata]
    parameters: dict[str, str] = Field(description="`classes`: the columns of `probabilities`, as a JSON array.")


class InferOutput(_Response):
    """One output: its data, or how many bytes of it follow behind the JSON."""

    name: OutputName
    datatype: Datatype
    shape: list[int]
    parameters: dict[str, str | int] | None = None
    data: list[str] | list[float] | list[bool] | None = None


class InferResponse(_Response):
    """The answers."""

    model_name: str
    model_version: str
    id: str | None = None
    parameters: dict[str, int] | None = Field(None, description="`truncated_texts`: how many were cut.")
    outputs: list[InferOutput]

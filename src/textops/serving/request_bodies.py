"""How the bodies that endpoints validate from raw bytes are described in the OpenAPI document."""

from typing import Any

from pydantic import BaseModel

from textops.serving.exchange import JSON


def json_body(model: type[BaseModel], **examples: object) -> dict[str, Any]:
    """Return what an operation says of its body.

    Args:
        model: The body; its fields hold no models of their own.
        **examples: By name.
    """
    content = {
        "schema": model.model_json_schema(),
        "examples": {name: {"value": value} for name, value in examples.items()},
    }
    return {"requestBody": {"required": True, "content": {JSON.decode(): content}}}

"""How the bodies that endpoints validate from raw bytes are described in the OpenAPI document."""

from typing import Any

from pydantic import BaseModel

from textops.serving.exchange import JSON


def json_body(model: type[BaseModel], **examples: object) -> dict[str, Any]:
    """Return what an operation says of its body.

    Args:
        model: The body; where its fields hold models of their own, `install_documentation` must know it.
        **examples: By name.
    """
    schema = model.model_json_schema()
    content = {
        "schema": {"$ref": f"#/components/schemas/{model.__name__}"} if "$defs" in schema else schema,
        "examples": {name: {"value": value} for name, value in examples.items()},
    }
    return {"requestBody": {"required": True, "content": {JSON.decode(): content}}}

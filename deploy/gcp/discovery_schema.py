"""Google's discovery documents, as they lie inside google-api-python-client, as strict JSON schemas.

`gcloud` checks the files that it is given against the same documents. They allow unknown members, as every service may
be newer than its client; these schemas do not.
"""

import json
from importlib.resources import files
from typing import Any

Schema = dict[str, Any]

_TYPES: dict[str, Schema] = {"any": {}, **{kind: {"type": kind} for kind in ("string", "boolean", "integer", "number")}}
# In JSON, 64 bits are text; YAML has them as numbers, and Google takes both.
_LONG: Schema = {"anyOf": [{"type": "integer"}, {"type": "string", "pattern": "^-?[0-9]+$"}]}
_DURATION: Schema = {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]{1,9})?s$"}
_FORMATS: dict[str, Schema] = {"int64": _LONG, "uint64": _LONG, "google-duration": _DURATION}


def strict_schema(document: str, message: str) -> Schema:
    """Return the schema of one message.

    Args:
        document: Name of the discovery document, such as `run.v1`.
        message: Name of the message in it, such as `Service`.
    """
    name = f"discovery_cache/documents/{document}.json"
    schemas = json.loads(files("googleapiclient").joinpath(name).read_text(encoding="utf-8"))["schemas"]
    return {
        "$ref": f"#/$defs/{message}",
        "$defs": {each: _converted(schema) for each, schema in schemas.items()},
    }


def _converted(schema: Schema) -> Schema:
    if "$ref" in schema:
        return {"$ref": f"#/$defs/{schema['$ref']}"}
    if "enum" in schema:
        return {"enum": schema["enum"]}
    if schema["type"] == "object":
        return _object(schema)
    if schema["type"] == "array":
        return {"type": "array", "items": _converted(schema["items"])}
    return _FORMATS.get(schema.get("format", ""), _TYPES[schema["type"]])


def _object(schema: Schema) -> Schema:
    members = {name: _converted(member) for name, member in schema.get("properties", {}).items()}
    further = _converted(schema["additionalProperties"]) if "additionalProperties" in schema else False
    return {"type": "object", "properties": members, "additionalProperties": further}

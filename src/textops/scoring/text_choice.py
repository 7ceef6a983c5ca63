"""Which columns hold the text."""

from collections.abc import Sequence

import pyarrow as pa

from textops.data.nearest import did_you_mean, listed
from textops.errors import DataError

_USUAL_NAME = "text"


def chosen_text_columns(given: Sequence[str], trained: Sequence[str], schema: pa.Schema) -> tuple[str, ...]:
    """Return the columns that are joined to the text.

    Args:
        given: What the user says.
        trained: What the model was trained on.
        schema: What there is.

    Raises:
        DataError: If none is found, or one holds no text.
    """
    chosen = tuple(given) or _found(trained, schema)
    for name in chosen:
        places = schema.get_all_field_indices(name)
        if not places:
            raise DataError(
                f"there is no column {name!r}{did_you_mean(name, schema.names)}: there are {_shown(schema)}"
            )
        if len(places) > 1:
            raise DataError(f"there are {len(places)} columns named {name!r}: rename all but one")
        kind = schema.field(places[0]).type
        if not _is_text(kind):
            raise DataError(
                f"column {name!r} holds {kind}, not text: name others with --text-columns; there are {_shown(schema)}"
            )
    return chosen


def _found(trained: Sequence[str], schema: pa.Schema) -> tuple[str, ...]:
    for columns in (tuple(trained), (_USUAL_NAME,)):
        if columns and all(name in schema.names for name in columns):
            return columns
    texts = [field.name for field in schema if _is_text(field.type)]
    if len(texts) == 1:
        return (texts[0],)
    raise DataError(f"no column is known to hold the text: name it with --text-columns; there are {_shown(schema)}")


def _is_text(kind: pa.DataType) -> bool:
    content = kind.value_type if pa.types.is_dictionary(kind) else kind
    return (
        pa.types.is_string(content)
        or pa.types.is_large_string(content)
        or pa.types.is_string_view(content)
        or pa.types.is_null(content)
    )


def _shown(schema: pa.Schema) -> str:
    return listed(schema.names) or "none"

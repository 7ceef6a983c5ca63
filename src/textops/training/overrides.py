"""Overrides as people type them: Hydra's grammar knows ASCII words only, column names and files know more."""

import re

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException

# A run of what is no bracket, comma, colon or quotation mark, and has something Hydra does not take unquoted.
_WORD = re.compile(r"""[^\[\]{},:'"]*[^\[\]{},:'"\w\s./*?-][^\[\]{},:'"]*|[^\[\]{},:'"]*[^\x00-\x7f][^\[\]{},:'"]*""")


def quoted(override: str) -> str:
    """Return an override that Hydra can read, with quotation marks where the value needs them.

    Args:
        override: Such as `data.paths=отзывы.csv`, `data.text_columns=[Überschrift,Text]` or
            `data.read.delimiter=;`.

    Returns:
        The override as it is if Hydra reads it, or if quotation marks do not help.
    """
    key, equals, value = override.partition("=")
    if not equals or _readable(override):
        return override
    candidate = f"{key}={_quote_words(value)}" if value[:1] in ("[", "{") else f"{key}={_quote(value)}"
    return candidate if _readable(candidate) else override


def _readable(override: str) -> bool:
    try:
        OverridesParser.create().parse_override(override)
    except HydraException:
        return False
    return True


def _quote_words(value: str) -> str:
    return _WORD.sub(lambda match: _quote(match[0].strip()), value)


def _quote(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"

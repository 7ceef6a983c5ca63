"""Overrides as people type them: Hydra's grammar knows ASCII words only, column names and files know more."""

import json
import re
from urllib.parse import quote, unquote

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override, Quote, QuotedString
from hydra.errors import HydraException
from omegaconf import OmegaConf

_QUOTED = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""")
_LIST_WORD = re.compile(rf"""{_QUOTED.pattern}|[^\[\]{{}},'"\s][^\[\]{{}},]*""")
_MAPPING_WORD = re.compile(rf"""{_QUOTED.pattern}|[^\[\]{{}},:'"\s][^\[\]{{}},:]*""")
# What Hydra reads as it stands, numbers and null among it.
_PLAIN = re.compile(r"[A-Za-z0-9_\s./*?-]*")
# Mappings that say anything about anything: a new one takes the place of the old one, and its words are all text.
_FREE = ("data.label_names", "data.label_from_file", "data.split.from_file")
_PLACE = "textops_word_"
_RESOLVER = "textops.mapping"


def quoted(override: str) -> str:
    """Return an override that Hydra can read, with quotation marks where the value needs them.

    Args:
        override: Such as `data.paths=отзывы.csv`, `data.text_columns=[Überschrift,Text]`, `data.read.delimiter=;` or
            `data.label_names={плохо: bad, хорошо: good}`.

    Returns:
        The override as it is if Hydra reads it as it was meant, or if nothing helps.
    """
    key, equals, value = override.partition("=")
    readable = _parsed(override) is not None
    if not equals:
        candidate = override
    elif value.startswith("{") and (key.lstrip("+") in _FREE or not readable):
        candidate = f"{key}={_mapping(value)}"
    elif value and not value.strip():
        # Hydra strips blanks, and a tab can be a delimiter.
        candidate = f"{key}={_quote(value)}"
    elif readable:
        candidate = override
    elif value.startswith("["):
        candidate = f"{key}={_LIST_WORD.sub(_quote_odd_word, value)}"
    else:
        candidate = f"{key}={_quote(value)}"
    return candidate if _parsed(candidate) is not None else override


def _parsed(override: str) -> Override | None:
    try:
        return OverridesParser.create().parse_override(override)
    except HydraException:
        return None


def _quote_odd_word(match: re.Match[str]) -> str:
    word = match[0]
    return word if _QUOTED.fullmatch(word) or _PLAIN.fullmatch(word) else _quote(word.strip())


def _quote(value: str) -> str:
    # Backslashes are escaped before a quotation mark only, so this is not just a matter of doubling them.
    return str(QuotedString(value, Quote.single).with_quotes())


def _unquoted(word: str) -> str:
    parsed = _parsed(f"key={word}")
    return word if parsed is None else str(parsed.value())


def _mapping(value: str) -> str:
    """Return an interpolation that resolves to a mapping; Hydra takes no quotation marks around its keys.

    Hydra still reads the form of the mapping, with a plain word in the place of each of its words.
    """
    words: list[str] = []

    def replace(match: re.Match[str]) -> str:
        word = match[0].strip()
        words.append(_unquoted(word) if _QUOTED.fullmatch(word) else word)
        return f"{_PLACE}{len(words) - 1}_"

    parsed = _parsed(f"key={_MAPPING_WORD.sub(replace, value)}")
    if parsed is None or parsed.is_sweep_override():
        return value
    document = json.dumps(parsed.value())
    for number, word in enumerate(words):
        document = document.replace(f"{_PLACE}{number}_", json.dumps(word)[1:-1])
    OmegaConf.register_new_resolver(_RESOLVER, lambda text: json.loads(unquote(text)), replace=True)
    return f"${{{_RESOLVER}:{quote(document, safe='').replace('~', '%7E')}}}"

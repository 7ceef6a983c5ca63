"""Class names in figures: fonts that know their letters, and a plain stand-in where this machine has none."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

LONGEST_NAME = 28

# Comes with matplotlib; knows Latin, Greek, Cyrillic, Arabic, Hebrew and more.
_FIRST_FAMILY = "DejaVu Sans"
# Knows every character, as a box that says which.
_BOXES_FAMILY = "Last Resort High-Efficiency"
_REGULAR_WEIGHT = 400


@dataclass(frozen=True)
class Lettering:
    """How names are drawn.

    Attributes:
        names: What to draw, in the order of the names asked for.
        families: Font families, tried in this order for each letter.
    """

    names: tuple[str, ...]
    families: tuple[str, ...]


def letter(names: Sequence[str], longest: int = LONGEST_NAME) -> Lettering:
    """Find fonts for names in any script.

    Fonts of this machine are looked through only for letters that DejaVu Sans lacks. A name that no font can write
    becomes `class N`, N being its position from 0, as reports and `bundle.json` count.

    Args:
        names: Anybody's text; line breaks and control characters are dropped.
        longest: Names of more characters are cut with an ellipsis, where they can still be told apart.
    """
    lines = shortened([_on_one_line(name) for name in names], longest)
    missing = _letters(lines) - _letters_known_to(_FIRST_FAMILY)
    families = [_FIRST_FAMILY]
    candidates = _families_that_know(missing) if missing else {}
    while missing and candidates:
        best = max(candidates, key=lambda family: len(candidates[family] & missing))
        found = candidates.pop(best) & missing
        if found:
            families.append(best)
        missing -= found
    drawn = (f"class {number}" if not line or missing & set(line) else line for number, line in enumerate(lines))
    return Lettering(names=tuple(drawn), families=tuple(families))


def shortened(names: Sequence[str], longest: int) -> list[str]:
    """Cut long names at their end; those that would look the same then, in their middle."""
    cut = [name if len(name) <= longest else name[: longest - 1].rstrip() + "…" for name in names]
    alike = Counter(cut)
    kept = longest // 2
    return [
        short
        if short == name or alike[short] == 1
        else f"{name[: longest - kept - 1].rstrip()}…{name[-kept:].lstrip()}"
        for name, short in zip(names, cut, strict=True)
    ]


def _on_one_line(name: str) -> str:
    return "".join(character for character in " ".join(name.split()) if character.isprintable())


def _letters(lines: Iterable[str]) -> set[str]:
    return {character for line in lines for character in line}


def _letters_known_to(family: str) -> set[str]:
    from matplotlib.font_manager import findfont, get_font

    return {chr(code) for code in get_font(findfont(family)).get_charmap()}


def _families_that_know(letters: set[str]) -> dict[str, set[str]]:
    """Return which of the letters each regular font family of this machine knows, in alphabetical order."""
    from matplotlib.font_manager import fontManager, get_font

    known: dict[str, set[str]] = {}
    for font in sorted(fontManager.ttflist, key=lambda font: font.name):
        regular = font.style == "normal" and font.weight == _REGULAR_WEIGHT
        if not regular or font.name in known or font.name == _BOXES_FAMILY:
            continue
        charmap = get_font(font.fname).get_charmap()
        known[font.name] = {character for character in letters if ord(character) in charmap}
    return known

import warnings
from pathlib import Path

from textops.evaluation.typeface import letter


def _warnings_when_drawn(names: tuple[str, ...], families: tuple[str, ...], path: Path) -> list[str]:
    from matplotlib.figure import Figure

    figure = Figure()
    figure.text(0, 0, "\n".join(names), fontfamily=list(families), parse_math=False)
    with warnings.catch_warnings(record=True, action="always") as caught:
        figure.savefig(path)
    return [str(warning.message) for warning in caught if "Glyph" in str(warning.message)]


def test_latin_greek_cyrillic_and_arabic_names_stay_as_they_are() -> None:
    names = ("business", "Κόσμος", "Экономика", "اقتصاد")

    lettering = letter(names)

    assert lettering.names == names
    assert lettering.families == ("DejaVu Sans",)


def test_names_in_any_script_are_drawn_without_a_missing_letter(tmp_path: Path) -> None:
    # given scripts for which this machine may or may not have a font
    lettering = letter(("sport", "经济", "खेल", "\U0001f600", "ไทย"))

    assert not _warnings_when_drawn(lettering.names, lettering.families, tmp_path / "drawn.png")


def test_a_letter_that_only_another_font_knows_brings_that_font(tmp_path: Path) -> None:
    # given the sign of a property line, unknown to DejaVu Sans and known to STIX; matplotlib comes with both
    name = "\u214a sport"

    lettering = letter((name,))

    assert lettering.names == (name,)
    assert len(lettering.families) == 2
    assert not _warnings_when_drawn(lettering.names, lettering.families, tmp_path / "drawn.png")


def test_a_name_that_cannot_be_written_becomes_its_number() -> None:
    # given a code point that no font may claim, and a name of nothing but a control character
    lettering = letter(("sport", "\U000f1234", "\x07"))

    assert lettering.names == ("sport", "class 1", "class 2")


def test_long_names_that_begin_alike_keep_their_ends() -> None:
    # given
    names = [*(f"a very long name of class {number:04d}" for number in range(2)), "another one that is long"]
    # when
    lettering = letter(names, longest=20)
    # then
    assert lettering.names == ("a very lo…class 0000", "a very lo…class 0001", "another one that is…")


def test_long_names_are_cut_and_line_breaks_dropped() -> None:
    lettering = letter(("a" * 50, "two\nlines\tand\x00more"), longest=16)

    assert lettering.names == ("a" * 15 + "…", "two lines andmo…")

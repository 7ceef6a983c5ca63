import gzip
from pathlib import Path

import numpy as np
import pytest

from textops.data.encoding import BLOCK_BYTES, GUESS_BYTES, Encoding, decoded, encoding_of_file, guessed, text_stream
from textops.errors import DataError

AUTO = ("auto",)
FRENCH = "Le président a déclaré hier que la forêt près de l'hôpital brûlait déjà, où les élèves étaient. "
GERMAN = "Größere Städte müssen künftig früher planen, äußerte der Präsident über die Börse. "
PORTUGUESE = "A inflação não é um problema para o país, afirmou o ministro em São Paulo. "
POLISH = "Prezydent powiedział, że sąd uznał przepisy; drużyna zwyciężyła, kibice świętowali w Łodzi. "
CZECH = "Prezident včera řekl, že zákon podepíše ještě tento týden; český tým zvítězil. "
TURKISH = "Cumhurbaşkanı dün açıklamasında yasanın imzalanacağını söyledi, taraftarlar kutlama yaptı. "
RUSSIAN = "Президент вчера заявил, что новый закон будет подписан на этой неделе. "
GREEK = "Ο πρόεδρος δήλωσε χθες ότι ο νέος νόμος θα υπογραφεί αυτή την εβδομάδα. "
JAPANESE = "大統領は昨日、新しい法律が今週中に署名されると述べた。ファンは一晩中祝った。"
CHINESE = "总统昨天表示，新法律将于本周签署。政府批准了明年的预算。"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (FRENCH, "latin-1"),
        (FRENCH, "mac_roman"),
        (GERMAN, "cp1252"),
        (PORTUGUESE, "cp1252"),
        (POLISH, "cp1250"),
        (POLISH, "iso8859_2"),
        (CZECH, "cp1250"),
        (TURKISH, "cp1254"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
        (GREEK, "cp1253"),
        (JAPANESE, "shift_jis"),
        (JAPANESE, "euc_jp"),
        (CHINESE, "gb18030"),
        ("it costs £5 – “so they say” – and no more", "cp1252"),
    ],
)
def test_a_guess_reads_the_text_as_it_was_written(text: str, encoding: str) -> None:
    content = "\n".join([text] * 5).encode(encoding)

    guess = guessed([content], "a.csv")

    assert content.decode(guess.name) == content.decode(encoding)
    assert guess.found == "guess"


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [
        ("utf-8", Encoding("utf-8", "utf-8")),
        ("utf-8-sig", Encoding("utf-8-sig", "mark")),
        ("utf-16", Encoding("utf-16", "mark")),
        ("utf-32", Encoding("utf-32", "mark")),
        ("utf-16-le", Encoding("utf-16-le", "guess")),
        ("utf-16-be", Encoding("utf-16-be", "guess")),
    ],
)
@pytest.mark.parametrize("text", [GERMAN, RUSSIAN])
def test_unicode_is_recognised(tmp_path: Path, text: str, encoding: str, expected: Encoding) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes((text * 20).encode(encoding))

    assert encoding_of_file(path, "a.csv", AUTO) == expected


def test_utf_8_is_proven_to_the_last_byte(tmp_path: Path) -> None:
    # given a file whose only other byte stands behind the first block
    path = tmp_path / "a.csv"
    path.write_bytes(b"a" * (BLOCK_BYTES + 10) + "é un été à Orléans".encode("cp1252"))

    assert encoding_of_file(path, "a.csv", AUTO) == Encoding("cp1252", "guess")


def test_a_character_across_two_blocks_is_no_error(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"a" * (BLOCK_BYTES - 1) + "é".encode() + b"b")

    assert encoding_of_file(path, "a.csv", AUTO).name == "utf-8"


def test_the_encoding_a_user_names_is_not_second_guessed(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(f"good\nline\n{FRENCH}".encode("cp1252"))

    with pytest.raises(DataError) as caught:
        encoding_of_file(path, "a.csv", ("utf-8",))

    assert "a.csv is not in utf-8-sig: byte 0xe9 at offset 15 (line 3)" in str(caught.value)
    assert "data.read.encoding" in str(caught.value)


def test_a_character_cut_off_at_the_end_is_found(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("abc\né".encode()[:-1])

    with pytest.raises(DataError, match=r"offset 4 \(line 2\)"):
        encoding_of_file(path, "a.csv", ("utf-8",))


def test_encodings_are_tried_in_turn() -> None:
    text, encoding = decoded("£5".encode("cp1252"), "a.txt", ("utf-8", "cp1252"))

    assert (text, encoding) == ("£5", Encoding("cp1252", "configured"))


def test_an_unknown_encoding_is_refused_with_the_nearest() -> None:
    with pytest.raises(DataError, match=r"no encoding 'utf9'; did you mean 'utf"):
        decoded(b"a", "a.txt", ("utf9",))


def test_gzip_is_looked_through_whatever_the_name_says(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(gzip.compress(b"one\r\ntwo"))

    encoding = encoding_of_file(path, "a.csv", AUTO)
    with text_stream(path, "a.csv", encoding) as stream:
        assert stream.read() == "one\r\ntwo"


@pytest.mark.parametrize("damage", [slice(0, 30), slice(0, 12)])
def test_damaged_gzip_is_one_line(tmp_path: Path, damage: slice) -> None:
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(bytes(range(256)) * 10)[damage])

    with pytest.raises(DataError, match=r"a.csv.gz cannot be read"):
        encoding_of_file(path, "a.csv.gz", AUTO)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"PK\x03\x04rest", "Excel workbook"),
        (b"PAR1rest", "Parquet"),
        (bytes(range(256)) * 20, "binary file"),
        (b"\x00" * 1000, "binary file"),
    ],
)
def test_what_is_not_text_is_refused(tmp_path: Path, content: bytes, what: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)

    with pytest.raises(DataError, match=what) as caught:
        encoding_of_file(path, "a.csv", AUTO)

    assert "\n" not in str(caught.value)


def test_bytes_that_fit_no_encoding_are_refused() -> None:
    noise = np.random.default_rng(0).integers(32, 256, 3000, np.uint8).tobytes()

    with pytest.raises(DataError, match=r"a.csv is not text in any known encoding"):
        decoded(noise, "a.csv", AUTO)


def test_a_guess_is_proven_to_the_last_byte(tmp_path: Path) -> None:
    # given French for longer than a guess looks, and a byte that no French has
    path = tmp_path / "a.csv"
    path.write_bytes(f"{FRENCH}\n".encode("cp1252") * (2 * GUESS_BYTES // len(FRENCH)) + b"\x81")

    with pytest.raises(DataError, match=r"a.csv is not in cp1252: byte 0x81 at offset \d+ \(line \d+\); try"):
        encoding_of_file(path, "a.csv", AUTO)


def test_a_file_that_cannot_be_opened_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"gone.csv cannot be read: No such file"):
        encoding_of_file(tmp_path / "gone.csv", "gone.csv", AUTO)

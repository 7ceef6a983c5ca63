import gzip
import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from loguru import logger
from pyarrow import parquet

from textops.data import column_files, dataset_writer, duplicates
from textops.data import ordered_rows as ordered_rows_module
from textops.data import prepare as prepare_module
from textops.data import row_table as row_table_module
from textops.data.configuration import SPLITS, SourceConfiguration, read_configuration
from textops.data.dataset import Dataset
from textops.data.mending import NUL, REPAIRED, UNDECODABLE
from textops.data.prepare import prepare
from textops.data.row_log import ROWS_FILE
from textops.errors import DataError

Table = Callable[..., Path]
Texts = Callable[..., list[str]]
Configuration = Callable[..., SourceConfiguration]
Labelled = list[tuple[str, str]]

RUSSIAN = [
    "мама",
    "мыла",
    "раму",
    "сегодня",
    "новости",
    "рынок",
    "акции",
    "банк",
    "сказал",
    "президент",
    "матч",
    "победа",
    "тренер",
    "команда",
]
GERMAN = [
    "Übung",
    "Größe",
    "Straße",
    "heute",
    "Märkte",
    "Börse",
    "sagte",
    "früher",
    "Österreich",
    "Käse",
    "schön",
    "Müller",
    "König",
    "Spiel",
]
FRENCH = [
    "été",
    "hôtel",
    "garçon",
    "où",
    "déjà",
    "marché",
    "société",
    "président",
    "français",
    "équipe",
    "très",
    "élève",
    "forêt",
    "château",
]
JAPANESE = ["今日は", "天気が", "いいです", "東京の", "株式市場", "銀行発表", "試合に", "勝利した", "選手と", "監督が"]
ARABIC = [
    "الرئيس",
    "قال",
    "اليوم",
    "السوق",
    "البنك",
    "المباراة",
    "الفوز",
    "اللاعب",
    "المدرب",
    "الحكومة",
    "القانون",
    "المحكمة",
    "المدينة",
]


def sentences(words: Sequence[str], count: int = 60) -> list[str]:
    return [
        " ".join(words[number * step % len(words)] for step in range(3, 16)) + f" {number}" for number in range(count)
    ]


def contents(folder: Path) -> dict[str, str]:
    dataset = Dataset.load(folder)
    return {text: split for split in ("train", "val", "test") for text in dataset.examples(split).texts}


@pytest.fixture
def log() -> Any:  # noqa: ANN401
    stream = io.StringIO()
    sink = logger.add(stream, format="{level} {message}", level="INFO")
    yield stream
    logger.remove(sink)


def test_a_table_becomes_a_data_set(
    tmp_path: Path, table: Table, configuration: Configuration, labelled: Labelled
) -> None:
    manifest = prepare(configuration(table(labelled)), tmp_path / "dataset")

    assert Dataset.load(tmp_path / "dataset").manifest == manifest
    assert manifest.name == "data"
    assert manifest.classes == ("bad", "good")
    assert sum(sum(counts.values()) for counts in manifest.counts.values()) == 60
    assert set(contents(tmp_path / "dataset")) == {text for text, _ in labelled}
    assert (manifest.validation.rows, manifest.validation.kept) == (60, 60)
    assert manifest.reading.encodings == {"utf-8": 1}
    assert manifest.audit == ()


@pytest.mark.parametrize(
    ("words", "encoding", "delimiter", "line_end", "name"),
    [
        (RUSSIAN, "cp1251", ";", "\r\n", "данные.csv"),
        (GERMAN, "utf-16", "\t", "\n", "a.tsv"),
        (GERMAN, "utf-8-sig", ",", "\r\n", "a.csv"),
        (FRENCH, "latin-1", "|", "\n", "a.csv"),
        (FRENCH, "cp1252", ";", "\r", "a.csv"),
        (JAPANESE, "shift_jis", ",", "\n", "a.csv"),
        (ARABIC, "utf-8", "\t", "\n", "a.tsv"),
        (ARABIC, "cp1256", ",", "\n", "a.csv"),
    ],
)
def test_files_of_any_language_encoding_and_separator_are_read(
    tmp_path: Path, table: Table, words: list[str], encoding: str, delimiter: str, line_end: str, name: str
) -> None:
    # given a file nobody told us about, with quoted line ends and other column names
    texts = [text.replace(" ", ' "\n', 1) for text in sentences(words)]
    rows = [(text, f"{number % 3}") for number, text in enumerate(texts)]
    path = table(
        rows, header=("Inhalt", "Klasse"), name=name, encoding=encoding, delimiter=delimiter, line_end=line_end
    )

    # when
    configuration = read_configuration({"paths": str(path), "text_columns": "Inhalt", "label_column": "Klasse"})
    manifest = prepare(configuration, tmp_path / "dataset")

    # then
    assert set(contents(tmp_path / "dataset")) == set(texts)
    assert manifest.classes == ("0", "1", "2")


def test_json_lines_parquet_and_gzip_are_read(tmp_path: Path, configuration: Configuration, labelled: Labelled) -> None:
    # given the same rows in three files
    objects = [{"text": text, "label": label} for text, label in labelled]
    lines = "\n".join(json.dumps(each) for each in objects[:20]).encode()
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(lines))
    parquet.write_table(pa.Table.from_pylist(objects[20:40]), tmp_path / "b.parquet")
    (tmp_path / "c.json").write_text(json.dumps(objects[40:]), encoding="utf-8")
    paths = [tmp_path / name for name in ("a.jsonl.gz", "b.parquet", "c.json")]

    prepare(configuration(*paths), tmp_path / "dataset")

    assert set(contents(tmp_path / "dataset")) == {text for text, _ in labelled}


def test_folders_of_texts_are_classes(tmp_path: Path, configuration: Configuration, labelled: Labelled) -> None:
    for number, (text, label) in enumerate(labelled):
        path = tmp_path / "mails" / label / f"{number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    manifest = prepare(configuration(tmp_path / "mails", label_from_file="folder"), tmp_path / "dataset")

    assert manifest.classes == ("bad", "good")
    assert manifest.name == "mails"
    assert manifest.validation.kept == 60


def test_a_synthetic_source_needs_no_file(tmp_path: Path) -> None:
    configuration = read_configuration(
        {
            "source": "synthetic",
            "synthetic": {"rows": 300, "classes": 3},
            "text_columns": "text",
            "label_column": "label",
            "timestamp_column": "timestamp",
            "split": {"rule": "time"},
        }
    )

    manifest = prepare(configuration, tmp_path / "dataset")

    test, train = (Dataset.load(tmp_path / "dataset").examples(split) for split in ("test", "train"))
    assert manifest.classes == ("class_0", "class_1", "class_2")
    assert train.timestamps is not None
    assert test.timestamps is not None
    assert train.timestamps.max() < test.timestamps.min()


def test_what_is_there_already_is_kept(
    tmp_path: Path, table: Table, configuration: Configuration, labelled: Labelled, log: io.StringIO
) -> None:
    # given
    settings_ = configuration(table(labelled))
    first = prepare(settings_, tmp_path / "dataset")

    # when nothing has changed
    assert prepare(settings_, tmp_path / "dataset") == first
    assert "holds data as configured already: kept" in log.getvalue()

    # when something has
    table([*labelled, ("one more row", "good")])
    assert prepare(settings_, tmp_path / "dataset").fingerprint != first.fingerprint
    assert prepare(configuration(tmp_path / "data.csv", name="other"), tmp_path / "dataset").name == "other"
    again = prepare(configuration(tmp_path / "data.csv", name="other"), tmp_path / "dataset", force=True)
    assert again.created > first.created


def test_a_damaged_data_set_is_made_again(
    tmp_path: Path, table: Table, configuration: Configuration, labelled: Labelled
) -> None:
    settings_ = configuration(table(labelled))
    prepare(settings_, tmp_path / "dataset")
    (tmp_path / "dataset" / "test.parquet").unlink()

    prepare(settings_, tmp_path / "dataset")

    assert len(contents(tmp_path / "dataset")) == 60


def test_the_same_source_gives_the_same_files(
    tmp_path: Path, table: Table, configuration: Configuration, labelled: Labelled
) -> None:
    settings_ = configuration(table(labelled))

    for name in ("one", "two"):
        prepare(settings_, tmp_path / name)

    for file in ("train.parquet", "val.parquet", "test.parquet"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


@pytest.mark.parametrize("rule", ["hash", "time", "predefined"])
def test_however_little_is_in_memory_at_once_the_data_set_is_the_same(
    tmp_path: Path, table: Table, configuration: Configuration, texts: Texts, rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given texts, repeated, repeated with another label, and nearly repeated
    originals = texts(150, words=20)
    rows = [(text, "ab"[number % 2], f"2020-01-{1 + number % 28:02}") for number, text in enumerate(originals)]
    rows += rows[::7] + [(text, "ab"[day > "2020-01-14"], day) for text, _, day in rows[::11]]
    rows += [(f"{text} again", label, day) for text, label, day in rows[:300:3]]
    for name, part in (("train", rows[::2]), ("val", rows[1::4]), ("test", rows[3::4])):
        table(part, header=("text", "label", "day"), name=f"raw/{name}.csv")
    from_file = {name: f"{name}.csv" for name in SPLITS} if rule == "predefined" else None
    settings_ = configuration(tmp_path / "raw", timestamp_column="day", split={"rule": rule, "from_file": from_file})
    expected = prepare(settings_, tmp_path / "one")

    # when everything is cut into the smallest pieces
    for module, name, value in (
        (row_table_module, "BATCH_ROWS", 5),
        (column_files, "CHUNK_ROWS", 7),
        (column_files, "BUFFERED_BYTES", 100),
        (duplicates, "RECORDS_AT_ONCE", 9),
        (ordered_rows_module, "PART_BYTES", 3000),
        (ordered_rows_module, "READ_BYTES", 2000),
    ):
        monkeypatch.setattr(module, name, value)
    found = prepare(settings_, tmp_path / "two")

    # then
    assert found.model_copy(update={"created": expected.created}) == expected
    assert expected.duplicates.exact > 0
    assert expected.duplicates.near > 0
    for file in ("train.parquet", "val.parquet", "test.parquet", "rows.parquet"):
        assert parquet.read_table(tmp_path / "one" / file).equals(parquet.read_table(tmp_path / "two" / file))


def test_row_groups_are_bounded(
    tmp_path: Path, table: Table, configuration: Configuration, labelled: Labelled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dataset_writer, "GROUP_ROWS", 10)
    monkeypatch.setattr(ordered_rows_module, "PART_BYTES", 1000)

    prepare(configuration(table(labelled)), tmp_path / "dataset")

    file = parquet.ParquetFile(tmp_path / "dataset" / "train.parquet")
    assert file.num_row_groups > 2
    assert len(contents(tmp_path / "dataset")) == 60


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=st.integers(60, 200), copies=st.lists(st.integers(0, 59), max_size=10), seed=st.integers(0, 5))
def test_a_test_example_never_moves_to_train_when_data_are_added(
    tmp_path_factory: pytest.TempPathFactory,
    texts: Texts,
    configuration: Configuration,
    first: int,
    copies: list[int],
    seed: int,
) -> None:
    # given a data set
    folder = tmp_path_factory.mktemp("grow")
    every = texts(260, seed=seed, words=40)
    path = folder / "data.csv"
    lines = ["text,label", *(f"{text},{'ab'[number % 2]}" for number, text in enumerate(every[:first]))]
    path.write_text("\n".join(lines), encoding="utf-8")
    moved_before = prepare(configuration(path), folder / "before").split.moved
    before = contents(folder / "before")

    # when new texts and near duplicates of old ones come in front of them
    new = [f"{text},a" for text in every[first:]] + [f"{every[copy]} again,{'ab'[copy % 2]}" for copy in copies]
    path.write_text("\n".join([lines[0], *new, *lines[1:]]), encoding="utf-8")
    prepare(configuration(path), folder / "after")
    after = contents(folder / "after")

    # then nothing leaves the test, nor validation for train (small data, whose groups are moved, apart)
    order = {"test": 0, "val": 1, "train": 2}
    if not moved_before:
        assert all(order[after[text]] <= order[split] for text, split in before.items())


def test_near_duplicates_are_never_divided(
    tmp_path: Path, table: Table, configuration: Configuration, texts: Texts
) -> None:
    originals = texts(100, words=60)
    rows = [(f"{text}{end}", "ab"[number % 2]) for number, text in enumerate(originals) for end in ("", " (updated)")]

    manifest = prepare(configuration(table(rows)), tmp_path / "dataset")

    splits = contents(tmp_path / "dataset")
    assert all(splits[text] == splits[f"{text} (updated)"] for text in originals)
    assert (manifest.duplicates.near, manifest.duplicates.groups, manifest.duplicates.largest) == (200, 100, 2)


def test_a_sample_is_the_same_whatever_the_order(
    tmp_path: Path, table: Table, configuration: Configuration, labelled: Labelled
) -> None:
    found = []
    for name, rows in (("up", labelled), ("down", labelled[::-1])):
        manifest = prepare(configuration(table(rows, name=f"{name}.csv"), max_rows=20), tmp_path / name)
        found.append(contents(tmp_path / name))
        assert manifest.validation.dropped["beyond max_rows"].count == 40

    assert found[0] == found[1]
    assert len(found[0]) == 20


def test_long_reading_shows_progress(
    tmp_path: Path,
    table: Table,
    configuration: Configuration,
    labelled: Labelled,
    log: io.StringIO,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(prepare_module, "PROGRESS_ROWS", 25)

    prepare(configuration(table(labelled)), tmp_path / "dataset")

    assert [line for line in log.getvalue().splitlines() if "rows read" in line] == [
        "INFO 25 rows read",
        "INFO 50 rows read",
    ]


def test_what_was_left_out_is_said_and_written(
    tmp_path: Path, table: Table, configuration: Configuration, labelled: Labelled, log: io.StringIO
) -> None:
    rows = [*labelled, ("  ", "good"), ("no label", ""), (labelled[0][0], "bad"), ("a,b", "good", "too many")]

    manifest = prepare(configuration(table(rows)), tmp_path / "dataset")

    assert {reason: found.count for reason, found in manifest.validation.dropped.items()} == {
        "the text is missing or blank": 1,
        "the label is missing": 1,
        "broken row: 3 fields instead of 2": 1,
    }
    assert manifest.duplicates.exact == 1
    assert manifest.validation.dropped["the text is missing or blank"].places[0].endswith("data.csv:62")
    assert "WARNING Left out 1 rows: the label is missing" in log.getvalue()


def test_leaks_are_said_and_written(
    tmp_path: Path, table: Table, configuration: Configuration, texts: Texts, log: io.StringIO
) -> None:
    rows = [(f"(Agency) {text}" if n % 2 else text, "ab"[n % 2], f"s{n % 2}") for n, text in enumerate(texts(200))]

    manifest = prepare(configuration(table(rows, header=("text", "label", "subject"))), tmp_path / "dataset")

    assert {finding.name for finding in manifest.audit} >= {"subject", "(agency)"}
    assert "Leak: the value of column 'subject' gives the label away" in log.getvalue()
    assert "'(agency)' stands for 'b'" in log.getvalue()


def listed_rows(folder: Path) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in parquet.read_table(folder / ROWS_FILE).to_pylist()]


def test_labels_that_differ_in_case_or_blanks_are_one(
    tmp_path: Path, table: Table, configuration: Configuration, labelled: Labelled, log: io.StringIO
) -> None:
    rows = [(text, f" {label.upper()} " if number % 8 == 0 else label) for number, (text, label) in enumerate(labelled)]

    manifest = prepare(configuration(table(rows)), tmp_path / "dataset")

    assert manifest.classes == ("bad", "good")
    assert manifest.validation.noted["label 'BAD' is taken for 'bad'"].count == 8
    assert "8 times: label 'BAD' is taken for 'bad'" in log.getvalue()
    # but not where somebody says that they are two
    apart = configuration(tmp_path / "data.csv", label_names={"bad": "bad", "BAD": "worse", "good": "good"})
    assert prepare(apart, tmp_path / "apart").classes == ("bad", "worse", "good")


def test_every_row_that_was_left_out_or_repaired_is_listed(
    tmp_path: Path, table: Table, configuration: Configuration, labelled: Labelled
) -> None:
    # given more rows without a label than the manifest has places for
    bad = [*[(f"text {number}", "") for number in range(30)], ("AT&amp;T \0 called", "good"), (labelled[0][0], "bad")]
    path = table([*labelled, *bad, ("a", "b", "c")])

    manifest = prepare(configuration(path, read={"repair": "entities"}), tmp_path / "dataset")

    listed = listed_rows(tmp_path / "dataset")
    assert [row for row in listed if row[3] == "the label is missing"] == [
        (str(path), line, "left out", "the label is missing") for line in range(62, 92)
    ]
    assert sorted(row[1:] for row in listed if row[3] != "the label is missing") == [
        (92, "repaired", REPAIRED["entities"]),
        (92, "repaired", NUL),
        (93, "left out", "its text is there already"),
        (94, "left out", "broken row: 3 fields instead of 2"),
    ]
    assert manifest.reading.repaired[NUL].count == 1
    assert "AT&T  called" in contents(tmp_path / "dataset")


def test_how_a_file_was_read_is_said_and_written(
    tmp_path: Path, table: Table, configuration: Configuration, labelled: Labelled, log: io.StringIO
) -> None:
    path = table(labelled, delimiter=";", encoding="utf-16")

    manifest = prepare(configuration(path), tmp_path / "dataset")

    (found,) = manifest.reading.found
    assert (found.files, found.format, found.encoding, found.delimiter) == (1, "csv", "utf-16", ";")
    assert (found.quoting, found.header, found.columns) == (True, True, 2)
    assert (
        "Read as csv, utf-16, delimiter ';', quotes hold fields together, the first row is the header, 2 columns: "
        f"{path}" in log.getvalue()
    )


def test_the_rest_of_a_damaged_file_is_kept(
    tmp_path: Path, table: Table, configuration: Configuration, log: io.StringIO
) -> None:
    # given UTF-8 with two broken bytes in the middle
    path = table([(text, "ab"[number % 2]) for number, text in enumerate(sentences(RUSSIAN))])
    lines = path.read_bytes().split(b"\n")
    lines[20] = lines[20][:7] + b"\xff\xfe" + lines[20][7:]
    path.write_bytes(b"\n".join(lines))

    manifest = prepare(configuration(path), tmp_path / "dataset")

    assert manifest.validation.kept == 60
    assert manifest.reading.damaged.places == (str(path),)
    assert manifest.reading.repaired[UNDECODABLE].places == (f"{path}:21",)
    assert sum("\ufffd" in text for text in contents(tmp_path / "dataset")) == 1
    assert "UTF-8 but for some bytes, which were replaced" in log.getvalue()


def test_files_with_different_columns_are_one_data_set(
    tmp_path: Path, table: Table, configuration: Configuration, labelled: Labelled
) -> None:
    # given files of which one has a column more, and one calls them differently
    table(labelled[:20], name="raw/a.csv")
    table([(*row, "x") for row in labelled[20:40]], header=("text", "label", "editor"), name="raw/b.csv")
    table([row[::-1] for row in labelled[40:]], header=("stars", "body"), name="raw/c.csv", delimiter=";")

    with pytest.raises(DataError, match=r"c.csv has no column 'text': it has .*data.read.rename"):
        prepare(configuration(tmp_path / "raw"), tmp_path / "dataset")
    read = {"rename": {"body": "text", "stars": "label"}}
    manifest = prepare(configuration(tmp_path / "raw", read=read), tmp_path / "dataset")

    assert manifest.validation.kept == 60
    assert set(contents(tmp_path / "dataset")) == {text for text, _ in labelled}


def test_a_file_that_changes_while_it_is_read_is_refused(
    tmp_path: Path, table: Table, configuration: Configuration, labelled: Labelled, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given somebody who writes on when half of the file is read
    path = table(labelled)
    monkeypatch.setattr(prepare_module, "PROGRESS_ROWS", 30)

    def write_on(*_: object) -> None:
        with path.open("a", encoding="utf-8") as file:
            file.write("one more,good\n")

    monkeypatch.setattr(logger, "info", write_on)

    with pytest.raises(DataError, match=r"data.csv changed while it was read: wait until it is written"):
        prepare(configuration(path), tmp_path / "dataset")

    assert not (tmp_path / "dataset").exists()


def test_a_column_that_is_sometimes_a_list_is_no_text(
    tmp_path: Path, configuration: Configuration, labelled: Labelled
) -> None:
    objects: list[dict[str, object]] = [{"text": text, "label": label} for text, label in labelled]
    objects[3]["text"] = ["one", "two"]
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(map(json.dumps, objects)), encoding="utf-8")

    manifest = prepare(configuration(path), tmp_path / "dataset")

    reason = "broken row: column 'text' holds a list or an object, not a text"
    assert manifest.validation.dropped[reason].places == (f"{path}:4",)
    for each in objects[:20]:
        each["text"] = {"en": each["text"]}
    path.write_text("\n".join(map(json.dumps, objects)), encoding="utf-8")
    with pytest.raises(DataError, match=r"20 of 60 rows are broken.*give another column, or make a text of it first"):
        prepare(configuration(path), tmp_path / "dataset")


def test_a_signature_in_an_address_is_not_written_down(
    tmp_path: Path, table: Table, configuration: Configuration, labelled: Labelled, address: str
) -> None:
    table(labelled)
    settings_ = configuration(f"{address}/data.csv?X-Goog-Signature=hunter2")

    manifest = prepare(settings_, tmp_path / "dataset")

    assert "hunter2" not in (tmp_path / "dataset" / "dataset.json").read_text()
    assert prepare(settings_, tmp_path / "dataset").created == manifest.created


@pytest.mark.parametrize(
    ("content", "changes", "message"),
    [
        (None, {}, "there is no file"),
        (b"", {}, "is empty"),
        (b"text,label\n", {}, r"none of 0 rows can be used \(there are none\)"),
        (b"text;label\na;x\n", {"read": {"delimiter": ","}}, "data.read.delimiter=;"),
        (b"body,label\na,x\n", {}, "no column 'text': it has 'body', 'label'"),
        (b"text,label\na,x\nb,y\n", {"label_names": {"x": "good", "z": "bad"}}, r"data.csv:3: label 'y' is not in"),
        (b"text,label\na,x\nb,x\nc,x\n", {}, "all 3 examples are of one class, 'x'"),
        (
            b"text,label\na,x\nb,y\nc,x\n",
            {},
            "class 'x' has 2 examples, and so few have 1 more classes; each class needs 3",
        ),
        (b"text,label\n ,x\n\t,y\n,x\n", {}, "none of 3 rows can be used .3 times the text is missing or blank"),
        (
            b"text,label,day\na,x,3/4/2024\nb,y,4/3/2024\n",
            {"timestamp_column": "day", "split": {"rule": "time"}},
            "2 times the time is missing or cannot be read, see data.timestamp_format",
        ),
        (b"id,text,label\n1,a,x\n1,b,y\n", {"id_column": "id"}, "id '1' in column 'id' stands for another text"),
        (b"PK\x03\x04rest of a workbook", {}, "an Excel workbook"),
        (bytes(range(256)) * 40, {}, "binary file"),
        ("text,label\nété,x\n".encode("cp1252"), {"read": {"encoding": "utf-8"}}, r"line 2\); try data.read.encoding"),
        (b"text,label\na,x\nb\nc\nd\ne\n", {}, r"4 of 5 rows are broken, the first at .*data.csv:3"),
        (b"text,label\na,x\na,y\n", {}, "2 times the same text has another label just as often"),
    ],
)
def test_bad_input_is_one_line_and_leaves_nothing_behind(
    tmp_path: Path, configuration: Configuration, content: bytes | None, changes: dict[str, Any], message: str
) -> None:
    # given
    path = tmp_path / "raw" / "data.csv"
    path.parent.mkdir()
    if content is not None:
        path.write_bytes(content)

    # when
    with pytest.raises(DataError, match=message) as caught:
        prepare(configuration(path, **changes), tmp_path / "processed" / "dataset")

    # then
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "processed").exists()


def test_bad_input_leaves_the_data_set_before_it_as_it_was(
    tmp_path: Path, table: Table, configuration: Configuration, labelled: Labelled
) -> None:
    prepare(configuration(table(labelled)), tmp_path / "dataset")
    before = contents(tmp_path / "dataset")
    table([("only", "one")])

    with pytest.raises(DataError):
        prepare(configuration(tmp_path / "data.csv"), tmp_path / "dataset")

    assert contents(tmp_path / "dataset") == before
    assert [entry.name for entry in tmp_path.iterdir() if entry.name.startswith(".")] == []

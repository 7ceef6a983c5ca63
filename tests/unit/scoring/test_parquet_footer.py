"""Parquet files put one behind the other, and the protocol of their footers."""

import io
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from textops.scoring.parquet_footer import MAGIC, Divided, joined_footer
from textops.scoring.thrift import Field, Items, Kind, Pairs, Structure, read_structure, written


def file_of(table: pa.Table, **options: Any) -> bytes:  # noqa: ANN401 (of pyarrow)
    sink = io.BytesIO()
    parquet.write_table(table, sink, **options)
    return sink.getvalue()


def joined(files: list[bytes]) -> bytes:
    whole, footers = bytearray(MAGIC), []
    for file in files:
        divided = Divided.of(file)
        footers.append((divided.footer, len(whole)))
        whole += divided.body
    return bytes(whole) + joined_footer(footers)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"compression": "zstd", "use_dictionary": False},
        {"row_group_size": 3},
        {"write_page_index": True},
        {"data_page_version": "2.0", "write_statistics": False},
    ],
    ids=str,
)
def test_the_whole_has_the_rows_of_all_files(options: dict[str, Any]) -> None:
    # given: one file has no row
    fields: list[pa.Field[Any]] = [
        pa.field("number", pa.int64()),
        pa.field("text", pa.string()),
        pa.field("nested", pa.list_(pa.struct([pa.field("a", pa.int32())]))),
    ]
    parts = [
        pa.table(
            [
                list(range(first, first + rows)),
                [f"text {number}" for number in range(first, first + rows)],
                [[{"a": None}], []] * (rows // 2),
            ],
            schema=pa.schema(fields),
        )
        for first, rows in ((0, 10), (10, 0), (10, 200))
    ]
    # when
    whole = joined([file_of(part, **options) for part in parts])
    # then
    found = parquet.read_table(pa.BufferReader(whole))
    assert found.equals(pa.concat_tables(parts))
    with parquet.ParquetFile(pa.BufferReader(whole)) as file:
        assert file.metadata.num_rows == 210
        last = file.metadata.num_row_groups - 1
        assert file.read_row_group(last).column("number").to_pylist()[-1] == 209


def test_more_row_groups_than_have_a_number_are_possible() -> None:
    # given: numbers of row groups have 16 bits
    table = pa.table({"number": range(16_400)})
    # when
    whole = joined([file_of(table, row_group_size=1, compression="none", use_dictionary=False)] * 2)
    # then
    assert parquet.read_metadata(pa.BufferReader(whole)).num_row_groups == 32_800


@pytest.mark.parametrize("content", [b"", b"PAR1", b"no Parquet at all"])
def test_what_is_not_parquet_is_not_divided(content: bytes) -> None:
    with pytest.raises(ValueError, match="not a Parquet file"):
        Divided.of(content)


def test_of_no_file_there_is_no_footer() -> None:
    with pytest.raises(ValueError, match="no footer"):
        joined_footer([])


NUMBERS = st.integers(-(2**63), 2**63 - 1)
PLAIN = st.one_of(
    st.builds(Field, st.just(Kind.I64), NUMBERS),
    st.builds(Field, st.just(Kind.BINARY), st.binary(max_size=300)),
    st.builds(Field, st.sampled_from([Kind.TRUE, Kind.FALSE]), st.none()),
    st.builds(Field, st.just(Kind.BYTE), st.integers(0, 255)),
    st.builds(Field, st.just(Kind.DOUBLE), st.binary(min_size=8, max_size=8)),
    st.builds(Field, st.just(Kind.LIST), st.builds(Items, st.just(Kind.I32), st.lists(NUMBERS, max_size=20))),
    st.builds(
        Field,
        st.just(Kind.MAP),
        st.builds(Pairs, st.just((Kind.BINARY, Kind.I16)), st.lists(st.tuples(st.binary(), NUMBERS), min_size=1)),
    ),
)


def structures(fields: st.SearchStrategy[Field]) -> st.SearchStrategy[Structure]:
    return st.dictionaries(st.integers(-300, 300), fields, max_size=6)


@given(structures(st.one_of(PLAIN, st.builds(Field, st.just(Kind.STRUCT), structures(PLAIN)))))
def test_what_was_written_is_read_again(structure: Structure) -> None:
    assert read_structure(written(structure)) == structure


def test_an_unknown_type_is_refused() -> None:
    with pytest.raises(ValueError, match="no type 14"):
        read_structure(b"\x1e\x00\x00")

import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pyarrow as pa
import pytest

from textops.data.arrow_columns import name_column, number_column, numbers_of, text_column, time_column

TEXTS: tuple[list[str], ...] = (["a", "", "ünï 🙂\n\0", "a" * 10_000], [""], [])
EAST = timezone(timedelta(hours=5, minutes=30))


@pytest.mark.parametrize("texts", TEXTS, ids=len)
def test_texts_are_what_arrow_itself_would_make_of_them(texts: Sequence[str]) -> None:
    for column, kind in ((text_column(texts), pa.large_string()), (name_column(texts), pa.string())):
        column.validate(full=True)
        assert column.equals(pa.array(texts, kind))


@pytest.mark.parametrize(
    "times",
    [
        [datetime(2026, 1, 31, 12, 0, 0, 1, tzinfo=UTC), None, datetime(1905, 1, 1, tzinfo=UTC)],
        [datetime(2026, 1, 31, tzinfo=EAST)] * 9,
        [None],
        [],
    ],
    ids=len,
)
def test_times_are_what_arrow_itself_would_make_of_them(times: Sequence[datetime | None]) -> None:
    column = time_column(times)

    column.validate(full=True)
    assert column.equals(pa.array(times, pa.timestamp("us", "UTC")))


@pytest.mark.parametrize("kind", [np.int64, np.int32, np.uint8, np.uint64])
def test_numbers_come_back_whatever_the_column_is_cut_into(kind: type[np.generic]) -> None:
    numbers = np.arange(20).astype(kind)
    column = pa.chunked_array([number_column(numbers[:7]), number_column(numbers[7:])])

    for some, expected in ((column, numbers), (column.slice(3, 2), numbers[3:5]), (column.slice(5, 9), numbers[5:14])):
        assert numbers_of(some).dtype == kind
        assert numbers_of(some).tolist() == expected.tolist()
    assert numbers_of(column.slice(20)).tolist() == []


def test_lone_surrogates_are_refused_as_arrow_does() -> None:
    with pytest.raises(UnicodeEncodeError):
        text_column(["a\ud800"])


@pytest.mark.slow
def test_pandas_is_not_loaded() -> None:
    # given
    script = """
import sys
from datetime import UTC, datetime
from io import BytesIO
import pyarrow as pa
from pyarrow import parquet
from textops.data.arrow_columns import name_column, text_column, time_column
columns = {"a": text_column(["a"]), "b": name_column(["b"]), "c": time_column([datetime.now(UTC)])}
parquet.write_table(pa.Table.from_arrays(list(columns.values()), names=list(columns)), BytesIO(), compression="zstd")
assert "pandas" not in sys.modules
"""
    # when, then
    subprocess.run([sys.executable, "-c", script], check=True, timeout=180)

"""Reading whole files of Parquet."""

import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from textops.data.parquet_reading import read_parquet


@pytest.fixture
def path(tmp_path: Path) -> Path:
    parquet.write_table(pa.table({"text": ["хорошо", "b"], "label": ["x", None]}), tmp_path / "rows.parquet")
    return tmp_path / "rows.parquet"


def test_a_file_is_read_whole_or_some_of_its_columns(path: Path) -> None:
    assert read_parquet(path).equals(parquet.read_table(path))
    assert read_parquet(path, ["label"]).to_pydict() == {"label": ["x", None]}


def test_a_column_that_is_not_there_is_told(path: Path) -> None:
    with pytest.raises(pa.ArrowInvalid, match="has no column when"):
        read_parquet(path, ["text", "when"])


def test_pandas_is_not_loaded_for_it(path: Path) -> None:
    program = (
        "import sys\nfrom pathlib import Path\nfrom textops.data.parquet_reading import read_parquet\n"
        "read_parquet(Path(sys.argv[1]))\nassert 'pandas' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program, str(path)], check=True, timeout=180)

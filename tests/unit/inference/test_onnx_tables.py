from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from textops.inference.onnx_tables import read_tables

TABLES: dict[str, np.ndarray] = {
    "floats": np.arange(6, dtype=np.float32).reshape(2, 3),
    "bytes": np.array([[-128], [127]], np.int8),
    "unsigned": np.array([0, 255], np.uint8),
    "numbers": np.array(-1, np.int64),
    "nothing": np.empty((0, 3), np.float32),
}


def saved(path: Path) -> Path:
    """A model with tables of all kinds, and some that are not read."""
    unread = [
        helper.make_tensor("written otherwise", TensorProto.FLOAT, [1], [1.0]),
        numpy_helper.from_array(np.array([1.0], np.float64), "doubles"),
    ]
    graph = helper.make_graph(
        [helper.make_node("Identity", ["floats"], ["out"])],
        "graph",
        [],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, [2, 3])],
        [*(numpy_helper.from_array(table, name) for name, table in TABLES.items()), *unread],
    )
    onnx.save(helper.make_model(graph), path)
    return path


def test_it_reads_what_onnx_reads(tmp_path: Path) -> None:
    tables = read_tables(saved(tmp_path / "model.onnx"))

    assert tables.keys() == TABLES.keys()
    for name, table in TABLES.items():
        np.testing.assert_array_equal(tables[name], table, strict=True)


@pytest.mark.parametrize("content", [b"\x3a\x80", b"\x3a\x05ab", b"\x3b", b"\xff" * 4])
def test_what_is_no_message_is_said_to_be_none(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(content)

    with pytest.raises(ValueError, match=r"a field|a number"):
        read_tables(path)

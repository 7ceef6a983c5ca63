from textops.prediction_log.buffer import Buffer


def test_a_buffer_takes_what_fits_and_counts_the_rest() -> None:
    # given
    buffer: Buffer[str] = Buffer(3, 1_000, len)
    # then
    assert buffer.put(["a", "b"])
    assert not buffer.put(["c", "d", "e"])
    assert len(buffer) == 3
    assert buffer.dropped == 2
    assert buffer.rows() == ["a", "b", "c"]


def test_long_rows_fill_it_as_well() -> None:
    # given
    buffer: Buffer[str] = Buffer(100, 10, len)
    # then
    assert buffer.put(["a" * 6, "b" * 6])
    assert not buffer.put(["c"])
    buffer.take()
    buffer.release(1)
    assert buffer.put(["d"])


def test_rows_that_were_taken_take_room_until_they_are_released() -> None:
    # given
    buffer: Buffer[str] = Buffer(3, 1_000, len)
    buffer.put(["a", "b"])
    # when
    assert buffer.take() == ["a", "b"]
    buffer.put(["c"])
    # then
    assert not buffer.put(["d"])
    buffer.release(1)
    assert buffer.take() == ["b", "c"]
    assert buffer.put(["e"])
    assert buffer.rows() == ["b", "c", "e"]


def test_a_buffer_that_was_cleared_has_nothing_to_release() -> None:
    # given
    buffer: Buffer[str] = Buffer(3, 1_000, len)
    buffer.put(["a", "b"])
    buffer.take()
    # when
    assert buffer.clear() == 2
    buffer.release(2)
    # then
    assert len(buffer) == 0
    assert buffer.take() == []


def test_a_closed_buffer_drops_all() -> None:
    buffer: Buffer[str] = Buffer(3, 1_000, len)
    buffer.close()
    assert not buffer.put(["a"])
    assert buffer.dropped == 1

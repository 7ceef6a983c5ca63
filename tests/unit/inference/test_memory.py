from pathlib import Path

import numpy as np

from textops.inference.memory import memory_now

MEBIBYTE = 1 << 20


def test_what_a_process_allocates_and_uses_shows() -> None:
    # given
    before = memory_now()

    # when
    block = np.ones(64 * MEBIBYTE, np.uint8)
    after = memory_now()

    # then
    assert after.resident - before.resident > 0.9 * len(block)


def test_the_figures_of_linux_are_read_in_bytes(tmp_path: Path) -> None:
    # given
    rollup = tmp_path / "smaps_rollup"
    rollup.write_text(
        "55d0-7ffe ---p 00000000 00:00 0    [rollup]\n"
        "Rss:     1000 kB\nPss:      700 kB\nPrivate_Clean:  100 kB\nPrivate_Dirty:  300 kB\n"
    )

    # when
    memory = memory_now(rollup)

    # then
    assert (memory.resident, memory.private) == (1000 * 1024, 400 * 1024)


def test_elsewhere_the_peak_stands_for_it_and_the_private_part_is_not_known(tmp_path: Path) -> None:
    # given, when
    memory = memory_now(tmp_path / "missing")

    # then
    assert memory.private is None
    assert MEBIBYTE < memory.resident < 100_000 * MEBIBYTE

"""What 10^9 documents would take, beside sums done by hand."""

from datetime import date
from pathlib import Path

import pytest

from automation.google_cloud.costs.many_documents import Scaling, projection, read_measurements
from automation.google_cloud.costs.prices import Price, Prices, read_prices
from textops.benchmark.shard_measurements import (
    FROM_MEMORY,
    READING,
    SHARDING,
    STREAMING,
    Rate,
    ShardMeasurements,
    Sizes,
    TrainingTime,
)
from textops.errors import ConfigurationError

PAGE = "https://cloud.google.com/prices"


def training(model: str, setup: str, processes: int, batch_size: int, microseconds: float) -> TrainingTime:
    return TrainingTime(
        model=model, setup=setup, processes=processes, batch_size=batch_size, microseconds=(microseconds,) * 3
    )


MEASURED = ShardMeasurements(
    machine={},
    load=0.1,
    data="small",
    documents=100,
    rounds=3,
    sizes=Sizes(text=2000, prepared=1000, sharded=1024, tokenized=8000),
    rates=(
        Rate(name=SHARDING, rates=(1000.0, 10_000.0, 20_000.0)),
        Rate(name=READING, rates=(100_000.0,)),
        Rate(name=STREAMING, rates=(5000.0,)),
    ),
    trainings=(
        training("ngram", FROM_MEMORY, 1, 64, 100),
        training("ngram", "from shards", 1, 64, 200),
        training("ngram", "two", 2, 64, 500),
        training("cnn", "from shards", 1, 64, 1000),
        training("cnn", "two", 2, 64, 600),
    ),
    memory=(),
)
PRICES = Prices(
    known=date(2025, 6, 30),
    checked=None,
    currency="USD",
    prices={
        "storage": Price(price=0.02, unit="GiB month", region="here", page=PAGE),
        "storage_read": Price(price=0.0004, per=1000, unit="1,000 operations", region="here", page=PAGE),
        "vertex_e2-standard-8": Price(price=0.5, unit="machine hour", region="here", page=PAGE),
    },
)


def rows(text: str, beginning: str) -> list[list[str]]:
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in text.splitlines()
        if line.startswith(beginning)
    ]


def test_sparse_gradients_go_to_every_other_process() -> None:
    # given: 32 documents take 6.4 ms alone, and 64 of two processes 32 ms
    scaling = Scaling.of(MEASURED.training("ngram", 1), MEASURED.training("ngram", 2))
    # then
    assert scaling.computing == pytest.approx(0.0064)
    assert scaling.exchanging == pytest.approx(0.0256)
    assert scaling.rate(1) == pytest.approx(5000)
    assert scaling.rate(2) == pytest.approx(2000)
    assert scaling.rate(9) == pytest.approx(9 * 32 / (0.0064 + 8 * 0.0256))


def test_dense_gradients_go_round_in_a_ring() -> None:
    # given: 32 documents take 32 ms alone, and 64 of two processes 38.4 ms
    scaling = Scaling.of(MEASURED.training("cnn", 1), MEASURED.training("cnn", 2))
    # then
    assert scaling.rate(1) == pytest.approx(1000)
    assert scaling.rate(2) == pytest.approx(1e6 / 600)
    assert scaling.rate(8) == pytest.approx(8 * 32 / (0.032 + 0.0064 * 2 * 7 / 8))


def test_two_processes_that_are_twice_as_fast_exchange_in_no_time() -> None:
    scaling = Scaling.of(training("cnn", "a", 1, 64, 1000), training("cnn", "b", 2, 64, 490))

    assert scaling.exchanging == 0
    assert scaling.rate(16) == pytest.approx(16_000)


def test_the_tables_hold_what_follows() -> None:
    # when
    text = projection(MEASURED, PRICES, documents=1_000_000_000)
    # then
    assert rows(text, "| shards, Parquet") == [["shards, Parquet", "1,024", "1.02"]]
    assert rows(text, "| tokens, if") == [["tokens, if they were kept", "8,000", "8.00"]]
    # 953.67 GiB at 2 cents, 20,000 shards of 50,000 documents, three operations each
    assert "20,000 shards of 50,000 documents and 51 MB. In a bucket they cost 19,073 USD a month" not in text
    assert (
        "20,000 shards of 50,000 documents and 51 MB. In a bucket they cost 19 USD a month, and 0.02 to be read" in text
    )
    # the median of three rounds
    assert rows(text, "| sharding") == [["sharding", "10,000", "28"]]
    # one machine with one process: 10^9 / 5,000 s = 55.6 h at half a dollar; with eight the exchange counts
    assert rows(text, "| ngram | 1 ")[0] == ["ngram", "1", "1", "32", "5,000", "2.3", "28"]
    assert rows(text, "| ngram | 1 ")[1][4] == f"{8 * 32 / (0.0064 + 7 * 0.0256):,.0f}"
    assert "do not pass 1,250 documents a second" in text
    assert "which nobody has compared" in text


def test_what_was_measured_beside_other_work_is_said_to_be() -> None:
    busy = MEASURED.model_copy(update={"load": 3.5})

    assert "Not to be relied on: 3.5 other processes ran for each processor" in projection(busy, PRICES)
    assert "Not to be relied on" not in projection(MEASURED, PRICES)


def test_what_was_not_measured_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"shards\.json holds no measurements: run `textops benchmark shards`"):
        read_measurements(tmp_path / "shards.json")


def test_the_page_is_what_the_measurements_and_prices_give() -> None:
    assert Path("reports/many_documents.md").read_text(encoding="utf-8") == projection(
        read_measurements(), read_prices()
    )

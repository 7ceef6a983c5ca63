"""The model is as large as the classes allow, and sees few rows more often."""

import pytest

from textops.proposing.model import fitting_model


def test_ordinary_data_get_the_model_as_it_comes() -> None:
    assert fitting_model(20_000, 6).settings() == {}


def test_few_rows_are_seen_more_often() -> None:
    assert fitting_model(300, 2).settings() == {"batch_size": 16, "max_epochs": 10}


@pytest.mark.parametrize("classes", [100, 300, 1000])
def test_the_table_of_many_classes_stays_below_half_a_gigabyte(classes: int) -> None:
    choice = fitting_model(100_000, classes)
    bits = choice.bits or 18
    assert choice.step_sizes == (10.0,)
    assert (2 << bits) * classes * 4 <= 1 << 29

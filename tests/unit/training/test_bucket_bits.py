import pytest
from omegaconf import DictConfig

from textops.training.bucket_bits import MOST_WEIGHTS, bucket_bits, with_bucket_bits


@pytest.mark.parametrize(("classes", "bits"), [(2, 18), (64, 18), (65, 17), (1000, 14), (100_000, 12)])
def test_more_classes_get_fewer_buckets(classes: int, bits: int) -> None:
    assert bucket_bits(classes) == bits


@pytest.mark.parametrize("classes", [64, 100, 1000, 4000])
def test_the_table_stays_within_its_bound(classes: int) -> None:
    assert 2 * 2 ** bucket_bits(classes) * classes <= MOST_WEIGHTS


def test_auto_is_replaced_and_what_was_given_stays() -> None:
    settings = with_bucket_bits(DictConfig({"word_bits": "auto", "character_bits": 10, "longest": 5}), 1000)

    assert settings == {"word_bits": 14, "character_bits": 10, "longest": 5}


def test_without_character_runs_the_words_have_all_the_room() -> None:
    settings = with_bucket_bits(
        DictConfig({"word_bits": "auto", "character_bits": "auto", "shortest": 2, "longest": 1}), 1000
    )

    assert (settings.word_bits, settings.character_bits) == (15, 1)


def test_a_tokenizer_without_buckets_is_left_alone() -> None:
    settings = DictConfig({"max_tokens": 5})

    assert with_bucket_bits(settings, 1000) is settings

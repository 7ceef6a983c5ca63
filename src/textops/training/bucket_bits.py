"""How many buckets the n-grams get: the tables of the default model hold a number for each bucket and class."""

import math

from loguru import logger
from omegaconf import DictConfig, OmegaConf

AUTO = "auto"
MOST_BITS = 18
MOST_WEIGHTS = 1 << 25
"""Of one head: 128 MB. With 2**18 buckets in each of two tables, 64 classes have room. A service holds two such tables,
and the gate lets no model through that takes more than 512 MB."""
_FEWEST_BITS = 12
_KEYS = ("word_bits", "character_bits")


def bucket_bits(classes: int, tables: int = 2) -> int:
    """Return how many bits each of the tables gets for so many classes."""
    fitting = math.floor(math.log2(MOST_WEIGHTS / (tables * classes)))
    return max(_FEWEST_BITS, min(MOST_BITS, fitting))


def with_bucket_bits(tokenizer: DictConfig, classes: int) -> DictConfig:
    """Return the settings of a tokenizer with numbers where `auto` stands for the number of buckets.

    Args:
        tokenizer: Settings; those of a tokenizer without buckets come back as they are.
        classes: Classes of the data set.
    """
    wanted = [key for key in _KEYS if isinstance(tokenizer, DictConfig) and tokenizer.get(key) == AUTO]
    if not wanted:
        return tokenizer
    has_runs = tokenizer.get("longest", 1) >= tokenizer.get("shortest", 1)
    bits = bucket_bits(classes, 2 if has_runs else 1)
    if bits < MOST_BITS:
        logger.info(
            "{:,} classes: n-grams get 2**{} buckets instead of 2**{}, so that a table stays within {:,} MB "
            "(model.tokenizer.word_bits and character_bits)",
            classes,
            bits,
            MOST_BITS,
            4 * MOST_WEIGHTS >> 20,
        )
    given = dict.fromkeys(wanted, bits)
    if not has_runs and bits < MOST_BITS and "character_bits" in given:
        given["character_bits"] = 1
    container = OmegaConf.to_container(tokenizer, resolve=True)
    return DictConfig({**container, **given})  # type: ignore[dict-item] # a mapping stays one

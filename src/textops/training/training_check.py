"""All that can be said of a training before data are read; loads what the configuration names."""

from omegaconf import DictConfig

from textops.training.combination_check import check_combinations
from textops.training.part_check import check_parts


def check_training(configuration: DictConfig) -> DictConfig:
    """Check the parts of a configuration, and what they want of each other and of this machine.

    Returns:
        The configuration.

    Raises:
        ConfigurationError: If the training cannot work.
    """
    check_parts(configuration)
    check_combinations(configuration)
    return configuration

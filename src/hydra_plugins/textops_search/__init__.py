"""The sweeper behind `search=`. Hydra takes sweepers from this namespace only, and imports it at each start."""

import functools
from typing import TYPE_CHECKING

from hydra.plugins.sweeper import Sweeper
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig

if TYPE_CHECKING:
    from hydra.plugins.launcher import Launcher


class SearchSweeper(Sweeper):
    """Hands the trials of a hyperparameter search to Hydra's launcher; see `textops.search`."""

    def __init__(self, max_batch_size: int | None = None, params: dict[str, str] | None = None) -> None:
        """Take what the configuration of Hydra's own sweeper leaves behind, and leave it alone."""
        del max_batch_size, params

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        """Make the launcher, for a task that says what became of a trial instead of ending the process."""
        from hydra.core.plugins import Plugins

        from textops.search.trial import run_trial

        self.hydra_context = hydra_context
        self.config = config
        self.launcher: Launcher = Plugins.instance().instantiate_launcher(
            hydra_context=hydra_context, task_function=functools.partial(run_trial, task_function), config=config
        )

    def sweep(self, arguments: list[str]) -> None:
        """Search with the overrides of the command line.

        Raises:
            TextopsError: If the search cannot work, was stopped, or no trial came through.
        """
        from textops.search.sweep import run_search

        if self.config is None:
            raise TypeError("Hydra sets a sweeper up before it sweeps")
        run_search(self.config, arguments, self.launcher)

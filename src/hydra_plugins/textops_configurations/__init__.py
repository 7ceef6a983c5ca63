"""The user's own configuration: choices from `configs/` of the folder a command runs in, beside those that come along.

What comes along is found first, so that nothing of another program with a folder of this name takes its place. Hydra
takes such plugins from this namespace only, and imports it at each start.
"""

from hydra.core.config_search_path import ConfigSearchPath
from hydra.plugins.search_path_plugin import SearchPathPlugin


class OwnConfigurations(SearchPathPlugin):
    """Lets `experiment=NAME` find `configs/experiment/NAME.yaml` where no checkout is."""

    def manipulate_search_path(self, search_path: ConfigSearchPath) -> None:
        """Look into the user's folder last."""
        from textops.installation import configuration_folders

        for folder in configuration_folders()[1:]:
            search_path.append(provider="textops-own", path=f"file://{folder}")

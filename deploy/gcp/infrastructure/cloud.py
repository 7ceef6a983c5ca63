"""Where resources are made."""

from dataclasses import dataclass

from pulumi import ResourceOptions

from deploy.gcp.configuration import CloudConfiguration


@dataclass(frozen=True)
class Cloud:
    """What each module is given.

    Attributes:
        configuration: Whose cloud it is.
        options: Of every resource: its provider, and that the APIs are on first.
    """

    configuration: CloudConfiguration
    options: ResourceOptions

    def name(self, name: str) -> str:
        """Return a name with the prefix of all."""
        return f"{self.configuration.names.prefix}-{name}"

    def kept(self) -> ResourceOptions:
        """Return the options of what holds people's data: it is not deleted while the configuration protects it."""
        return self._with(ResourceOptions(protect=self.configuration.protected))

    def unchanged(self, *properties: str) -> ResourceOptions:
        """Return the options of what others may change later."""
        return self._with(ResourceOptions(ignore_changes=list(properties)))

    def _with(self, further: ResourceOptions) -> ResourceOptions:
        return ResourceOptions.merge(self.options, further)

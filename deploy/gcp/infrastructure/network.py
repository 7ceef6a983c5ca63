"""The network in which the page asks the drift service; nothing in it has an address of its own."""

import pulumi_gcp as gcp

from deploy.gcp.infrastructure.cloud import Cloud

_ADDRESSES = "10.8.0.0/24"


def make_network(cloud: Cloud) -> gcp.compute.Subnetwork:
    """Make a network with one part in the region, from which Google's services are reached without the internet."""
    network = gcp.compute.Network(
        "network",
        project=cloud.configuration.project,
        name=cloud.configuration.names.prefix,
        auto_create_subnetworks=False,
        opts=cloud.options,
    )
    return gcp.compute.Subnetwork(
        "network",
        project=cloud.configuration.project,
        region=cloud.configuration.region,
        name=cloud.configuration.names.prefix,
        network=network.id,
        ip_cidr_range=_ADDRESSES,
        private_ip_google_access=True,
        opts=cloud.options,
    )

"""The prediction log's PostgreSQL; there need not be one."""

from urllib.parse import quote

import pulumi_gcp as gcp
from pulumi import Input, Output

from deploy.gcp.configuration import Database
from deploy.gcp.infrastructure.cloud import Cloud
from deploy.gcp.infrastructure.secrets import make_password

NONE = "none"  # what TEXTOPS_DATABASE_URL says where there is none
_NAME = "textops"
_Settings = gcp.sql.DatabaseInstanceSettingsArgs


def make_database(cloud: Cloud) -> Input[str]:
    """Make the database, where the configuration wants one.

    Returns:
        Its address for Cloud Run, with the password; `none` without a database.
    """
    wanted = cloud.configuration.database
    if wanted is None:
        return NONE
    instance = gcp.sql.DatabaseInstance(
        "log",
        project=cloud.configuration.project,
        region=cloud.configuration.region,
        name=cloud.name("log"),
        database_version="POSTGRES_17",
        deletion_protection=cloud.configuration.protected,
        settings=_settings(wanted, protected=cloud.configuration.protected),
        opts=cloud.kept(),
    )
    password = make_password("log-password")
    project = cloud.configuration.project
    gcp.sql.Database("log", name=_NAME, project=project, instance=instance.name, opts=cloud.kept())
    gcp.sql.User("log", name=_NAME, password=password, project=project, instance=instance.name, opts=cloud.options)
    socket = f"/cloudsql/{cloud.configuration.database_connection}"
    return Output.concat(f"postgresql://{_NAME}:", password, f"@/{_NAME}?host={quote(socket, safe='')}")


def _settings(wanted: Database, *, protected: bool) -> _Settings:
    return _Settings(
        tier=wanted.tier,
        edition="ENTERPRISE",
        availability_type="ZONAL",
        disk_type="PD_SSD",
        disk_size=wanted.disk_gigabytes,
        disk_autoresize=True,
        deletion_protection_enabled=protected,
        # No network may connect: who has the role `cloudsql.client` does, through Google's proxy.
        ip_configuration=gcp.sql.DatabaseInstanceSettingsIpConfigurationArgs(
            ipv4_enabled=True, ssl_mode="ENCRYPTED_ONLY", authorized_networks=[]
        ),
        backup_configuration=gcp.sql.DatabaseInstanceSettingsBackupConfigurationArgs(
            enabled=True, start_time="02:00", point_in_time_recovery_enabled=True, transaction_log_retention_days=7
        ),
        maintenance_window=gcp.sql.DatabaseInstanceSettingsMaintenanceWindowArgs(day=7, hour=3),
        insights_config=gcp.sql.DatabaseInstanceSettingsInsightsConfigArgs(query_insights_enabled=True),
        user_labels={"app": "textops"},
    )

"""Versions, aliases, the promotion gate and rollback."""

from textops.registry.names import LATEST, PRODUCTION, STAGING
from textops.registry.promotion import promote
from textops.registry.store import Registry
from textops.registry.version import Version

__all__ = ["LATEST", "PRODUCTION", "STAGING", "Registry", "Version", "promote"]

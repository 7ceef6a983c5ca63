"""What can be wrong with a database."""

from textops.errors import ServiceError


class DatabaseAwayError(ServiceError):
    """A database that cannot be used now: not there, locked, full, or of a newer schema."""


class RowRefusedError(ServiceError):
    """Rows that a database does not take, while it takes others."""

"""Versions, aliases, the promotion gate and rollback."""

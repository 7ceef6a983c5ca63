"""A release says what the changelog says, and only of the version that it is."""

import pytest

from automation.release import notes_of
from textops.errors import ConfigurationError

CHANGELOG = """# Changelog

## [Unreleased]

## [1.2.3] - 2026-01-31

### Added

- A thing.

## [1.2.2] - 2026-01-01

- Older.
"""


def test_the_notes_are_those_of_the_version() -> None:
    assert notes_of("v1.2.3", CHANGELOG, "1.2.3") == "### Added\n\n- A thing.\n"


def test_the_last_version_is_read_to_the_end() -> None:
    assert notes_of("v1.2.2", CHANGELOG, "1.2.2") == "- Older.\n"


def test_a_tag_that_is_not_the_version_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"v1\.2\.3 is not the version 1\.2\.4"):
        notes_of("v1.2.3", CHANGELOG, "1.2.4")


def test_a_version_that_the_changelog_does_not_know_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"says nothing of 9\.0\.0"):
        notes_of("v9.0.0", CHANGELOG, "9.0.0")

"""Labelled data: sources, validation, grouping of duplicates, split, audit, and the data module."""

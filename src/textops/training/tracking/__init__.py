"""Trackers: what remembers a training beyond its folder, and what it is told."""

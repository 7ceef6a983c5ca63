"""Answers to files of any size: read in parts, scored by processes or on a cluster, written in order, resumable."""

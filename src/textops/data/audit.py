"""Leakage audit: what gives the label away without being what the text says."""

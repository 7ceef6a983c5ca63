"""Measurements that anyone can repeat: each command writes JSON, a figure and Markdown below `reports/benchmarks`."""

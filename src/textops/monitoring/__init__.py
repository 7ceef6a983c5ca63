"""Watching what the model meets: features of live traffic beside those of held-out data, verdicts, and what follows."""

"""Where the time of a training goes: three ways to look, and one that does not."""

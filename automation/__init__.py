"""Tasks for working on textops, by what they are about; `tasks.py` brings them together."""

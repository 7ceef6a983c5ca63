"""The API from outside, over HTTP, beside what else could serve the same model."""

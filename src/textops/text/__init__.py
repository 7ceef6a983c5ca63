"""Text to numbers: normalisation, n-grams, vocabularies. No torch; the same code in training and in serving."""

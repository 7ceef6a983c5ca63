"""What lies in a bundle: the names of its files."""

MANIFEST_FILE = "bundle.json"
MODEL_FILE = "model.onnx"
TOKENIZER_FILE = "tokenizer.json"
REFERENCE_FILE = "reference.parquet"
TEST_PART, LIVE_PART = "test", "live"
"""Values of the column `part` of the reference: the frozen test set, and live traffic of a model that was retrained."""
WORDS_FILE = "words.bin"
CARD_FILE = "model_card.md"
CONFIGURATION_FILE = "config.yaml"
REQUIRED_FILES = (MODEL_FILE, TOKENIZER_FILE)

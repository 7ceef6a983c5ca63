"""The model bundle: a folder with all that a prediction needs, and the proof that nothing in it was altered.

`model.onnx`, `tokenizer.json`, `bundle.json`, `reference.parquet`, `words.bin` (which words the training texts had),
`config.yaml` (how it was trained), `model_card.md` and `report.json` (what the page shows); bundles of old lack
`report.json`, then `words.bin`, then `config.yaml`. No pickle, no torch.
"""

from textops.bundle.contents import (
    CARD_FILE,
    CONFIGURATION_FILE,
    LIVE_PART,
    MANIFEST_FILE,
    MODEL_FILE,
    REFERENCE_FILE,
    REQUIRED_FILES,
    TEST_PART,
    TOKENIZER_FILE,
    WORDS_FILE,
)
from textops.bundle.manifest import (
    PARITY_TOLERANCE,
    SCHEMA_VERSION,
    DataReference,
    Decision,
    Export,
    Manifest,
    Metric,
    Parity,
    ReviewBand,
    Task,
    own_hash_of,
)
from textops.bundle.reading import READABLE_SCHEMA_VERSIONS, parse_manifest, read_manifest
from textops.bundle.sealing import seal, verify

__all__ = [
    "CARD_FILE",
    "CONFIGURATION_FILE",
    "LIVE_PART",
    "MANIFEST_FILE",
    "MODEL_FILE",
    "PARITY_TOLERANCE",
    "READABLE_SCHEMA_VERSIONS",
    "REFERENCE_FILE",
    "REQUIRED_FILES",
    "SCHEMA_VERSION",
    "TEST_PART",
    "TOKENIZER_FILE",
    "WORDS_FILE",
    "DataReference",
    "Decision",
    "Export",
    "Manifest",
    "Metric",
    "Parity",
    "ReviewBand",
    "Task",
    "own_hash_of",
    "parse_manifest",
    "read_manifest",
    "seal",
    "verify",
]

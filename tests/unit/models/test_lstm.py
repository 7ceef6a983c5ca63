import numpy as np
import pytest
import torch

from textops.data.batch import RaggedBatch
from textops.models.lstm import LstmEncoder
from textops.text.vocabulary import VocabularyTokenizer, learn_vocabulary

TEXTS = ["the cat sat on the mat", "", "dog", "the dog and the cat and the mat " * 9]


@pytest.fixture(scope="module")
def tokenizer() -> VocabularyTokenizer:
    return learn_vocabulary(TEXTS, min_count=1, max_tokens=32)


@pytest.fixture
def encoder(tokenizer: VocabularyTokenizer) -> LstmEncoder:
    torch.manual_seed(0)
    return LstmEncoder(tokenizer, 3, word_dimension=8, state_dimension=5).eval()


def test_an_answer_depends_neither_on_the_batch_nor_on_padding(
    tokenizer: VocabularyTokenizer, encoder: LstmEncoder
) -> None:
    # given
    batch = RaggedBatch.from_numpy(tokenizer.ragged(TEXTS), np.zeros(len(TEXTS), np.int64))
    # when
    together = encoder.scores(batch)[:, 0]
    alone = torch.cat([encoder(torch.from_numpy(tokenizer.encode([text])["input_ids"])) for text in TEXTS])
    # then
    assert together.isfinite().all()
    torch.testing.assert_close(together, alone, atol=1e-5, rtol=0)


def test_it_is_the_bidirectional_lstm_of_torch(tokenizer: VocabularyTokenizer, encoder: LstmEncoder) -> None:
    # given
    reference = torch.nn.LSTM(8, 5, batch_first=True, bidirectional=True)
    weights = encoder.forwards.state_dict()
    weights |= {f"{name}_reverse": value for name, value in encoder.backwards.state_dict().items()}
    reference.load_state_dict(weights)
    ids = torch.from_numpy(tokenizer.encode([TEXTS[0]])["input_ids"])
    # when
    states, _ = reference(encoder.embedding(ids))
    # then
    pooled = torch.cat([states.mean(1), states.amax(1)], dim=1)
    torch.testing.assert_close(encoder(ids), encoder.output(pooled), atol=1e-5, rtol=0)


def test_what_ships_is_without_dropout(encoder: LstmEncoder) -> None:
    encoder.train()
    assert not encoder.exportable().training


def test_there_is_one_head_only(encoder: LstmEncoder) -> None:
    encoder.choose_head(0)
    with pytest.raises(ValueError, match="no head 1"):
        encoder.choose_head(1)

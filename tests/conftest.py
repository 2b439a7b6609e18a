"""What many tests need: a few real answers, models trained on them, an encoder that is real and tiny."""

import os

import pytest
from hypothesis import settings

from corpus.reader import read_corpus
from nlp.models import load_model, save_model
from nlp.tagging import Tagger
from nlp.training.linear import train_linear

# Tests run beside each other: threads of one that spin while they wait would take the cores from the others.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# Nothing is timed: a busy machine is no fault.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

pytest_plugins = ["tests.databases"]

SPECIAL = ["<s>", "<pad>", "</s>", "<unk>"]


@pytest.fixture(scope="session")
def few_answers():
    """Some 60 labelled answers of the corpus in three languages."""
    return read_corpus("train")[::60]


@pytest.fixture(scope="session")
def small_model(few_answers):
    """A linear model that has learned little, but in every way that a large one has."""
    return train_linear(few_answers, few_answers, few_answers, jobs=1)


@pytest.fixture(scope="session")
def small_model_folder(small_model, tmp_path_factory):
    """The small model as it lies on disk."""
    folder = tmp_path_factory.mktemp("models") / "small"
    save_model(small_model, folder, corpus="few answers")
    return folder


@pytest.fixture(scope="session")
def tagger():
    """The default model at work."""
    return Tagger(load_model())


@pytest.fixture(scope="session")
def tiny_tokenizer(few_answers):
    """A unigram tokenizer of the kind that the encoder has, of the words of a few answers."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers

    tokenizer = Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    trainer = trainers.UnigramTrainer(
        vocab_size=600, special_tokens=SPECIAL, unk_token="<unk>", show_progress=False
    )
    tokenizer.train_from_iterator([each.answer.text for each in few_answers], trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    return tokenizer


@pytest.fixture
def wrapped(tiny_tokenizer):
    """The tokenizer as transformers has it."""
    from nlp.training.e5_small import load_tokenizer

    return load_tokenizer(tiny_tokenizer)


@pytest.fixture
def tiny_encoder(tiny_tokenizer):
    """A BERT of two small layers with weights of chance."""
    import torch
    from transformers import BertConfig, BertModel

    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=tiny_tokenizer.get_vocab_size(),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=512,
        pad_token_id=1,
    )
    return BertModel(config, add_pooling_layer=False)

"""An encoder and a tokenizer that are real and tiny."""

import pytest

SPECIAL = ["<s>", "<pad>", "</s>", "<unk>"]


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


@pytest.fixture
def tiny_network(tiny_encoder):
    from nlp.training.network import PassageNetwork

    return PassageNetwork(tiny_encoder)

import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

from nlp.errors import ModelError  # noqa: E402
from nlp.training import e5_small, encoders  # noqa: E402 - they import torch
from nlp.training.settings import Settings  # noqa: E402
from nlp.training.transformer import new_network  # noqa: E402


@pytest.fixture(autouse=True)
def without_the_hub(monkeypatch):
    monkeypatch.setattr(encoders, "_reachable", lambda _: False)


def out_of_reach(*_, **__):
    raise OSError("the hub cannot be reached\nand more")


def test_an_encoder_is_loaded_from_a_folder_and_trimmed(
    tiny_encoder, wrapped, few_answers, monkeypatch, tmp_path
):
    monkeypatch.setattr("nlp.training.vocabulary.listed_words", lambda: {"training": 0.1})
    tiny_encoder.save_pretrained(tmp_path)
    wrapped.save_pretrained(tmp_path)
    network, tokenizer, source = new_network(few_answers[:3], Settings(encoder=str(tmp_path), frozen=True))
    assert source == f"{tmp_path}, frozen"
    pieces = tokenizer.backend_tokenizer.get_vocab_size(with_added_tokens=False)
    assert network.encoder.get_input_embeddings().weight.shape == (pieces, 32)
    assert pieces < wrapped.backend_tokenizer.get_vocab_size()
    text = few_answers[0].answer.text
    assert tokenizer.tokenize(text) == wrapped.tokenize(text)


def test_an_encoder_with_another_kind_of_vocabulary_is_left_whole(tiny_encoder, few_answers, tmp_path):
    from tokenizers import Tokenizer, models, processors

    words = ["<s>", "<pad>", "</s>", "<unk>", "law"]
    pieces = Tokenizer(models.WordPiece({word: place for place, word in enumerate(words)}, unk_token="<unk>"))
    pieces.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    tokenizer = transformers.PreTrainedTokenizerFast(tokenizer_object=pieces, pad_token="<pad>")
    tiny_encoder.save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    network, found, _ = new_network(few_answers[:3], Settings(encoder=str(tmp_path)))
    assert torch.equal(
        network.encoder.get_input_embeddings().weight, tiny_encoder.get_input_embeddings().weight
    )
    assert found.get_vocab() == tokenizer.get_vocab()


def test_an_encoder_that_is_not_there_is_named(monkeypatch):
    monkeypatch.setattr(transformers.AutoModel, "from_pretrained", out_of_reach)
    with pytest.raises(
        ModelError, match=r"someone/none: cannot be loaded as an encoder: the hub cannot be reached$"
    ):
        encoders.load_encoder("someone/none")


def test_where_the_hub_is_out_of_reach_the_packages_serve(monkeypatch):
    monkeypatch.setattr(transformers.AutoModel, "from_pretrained", out_of_reach)
    monkeypatch.setattr(e5_small, "load_encoder", lambda: "encoder")
    monkeypatch.setattr(e5_small, "load_tokenizer", lambda: "tokenizer")
    assert encoders.load_encoder() == (
        "encoder",
        "tokenizer",
        "intfloat/multilingual-e5-small, from installed packages, in 4 bits",
    )


def test_an_encoder_in_half_precision_is_trained_in_full(tiny_encoder, wrapped, tmp_path):
    tiny_encoder.to(torch.bfloat16).save_pretrained(tmp_path)
    wrapped.save_pretrained(tmp_path)
    encoder, _, _ = encoders.load_encoder(str(tmp_path))
    assert {weights.dtype for weights in encoder.parameters()} == {torch.float32}


def test_an_encoder_that_reads_too_few_pieces_is_refused(wrapped, tmp_path):
    config = transformers.BertConfig(
        vocab_size=700, hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=128,
    )  # fmt: skip
    transformers.BertModel(config).save_pretrained(tmp_path)
    wrapped.save_pretrained(tmp_path)
    with pytest.raises(ModelError, match="does not read 512 pieces"):
        encoders.load_encoder(str(tmp_path))


def test_a_tokenizer_without_marks_at_both_ends_is_refused(tiny_encoder, tiny_tokenizer, tmp_path):
    from tokenizers import Tokenizer

    bare = Tokenizer.from_str(tiny_tokenizer.to_str())
    bare.post_processor = None
    tiny_encoder.save_pretrained(tmp_path)
    transformers.PreTrainedTokenizerFast(tokenizer_object=bare, pad_token="<pad>").save_pretrained(tmp_path)
    with pytest.raises(ModelError, match="does not mark a text"):
        encoders.load_encoder(str(tmp_path))


def test_a_trimmed_encoder_keeps_its_own_special_pieces(
    tiny_encoder, tiny_tokenizer, few_answers, monkeypatch
):
    from nlp.training import vocabulary

    monkeypatch.setattr(vocabulary, "listed_words", dict)
    other = transformers.PreTrainedTokenizerFast(
        tokenizer_object=tiny_tokenizer, pad_token="<unk>", unk_token="<unk>", model_max_length=99
    )
    found = vocabulary.trim(tiny_encoder, other, [few_answers[0].answer.text], most=0)
    assert (found.pad_token, found.model_max_length) == ("<unk>", 99)
    assert found.pad_token_id == tiny_encoder.config.pad_token_id < found.backend_tokenizer.get_vocab_size()

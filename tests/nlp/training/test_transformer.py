import pytest

pytest.importorskip("torch")
pytest.importorskip("onnx")

from nlp.answers import Answer
from nlp.models import load_model, save_model
from nlp.tagging import Tagger
from nlp.training import transformer, vocabulary
from nlp.training.settings import Settings


def test_a_transformer_is_trained_saved_and_tags(few_answers, tiny_encoder, wrapped, monkeypatch, tmp_path):
    monkeypatch.setattr(transformer, "load_encoder", lambda _: (tiny_encoder, wrapped, "here"))
    monkeypatch.setattr(vocabulary, "listed_words", lambda: {"training": 0.1, "ley": 0.1})
    settings = Settings(epochs=8, batch=8, learning_rate=3e-3, head_learning_rate=1e-2, noise=0.0)
    model, encoder = transformer.train_transformer(
        few_answers, few_answers, few_answers, checkpoint=tmp_path / "c", settings=settings
    )
    assert encoder == "here"
    save_model(model, tmp_path / "model", corpus="abc")
    tagger = Tagger(load_model(str(tmp_path / "model"), trust=True))
    answers = [labelled.answer for labelled in few_answers]
    together = [tagged.to_json() for tagged in tagger.tag_all(answers)]
    assert [tagger.tag(answer).to_json() for answer in reversed(answers)] == together[::-1]
    assert any(tagged["tags"] for tagged in together)
    assert tagger.tag(Answer("x", "Xqzv wrblk tnnpf grrkz mmvtq plkzz wvvbn qrrtz.")).unsure is not None

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("onnx")

from nlp.answers import Answer
from nlp.models import load_model, save_model
from nlp.tagging import Tagger
from nlp.training import transformer, vocabulary
from nlp.training.fine_tuning import fine_tune
from nlp.training.linear import fit_linear
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


def test_a_trained_model_reads_long_answers_to_their_end(few_answers, wrapped, tiny_network):
    # Training cuts what it reads, and leaves the tokenizer so.
    wrapped(["text " * 900], truncation=True, max_length=512, padding=True)
    model = transformer.to_model(tiny_network, wrapped, few_answers, few_answers)
    parts = [f"Sentence {number} asks for a law." for number in range(150)]
    starts = [sum(len(part) + 1 for part in parts[:number]) for number in range(150)]
    spans = [(start, start + len(part)) for start, part in zip(starts, parts, strict=True)]
    [scores] = model.score([(" ".join(parts), spans)])
    assert len(np.unique(scores.tags.reshape(150, -1), axis=0)) > 140


def test_answers_without_words_hinder_no_training(few_answers, tiny_network, wrapped, tmp_path):
    empty = [
        replace(few_answers[0], answer=Answer(str(n), text), passages=())
        for n, text in enumerate(["2008", "", "!"])
    ]
    settings = Settings(epochs=1, batch=8)
    fine_tune(
        tiny_network,
        wrapped,
        few_answers[:8] + empty,
        empty + few_answers[:8],
        settings,
        checkpoint=tmp_path / "c",
    )
    model = transformer.to_model(tiny_network, wrapped, few_answers, few_answers)
    assert transformer.blended(model, fit_linear(few_answers), empty + few_answers).labels == model.labels

import json
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("onnx")

REMARKS = Path(__file__).with_name("remarks.jsonl")


@pytest.fixture
def encoder(tiny_encoder, wrapped, monkeypatch, tmp_path):
    """The folder of a tiny encoder."""
    monkeypatch.setattr("nlp.training.vocabulary.listed_words", lambda: {"water": 0.1})
    tiny_encoder.save_pretrained(tmp_path / "encoder")
    wrapped.save_pretrained(tmp_path / "encoder")
    return tmp_path / "encoder"


def test_a_transformer_is_trained_on_ones_own_labels(needtag, encoder, tmp_path):
    folder = tmp_path / "mine"
    options = ["--kind", "transformer", "--encoder", encoder, "--data", REMARKS, "-o", folder]
    code, _, said = needtag("train", *options, "--unsure-recall", "0.6")
    assert code == 0, said
    assert "epoch 1: micro-F1" in said
    assert not folder.with_name("mine.checkpoint").exists()
    card = (folder / "MODEL_CARD.md").read_text("utf-8")
    assert str(encoder) in card
    assert "60 of 100 labels" in card
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert (manifest["kind"], manifest["taxonomy"], len(manifest["labels"])) == ("blend", None, 3)
    code, _, said = needtag("train", *options[:-1], tmp_path / "alone", "--encoder-only", "--frozen")
    assert code == 0, said
    assert f"{encoder}, frozen" in (tmp_path / "alone" / "MODEL_CARD.md").read_text("utf-8")
    assert not (tmp_path / "alone" / "model.joblib").exists()
    code, _, _ = needtag("tag", REMARKS, "--model", folder, "--trust", "-o", tmp_path / "out.jsonl")
    assert code == 0
    records = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text("utf-8").splitlines()]
    assert {tag["kind"] for record in records for tag in record["tags"]} == {"label"}
    code, out, _ = needtag("evaluate", "--data", REMARKS, "--model", folder, "--trust")
    assert code == 0
    assert "labels" in out


def test_an_encoder_that_is_not_there_is_named(needtag, tmp_path):
    options = ["--kind", "transformer", "--encoder", tmp_path / "none", "--data", REMARKS]
    code, _, said = needtag("train", *options, "-o", tmp_path / "mine")
    assert code == 2
    assert f"needtag: {tmp_path}/none: is no folder" in said
    assert "epoch" not in said
    assert not (tmp_path / "mine").exists()


def test_options_of_an_encoder_are_refused_for_a_linear_model(needtag, tmp_path):
    code, _, said = needtag("train", "--frozen", "--data", REMARKS, "-o", tmp_path / "mine")
    assert code == 2
    assert "add --kind transformer" in said

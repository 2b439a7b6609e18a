import json

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("onnx")

from nlp.errors import ModelError  # noqa: E402
from nlp.models import Calibration, ModelId, load_model, own_labels, save_model, storage, taxonomy_labels  # noqa: E402
from nlp.models.transformer import TransformerModel  # noqa: E402
from nlp.training.exporting import QuantizedEmbedding, export  # noqa: E402 - it imports torch
from nlp.training.network import encode  # noqa: E402
from nlp.training.vocabulary import chosen_pieces, trim_embeddings, trimmed_tokenizer  # noqa: E402

TEXTS = [
    ("We need a law. Japan gave cars.", [(0, 14), (15, 31)]),
    ("Nous avons besoin de juges.", [(0, 27)]),
    ("Otra respuesta, con dos partes; esta es la segunda.", [(0, 31), (32, 51)]),
]


@pytest.mark.parametrize("name", ["network.onnx", "tokenizer.json", "words.json"])
def test_a_damaged_file_is_refused(exported, tmp_path, name):
    folder = tmp_path / "saved"
    save_model(exported, folder, corpus="abc")
    (folder / name).write_text('{"familiar_share": 7, "words": []}', "utf-8")
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    manifest["files"][name] = storage._sha256(folder / name)
    manifest["version"] = storage._version(manifest)
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    with pytest.raises(ModelError, match="does not hold a transformer model"):
        load_model(str(folder), trust=True)


@pytest.fixture
def exported(tiny_network, tiny_tokenizer, tmp_path):
    export(tiny_network, tmp_path / "network.onnx")
    return TransformerModel(
        ModelId("tiny", "1"),
        Calibration(),
        taxonomy_labels(),
        network=(tmp_path / "network.onnx").read_bytes(),
        tokenizer=tiny_tokenizer.to_str(),
        known_words=["law", "need", "cars", "gave", "japan"],
        familiar_share=0.3,
    )


def test_what_is_served_judges_as_what_was_trained(exported, tiny_network, wrapped):
    tiny_network.eval()
    with torch.no_grad():
        judgement = tiny_network.judge(encode(wrapped, TEXTS[:1]))
    [scores] = exported.score(TEXTS[:1])
    for name in ("stances", "tags", "instruments"):
        np.testing.assert_allclose(
            getattr(scores, name), getattr(judgement, name).sigmoid().numpy(), atol=0.02
        )


def test_scores_do_not_depend_on_the_texts_beside(exported):
    together = exported.score(TEXTS)
    for text, scores in zip(TEXTS, together, strict=True):
        [alone] = exported.score([text])
        np.testing.assert_array_equal(alone.tags, scores.tags)
        np.testing.assert_array_equal(alone.stances, scores.stances)


def test_a_text_of_other_words_is_unfamiliar(exported):
    known, unknown = exported.score([TEXTS[0], ("Xqzv wrblk tnnpf grrkz mmvtq.", [(0, 29)])])
    assert (known.familiar, unknown.familiar) == (True, False)


def test_a_text_longer_than_a_window_is_judged_passage_by_passage(exported):
    parts = [f"Sentence {number} asks for a law." for number in range(200)]
    text = " ".join(parts)
    ends = np.cumsum([len(part) + 1 for part in parts]) - 1
    spans = [(int(end) - len(part), int(end)) for part, end in zip(parts, ends, strict=True)]
    [scores] = exported.score([(text, spans)])
    assert scores.tags.shape[0] == 200
    assert len(np.unique(scores.tags.reshape(200, -1), axis=0)) > 190


def test_a_passage_longer_than_a_window_is_read_to_its_end(exported):
    start = "law and cars " * 500
    one, other = (
        exported.score([(start + end, [(0, len(start + end))])])[0] for end in ("need", "gave need law")
    )
    assert not np.array_equal(one.tags, other.tags)


def test_a_saved_model_scores_as_before(exported, tmp_path):
    save_model(exported, tmp_path / "saved", corpus="abc")
    loaded = load_model(str(tmp_path / "saved"), trust=True)
    manifest = json.loads((tmp_path / "saved" / "manifest.json").read_text("utf-8"))
    assert manifest["kind"] == "transformer"
    assert set(manifest["files"]) == {"calibration.json", "network.onnx", "tokenizer.json", "words.json"}
    for before, after in zip(exported.score(TEXTS), loaded.score(TEXTS), strict=True):
        np.testing.assert_array_equal(before.tags, after.tags)
        assert before.familiar == after.familiar


def test_an_embedding_in_8_bits_is_near_its_weights_row_by_row():
    weights = torch.tensor([[1.0, -0.5, 0.25], [0.001, 0.002, -0.004]])
    found = QuantizedEmbedding(weights)(torch.tensor([[1, 0]]))[0]
    assert torch.allclose(found, weights[[1, 0]], rtol=0.02, atol=1e-5)


def test_a_trimmed_tokenizer_cuts_the_kept_texts_as_before(tiny_tokenizer, tiny_encoder):
    text = "We need a law on firearms."
    kept = chosen_pieces(tiny_tokenizer, {"training": 0.5, "zebra": 0.1}, [text], most=120)
    trimmed = trimmed_tokenizer(tiny_tokenizer, kept)
    assert trimmed.encode(text).tokens == tiny_tokenizer.encode(text).tokens
    assert trimmed.get_vocab_size() == len(kept) < tiny_tokenizer.get_vocab_size()
    before = tiny_encoder.embeddings.word_embeddings.weight.detach().clone()
    trim_embeddings(tiny_encoder, kept, 1)
    after = tiny_encoder.embeddings.word_embeddings.weight.detach()
    old, new = tiny_tokenizer.encode(text).ids, trimmed.encode(text).ids
    assert torch.equal(after[new], before[old])
    assert tiny_encoder.config.vocab_size == len(kept)


def test_pieces_of_rarer_words_go_first(tiny_tokenizer):
    words = {"training": 0.9, "vehicles": 0.1}
    few = chosen_pieces(tiny_tokenizer, words, [], most=0)
    some = chosen_pieces(tiny_tokenizer, words, [], most=len(few) + 1)
    assert len(some) == len(few) + 1
    [added] = set(some) - set(few)
    pieces = [tiny_tokenizer.encode(form, add_special_tokens=False).ids for form in ("training", "Training")]
    assert added in {place for each in pieces for place in each}


def test_a_network_of_other_labels_is_refused(exported):
    with pytest.raises(ValueError, match="other inputs or outputs"):
        TransformerModel(
            ModelId("tiny", "1"),
            Calibration(),
            own_labels(["sport"]),
            network=exported._files[0],
            tokenizer=exported._files[1],
            known_words=(),
        )

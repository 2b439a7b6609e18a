import json

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("onnx")

from nlp.errors import ModelError
from nlp.models import load_model, save_model, storage
from nlp.models.calibration import logit
from nlp.passages import worded_passages
from nlp.training.fine_tuning import validation_f1
from nlp.training.transformer import LINEAR_SHARES, blended, to_model

TEXTS = [("We need a law. Japan gave cars.", [(0, 14), (15, 31)]), ("Nous avons besoin de juges.", [(0, 27)])]


@pytest.fixture
def blend(tiny_encoder, wrapped, small_model, few_answers):
    from nlp.models import taxonomy_labels
    from nlp.training.network import PassageNetwork

    network = PassageNetwork(tiny_encoder, taxonomy_labels())
    return blended(to_model(network, wrapped, few_answers, few_answers), small_model, few_answers)


def test_the_log_odds_of_both_are_averaged(blend):
    scores = [model.score(TEXTS) for model in (blend, blend.transformer, blend.linear)]
    for both, one, other in zip(*scores, strict=True):
        for name in ("stances", "tags", "instruments"):
            parts = [logit(getattr(each, name)) for each in (one, other)]
            odds = (1 - blend.linear_share) * parts[0] + blend.linear_share * parts[1]
            np.testing.assert_allclose(logit(getattr(both, name)), odds, atol=1e-6)
        assert both.familiar == one.familiar


def test_the_weights_are_those_that_are_best_on_validation(blend, few_answers):
    texts = [(each.answer.text, worded_passages(each.answer.text)) for each in few_answers]
    f1 = {}
    chosen = blend.linear_share
    for blend.linear_share in LINEAR_SHARES:
        f1[blend.linear_share] = validation_f1(blend.score(texts), few_answers, blend.labels)
    assert f1[chosen] == max(f1.values()) > min(f1.values())


def test_a_saved_blend_scores_as_before(blend, tmp_path):
    save_model(blend, tmp_path / "saved", corpus="abc")
    loaded = load_model(str(tmp_path / "saved"), trust=True)
    manifest = json.loads((tmp_path / "saved" / "manifest.json").read_text("utf-8"))
    assert manifest["kind"] == "blend"
    assert set(manifest["libraries"]) >= {"onnxruntime", "scikit-learn", "tokenizers"}
    for before, after in zip(blend.score(TEXTS), loaded.score(TEXTS), strict=True):
        # The linear model's weights are kept in half precision.
        np.testing.assert_allclose(before.tags, after.tags, atol=1e-9)


def test_a_share_that_is_none_is_refused(blend, tmp_path):
    folder = tmp_path / "saved"
    save_model(blend, folder, corpus="abc")
    for share in ({"linear_share": 2}, {}, {"linear_share": "much"}):
        (folder / "blend.json").write_text(json.dumps(share), "utf-8")
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
        manifest["files"]["blend.json"] = storage._sha256(folder / "blend.json")
        manifest["version"] = storage._version(manifest)
        (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
        with pytest.raises(ModelError, match="does not hold a blend model"):
            load_model(str(folder), trust=True)

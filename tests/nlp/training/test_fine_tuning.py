import pytest

torch = pytest.importorskip("torch")

from nlp.answers import STANCES, Answer, LabelledAnswer, LabelledPassage  # noqa: E402
from nlp.models import TAGGED_STANCES  # noqa: E402
from nlp.taxonomy import load_taxonomy  # noqa: E402
from nlp.training.fine_tuning import (  # noqa: E402 - it imports torch
    Settings,
    fine_tune,
    score_all,
    surest,
    targets_of,
    validation_f1,
)

CODES = load_taxonomy().codes
FAST = Settings(epochs=3, batch=8, learning_rate=3e-3, head_learning_rate=1e-2)


def answer(*passages, instruments=()):
    marked = tuple(LabelledPassage(5 * number, 5 * number + 4, tags) for number, tags in enumerate(passages))
    tags = frozenset((stance, code) for each in passages for stance, code in each if code)
    stances = frozenset(stance for each in passages for stance, _ in each)
    text = Answer("a", "text " * len(passages))
    return LabelledAnswer(text, tags, stances, frozenset(instruments), frozenset(), marked)


def test_targets_say_stance_code_and_type_of_each_passage():
    targets = targets_of(
        [
            answer((("offered", "legal.drafting"),), (("none", None),), instruments=["tip"]),
            answer((("requested", None), ("received", "data"))),
        ]
    )
    assert targets.stances.tolist() == [
        [float(stance in said) for stance in STANCES]
        for said in (("offered",), ("none",), ("requested", "received"))
    ]
    said = [
        (int(row), TAGGED_STANCES[int(stance)], CODES[int(code)])
        for row, stance, code in targets.tags.nonzero()
    ]
    assert said == [(0, "offered", "legal"), (0, "offered", "legal.drafting"), (2, "received", "data")]
    assert targets.instruments.tolist() == [[0, 1, 0, 0], [0, 0, 0, 0]]


def test_an_answer_has_what_its_surest_passage_has():
    values = torch.tensor([[1.0, -2], [-3, 4], [-5, -6]])
    assert surest(values, torch.tensor([0, 0, 1])).tolist() == [[1, 4], [-5, -6]]


def test_a_network_learns(few_answers, wrapped, tiny_network, tmp_path):
    before = validation_f1(score_all(tiny_network, wrapped, few_answers, "cpu"), few_answers)
    settings = Settings(
        epochs=40, patience=40, batch=8, learning_rate=3e-3, head_learning_rate=1e-2, noise=0.0
    )
    best = fine_tune(tiny_network, wrapped, few_answers, few_answers, settings, checkpoint=tmp_path / "c")
    assert best > before + 0.2
    # It is left as it was after its best epoch.
    assert validation_f1(score_all(tiny_network, wrapped, few_answers, "cpu"), few_answers) == best


def test_a_run_that_was_cut_ends_as_if_it_had_not_been(few_answers, wrapped, tiny_encoder, tmp_path):
    from copy import deepcopy

    from nlp.training.network import PassageNetwork

    torch.manual_seed(2)
    whole = PassageNetwork(tiny_encoder)
    cut, resumed = deepcopy(whole), deepcopy(whole)
    fine_tune(whole, wrapped, few_answers, few_answers, FAST, checkpoint=tmp_path / "whole")

    def stop(epoch, *_):
        if epoch == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fine_tune(cut, wrapped, few_answers, few_answers, FAST, checkpoint=tmp_path / "cut", report=stop)
    fine_tune(resumed, wrapped, few_answers, few_answers, FAST, checkpoint=tmp_path / "cut")
    for name, weights in whole.state_dict().items():
        assert torch.equal(weights, resumed.state_dict()[name]), name


def test_a_run_stops_when_validation_gains_nothing(few_answers, wrapped, tiny_network, tmp_path):
    epochs = set()
    still = Settings(epochs=9, patience=1, learning_rate=0.0, head_learning_rate=0.0)
    fine_tune(
        tiny_network,
        wrapped,
        few_answers[:8],
        few_answers[:8],
        still,
        checkpoint=tmp_path / "c",
        report=lambda epoch, *_: epochs.add(epoch),
    )
    assert len(epochs) < 9

from dataclasses import replace

import pytest

torch = pytest.importorskip("torch")

from nlp.errors import ModelError  # noqa: E402
from nlp.models import taxonomy_labels  # noqa: E402
from nlp.training.fine_tuning import (  # noqa: E402 - it imports torch
    fine_tune,
    score_all,
    surest,
    validation_f1,
)
from nlp.training.settings import Settings  # noqa: E402

LABELS = taxonomy_labels()
FAST = Settings(epochs=3, batch=8, learning_rate=3e-3, head_learning_rate=1e-2)


class Watched:
    def __init__(self):
        self.steps, self.epochs = [], []

    def step(self, epoch, step, loss):
        self.steps.append((epoch, step))

    def epoch(self, _, f1):
        self.epochs.append(f1)


def test_an_answer_has_what_its_surest_passage_has():
    values = torch.tensor([[1.0, -2], [-3, 4], [-5, -6]])
    assert surest(values, torch.tensor([0, 0, 1])).tolist() == [[1, 4], [-5, -6]]


def test_a_network_learns(few_answers, wrapped, tiny_network, tmp_path):
    before = validation_f1(score_all(tiny_network, wrapped, few_answers, FAST), few_answers, LABELS)
    settings = Settings(
        epochs=15, patience=15, batch=8, learning_rate=3e-3, head_learning_rate=1e-2, noise=0.0
    )
    best = fine_tune(tiny_network, wrapped, few_answers, few_answers, settings, checkpoint=tmp_path / "c")
    assert best > before + 0.2
    # It is left as it was after its best epoch.
    assert validation_f1(score_all(tiny_network, wrapped, few_answers, FAST), few_answers, LABELS) == best


def test_a_run_that_was_cut_ends_as_if_it_had_not_been(few_answers, wrapped, tiny_encoder, tmp_path):
    from copy import deepcopy

    from nlp.training.network import PassageNetwork

    torch.manual_seed(2)
    whole = PassageNetwork(tiny_encoder, LABELS)
    cut, resumed = deepcopy(whole), deepcopy(whole)
    fine_tune(whole, wrapped, few_answers, few_answers, FAST, checkpoint=tmp_path / "whole")

    class Stop:
        def step(self, epoch, *_):
            if epoch == 1:
                raise KeyboardInterrupt

        def epoch(self, *_):
            pass

    with pytest.raises(KeyboardInterrupt):
        fine_tune(cut, wrapped, few_answers, few_answers, FAST, checkpoint=tmp_path / "cut", watcher=Stop())
    fine_tune(resumed, wrapped, few_answers, few_answers, FAST, checkpoint=tmp_path / "cut")
    for name, weights in whole.state_dict().items():
        assert torch.equal(weights, resumed.state_dict()[name]), name
    # All of it: weights, the optimizer's memory and the place in the schedule as they are at the end.
    ends = [torch.load(tmp_path / name, weights_only=True) for name in ("whole", "cut")]
    assert str(ends[0]) == str(ends[1])


def test_a_run_is_not_resumed_with_other_answers_or_settings(few_answers, wrapped, tiny_network, tmp_path):
    once = replace(FAST, epochs=1)
    fine_tune(tiny_network, wrapped, few_answers, few_answers, once, checkpoint=tmp_path / "c")
    for train, settings in ((few_answers[1:], once), (few_answers, replace(once, noise=0.0))):
        with pytest.raises(ModelError, match="keeps another training"):
            fine_tune(tiny_network, wrapped, train, few_answers, settings, checkpoint=tmp_path / "c")
    (tmp_path / "c").write_bytes(b"no checkpoint")
    with pytest.raises(ModelError, match="keeps another training"):
        fine_tune(tiny_network, wrapped, few_answers, few_answers, once, checkpoint=tmp_path / "c")


def test_a_run_whose_loss_is_no_number_stops(few_answers, wrapped, tiny_network, tmp_path):
    wild = replace(FAST, learning_rate=float("nan"))
    with pytest.raises(ModelError, match="no number"):
        fine_tune(tiny_network, wrapped, few_answers, few_answers, wild, checkpoint=tmp_path / "c")


def test_a_device_that_is_not_there_is_refused(few_answers, wrapped, tiny_network, tmp_path):
    if torch.cuda.is_available():
        pytest.skip("there is one")
    with pytest.raises(ModelError, match="no such device"):
        fine_tune(
            tiny_network,
            wrapped,
            few_answers,
            few_answers,
            replace(FAST, device="cuda"),
            checkpoint=tmp_path / "c",
        )


def test_a_run_stops_when_validation_gains_nothing(few_answers, wrapped, tiny_network, tmp_path):
    watched = Watched()
    still = Settings(epochs=9, patience=1, learning_rate=0.0, head_learning_rate=0.0)
    fine_tune(
        tiny_network,
        wrapped,
        few_answers[:8],
        few_answers[:8],
        still,
        checkpoint=tmp_path / "c",
        watcher=watched,
    )
    assert len(watched.epochs) < 9
    assert watched.steps == [(epoch, 0) for epoch in range(len(watched.epochs))]
    assert all(f1 <= watched.epochs[0] for f1 in watched.epochs)

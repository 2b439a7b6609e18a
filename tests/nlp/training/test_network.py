import pytest

torch = pytest.importorskip("torch")

from nlp.training.network import encode  # noqa: E402 - it imports torch

TEXT = "We need a law. Japan gave cars."
SPANS = [(0, 14), (15, 31)]


def test_a_passage_is_pooled_from_its_own_pieces(wrapped):
    batch = encode(wrapped, [(TEXT, SPANS)])
    offsets = wrapped(TEXT, return_offsets_mapping=True)["offset_mapping"]
    for row, (start, end) in enumerate(SPANS):
        weights = batch.passages[row]
        inside = [place for place, weight in enumerate(weights) if weight > 0]
        assert float(weights.sum()) == pytest.approx(1)
        assert all(offsets[place][0] < end and offsets[place][1] > start for place in inside)
    assert not (batch.passages[0] * batch.passages[1]).any()


def test_the_marks_of_beginning_and_end_are_no_part_of_an_answer(wrapped):
    batch = encode(wrapped, [(TEXT, SPANS)])
    assert batch.answers[0][0] == batch.answers[0][-1] == 0
    assert torch.equal(batch.answers[0], batch.answers[1])


def test_a_passage_after_the_last_piece_is_pooled_from_the_whole_answer(wrapped):
    batch = encode(wrapped, [(TEXT, SPANS)], longest=5)
    assert torch.equal(batch.passages[1], batch.answers[1])


def test_each_passage_of_a_batch_is_judged_from_its_own_text(wrapped, tiny_network):
    tiny_network.eval()
    other = ("Nothing is asked for here, at any length that might matter to anybody else.", [(0, 20)])
    with torch.no_grad():
        alone = tiny_network.judge(encode(wrapped, [(TEXT, SPANS)]))
        together = tiny_network.judge(encode(wrapped, [other, (TEXT, SPANS)]))
    assert together.tags.shape == (3, 3, 36)
    assert together.stances.shape == (3, 4)
    assert together.instruments.shape == (3, 4)
    assert encode(wrapped, [other, (TEXT, SPANS)]).owners.tolist() == [0, 1, 1]
    for name in ("stances", "tags", "instruments"):
        assert torch.allclose(getattr(together, name)[1:], getattr(alone, name), atol=1e-5)

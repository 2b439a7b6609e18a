import pytest

torch = pytest.importorskip("torch")

from nlp.models import taxonomy_labels  # noqa: E402
from nlp.training.network import PassageNetwork, encode  # noqa: E402 - it imports torch

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


def test_a_passage_may_be_read_alone_or_beside_its_answer(wrapped):
    def pieces(row):
        return [piece for piece in row.tolist() if piece != wrapped.pad_token_id]

    alone = encode(wrapped, [(TEXT, SPANS), (TEXT, SPANS[:1])], "passage")
    parts = [TEXT[start:end] for start, end in SPANS]
    assert [pieces(row) for row in alone.input_ids] == wrapped([*parts, parts[0]])["input_ids"]
    assert alone.owners.tolist() == [0, 0, 1]
    assert torch.equal(alone.passages, alone.answers)
    beside = encode(wrapped, [(TEXT, SPANS)], "passage beside answer")
    assert [pieces(row) for row in beside.input_ids] == wrapped(parts, [TEXT] * 2)["input_ids"]
    # The passage's own pieces, not those of its repetition in the answer.
    width = beside.input_ids.shape[1]
    for row, part in enumerate(parts):
        pooled = beside.passages[row].reshape(-1, width)[row].nonzero().ravel()
        assert beside.input_ids[row][pooled].tolist() == wrapped(part, add_special_tokens=False)["input_ids"]


def test_a_frozen_encoder_stays_as_it_is(tiny_encoder, wrapped):
    network = PassageNetwork(tiny_encoder, taxonomy_labels(), frozen=True).train()
    assert not network.encoder.training
    network.judge(encode(wrapped, [(TEXT, SPANS)])).tags.sum().backward()
    assert network.codes.weight.grad is not None
    assert all(weights.grad is None for weights in network.encoder.parameters())

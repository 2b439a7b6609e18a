"""The text of an answer, cut for its marks."""

from hypothesis import given
from hypothesis import strategies as st

from service.review.text import Piece, Stretch, stretches


def record(text, passages, *mentions):
    """An answer with passages, and with names of States each of which has its own code."""
    states = [{"code": f"S{place}", "mentions": [each]} for place, each in enumerate(mentions)]
    return {"text": text, "passages": passages, "states": states}


def passage(start, end, *stances):
    return {"start": start, "end": end, "stances": list(stances)}


def mention(start, end):
    return {"start": start, "end": end}


def test_passages_states_and_what_lies_between_are_told_apart():
    found = list(
        stretches(record("Togo asks. Or not.", [passage(0, 10, "requested"), passage(11, 18)], mention(0, 4)))
    )
    assert found == [
        Stretch(0, ("requested",), (Piece("Togo", "S0"), Piece(" asks.", None))),
        Stretch(None, (), (Piece(" ", None),)),
        Stretch(1, (), (Piece("Or not.", None),)),
    ]


def test_a_text_without_passages_is_one_stretch():
    assert list(stretches(record("In Peru.", [], mention(3, 7)))) == [
        Stretch(None, (), (Piece("In ", None), Piece("Peru", "S0"), Piece(".", None)))
    ]


def test_a_name_across_the_end_of_a_passage_is_marked_on_both_sides():
    found = list(stretches(record("Viet Nam", [passage(0, 5), passage(5, 8)], mention(0, 8))))
    assert [each.pieces for each in found] == [(Piece("Viet ", "S0"),), (Piece("Nam", "S0"),)]


def test_an_empty_text_has_no_stretch():
    assert list(stretches(record("", []))) == []


@st.composite
def records(draw):
    """Answers with passages one after the other, and with names that may lie in each other."""
    text = draw(st.text(alphabet="aé 𝒮\n", max_size=40))
    places = st.integers(0, len(text))
    cuts = sorted(draw(st.sets(places, max_size=8)))
    passages = [passage(start, end) for start, end in zip(cuts[::2], cuts[1::2], strict=False)]
    pairs = draw(st.lists(st.tuples(places, places).map(sorted).filter(lambda pair: pair[0] < pair[1])))
    return record(text, passages, *(mention(start, end) for start, end in pairs))


@given(records())
def test_all_pieces_together_are_the_text(answer):
    found = list(stretches(answer))
    assert "".join(piece.text for each in found for piece in each.pieces) == answer["text"]
    assert all(piece.text for each in found for piece in each.pieces)
    assert [each.number for each in found if each.number is not None] == list(range(len(answer["passages"])))


@given(records())
def test_what_is_marked_as_a_state_is_what_was_named(answer):
    named = {
        place
        for state in answer["states"]
        for each in state["mentions"]
        for place in range(each["start"], each["end"])
    }
    marked, place = set(), 0
    for piece in (piece for each in stretches(answer) for piece in each.pieces):
        if piece.state:
            marked.update(range(place, place + len(piece.text)))
        place += len(piece.text)
    assert marked == named

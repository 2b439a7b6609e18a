"""Finds the State that a cell of a form or a table stands for."""

from nlp.states.extractor import extract_states
from nlp.states.forms import state_forms
from nlp.states.registry import State, all_states, get_state
from nlp.states.words import split_words

LONGEST_CELL = 1_000
"""Characters of a cell that may stand for a State; a long text would take memory for each of its words."""


def find_state(name: str) -> State | None:
    """The State that a cell names, in any of the three languages or by its alpha-2 or alpha-3 code.

    A cell with more in it ("Government of Kenya, Nairobi") is that State's if it names no other.
    A text of over 1,000 characters is no such cell.
    """
    if len(name) > LONGEST_CELL:
        return None
    code = name.strip().upper()
    for state in all_states():
        if code in (state.code, state.alpha_2):
            return state
    if form := state_forms().get(tuple(split_words(name).folded)):
        return get_state(form.code)
    codes = {mention.code for mention in extract_states(name)}
    return get_state(codes.pop()) if len(codes) == 1 else None

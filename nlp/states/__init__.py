"""States: what they are called, and where a text names them."""

from nlp.states.extractor import Mention, extract_states
from nlp.states.lookup import find_state
from nlp.states.registry import (
    M49_REGIONS,
    REGIONAL_GROUPS,
    State,
    all_states,
    get_state,
)

__all__ = [
    "M49_REGIONS",
    "REGIONAL_GROUPS",
    "Mention",
    "State",
    "all_states",
    "extract_states",
    "find_state",
    "get_state",
]

"""Texts of any signs: of those that break programs most of all, and long ones of one piece."""

from hypothesis import strategies as st

from tests.fuzzing.mutations import PIECES

_WORDS = (
    "Guinea-Bissau", "République du Congo", "l'Algérie", "Mr. Smith", "art. 16", "training",
    "formación", "We ask for training of judges. ", "Nous demandons la formation des juges. ", "No. ",
    "Нет. ", "需要培训。", "<script>alert(1)</script>", "{{ 7*7 }}", "' OR 1=1 --", "=HYPERLINK(1)", "+1",
    "@a", "\t=1", "＝1", "%s%n", "\ud800", "\udc00\ud800", "\ufffe", "\uffff", "\x01", "\x1b[31m", "\x7f",
    "\x85", "\u061c", "\u2066", "_x0041_", "e\u0301\u0301\u0301", "\U0010ffff", "👨‍👩‍👧", "שלום",
    "مرحبا", "ﷺ", "ǅ", "ŉ", "½", "٣", "Ⅻ", "\r\n",
)  # fmt: skip
_PIECES = st.sampled_from((*_WORDS, *PIECES))
_PAIRS = st.tuples(_PIECES, _PIECES).map("".join)
_LENGTHS = st.sampled_from((300, 5_000, 100_000))


def _repeated(piece, length, other):
    return piece * (length // len(piece)) + other


TEXTS = st.one_of(
    st.text(st.characters()),
    st.lists(_PIECES | st.characters(), max_size=60).map("".join),
    st.lists(_PIECES, max_size=60).map(" ".join),
    st.builds(_repeated, _PIECES, _LENGTHS, _PIECES),
    st.builds(_repeated, _PAIRS, _LENGTHS, _PIECES),
)
"""Any texts, with signs that no encoding has."""

STORABLE = TEXTS.map(lambda text: text.encode("utf-8", "replace").decode().replace("\0", ""))
"""Texts that may be sent to the service."""

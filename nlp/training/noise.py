"""Damage as real answers have it, made at training time: lost accents, typing errors, bad scans and more.

Each kind of damage takes a text and a source of chance, and gives the damaged text.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random

from nlp.answers import LabelledAnswer, LabelledPassage

Damage = Callable[[str, Random], str]

# Of a hundred letters, how many are mistyped or misread.
TYPING_RATE = 0.02
SCAN_RATE = 0.03
# What optical character recognition takes one for the other.
CONFUSED = {
    "rn": "m", "m": "rn", "l": "1", "1": "l", "O": "0", "0": "O", "e": "c", "c": "e", "cl": "d", "d": "cl",
    "é": "e", "è": "e", "í": "i", "ó": "6", "i": "l", "I": "l", "B": "8", "S": "5", "u": "ii", "h": "b",
}  # fmt: skip
BULLETS = ("- ", "– ", "• ", "* ", "o ", "1) ", "a) ", "")

_BULLET = re.compile(r"^(?:[-–•*]|o|\d{1,2}[.)]|[a-z]\))\s+(?=\S)", re.MULTILINE)
_LONG_WORD = re.compile(r"[^\W\d_]{7,}")


def change_case(text: str, chance: Random) -> str:
    """All capitals, or all small letters."""
    return text.upper() if chance.random() < 0.5 else text.lower()


def drop_accents(text: str, _: Random) -> str:
    """Without accents and cedillas."""
    decomposed = unicodedata.normalize("NFD", text)
    return unicodedata.normalize(
        "NFC", "".join(sign for sign in decomposed if not unicodedata.combining(sign))
    )


def mistype(text: str, chance: Random) -> str:
    """Letters left out, doubled, or in the place of the next one."""
    signs = list(text)
    for place in range(len(signs) - 1):
        if signs[place].isalpha() and chance.random() < TYPING_RATE:
            kind = chance.randrange(3)
            if kind == 0:
                signs[place] = ""
            elif kind == 1:
                signs[place] *= 2
            elif signs[place + 1].isalpha():
                signs[place], signs[place + 1] = signs[place + 1], signs[place]
    return "".join(signs)


def scan_badly(text: str, chance: Random) -> str:
    """Letters misread, and long words broken over lines."""
    damaged = []
    place = 0
    while place < len(text):
        length = 2 if text[place : place + 2] in CONFUSED else 1
        sign = text[place : place + length]
        damaged.append(CONFUSED.get(sign, sign) if chance.random() < SCAN_RATE else sign)
        place += length
    return _LONG_WORD.sub(lambda word: _broken(word[0], chance), "".join(damaged))


def _broken(word: str, chance: Random) -> str:
    middle = len(word) // 2
    return f"{word[:middle]}-\n{word[middle:]}" if chance.random() < SCAN_RATE else word


def change_bullets(text: str, chance: Random) -> str:
    """Another sign, or none, before the items of a list."""
    bullet = chance.choice(BULLETS)
    return _BULLET.sub(bullet, text)


def wrap_lines(text: str, chance: Random) -> str:
    """Lines broken at a width, as a mail program or a form breaks them."""
    width = chance.randrange(40, 90)
    lines, column = [], 0
    for word in text.split(" "):
        if column and column + len(word) > width:
            lines.append("\n")
            column = 0
        elif lines:
            lines.append(" ")
        lines.append(word)
        column += len(word) + 1
    return "".join(lines)


DAMAGES: tuple[Damage, ...] = (
    change_case, drop_accents, mistype, scan_badly, change_bullets, wrap_lines,
)  # fmt: skip


def damage_answer(labelled: LabelledAnswer, damages: Sequence[Damage], chance: Random) -> LabelledAnswer:
    """Damage an answer passage by passage, so that its marks stay where they belong."""
    text = labelled.answer.text

    def damaged(part: str) -> str:
        for damage in damages:
            part = damage(part, chance)
        return part

    if not labelled.passages:
        return replace(labelled, answer=replace(labelled.answer, text=damaged(text)))
    parts, passages, end = "", [], 0
    for passage in labelled.passages:
        parts += text[end : passage.start]
        start = len(parts)
        # A passage that the damage would empty stays as it was.
        parts += damaged(text[passage.start : passage.end]).strip() or text[passage.start : passage.end]
        passages.append(LabelledPassage(start, len(parts), passage.tags))
        end = passage.end
    answer = replace(labelled.answer, text=parts + text[end:])
    return replace(labelled, answer=answer, passages=tuple(passages))

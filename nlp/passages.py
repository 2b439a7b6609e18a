"""An answer cut into passages: sentences and list items, as offsets into the text as received.

Lines are joined into blocks, blocks cut at their numbering, items at their stops, sentences at semicolons.
Each step is one pass of a regular expression that cannot fail after a long match: time is linear in the text.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise

from nlp.answers import LANGUAGES
from nlp.data import read_yaml

Span = tuple[int, int]

_BULLET = r"[-–—−•*·∙●○◦▪■□▫►▶→➢✓✔✗☐☑☒‣⁃>+]"
_NUMBER = r"(?:\d{1,2}|[A-Za-z]|[ivx]{1,5}|[IVX]{1,5})"
_MARKER = re.compile(
    rf"""{_BULLET}+(?=[^\W\d_]|\s|\[|$)                 # - • * —
    | \[[ xX]?\] | \([ xX]?\)                           # [x] ( )
    | \({_NUMBER}\)                                     # (a) (12) (iv)
    | {_NUMBER}(?:\)|[°º][.)]?|/|\s?-)(?=\s|$|[^\W\d_]{{2}})  # a) 1° 1/ 1-
    | (?:\d{{1,2}}|[a-hA-HI]|[ivx]{{1,5}}|[IVX]{{2,5}})\.[-)]?(?=\s|$|[^\W\d_]{{2}})  # 1. a. iv. not M. or J.
    | \d{{1,2}}(?:\.\d{{1,2}}){{1,5}}\.?(?=\s)          # 1.2.3
    | §+\s?\d""",
    re.VERBOSE,
)
_LETTER_O = re.compile(r"o\s")  # what a round bullet becomes when a word processor's text is pasted
_INLINE_BULLET = re.compile(r"(?<!\S)(?:[•●○◦▪■□▫►➢✓✔✗☐☑☒‣⁃](?=\s?\w)|\[[ xX]?\](?=\s\w))")
_INLINE_NUMBER = re.compile(
    r"(?<![^\s:;,])(\(?)(\d{1,2}|[ivx]{1,4}|[A-Za-z])([.)°º])(?=\s+[^\W_]|\s+[«\"“¿¡])"
)
_ROMAN = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")
_STOP = re.compile(r"[.!?…。！？؟।]+(?:\s?»|[\"'”’›)\]])*")
_NEXT = re.compile(r"(\s*)([-–—•*«\"“”‘’'(\[{¿¡$€£#§\s]*)(\w*['’]?)")
_TOKEN = re.compile(r"[^\s(\[{«»\"“”‘¿¡,;:/'’]*$")
_LABEL = re.compile(rf"\s*(?:(\w+)\.?\s)?\s?\(?{_NUMBER}")  # "1", "(a)", "Article 5"
_INITIALS = re.compile(r"(?:\w{1,2}\.)+\w{1,2}|EE|UU|[A-ZÀ-ÖØ-Þ]")
_NUMERAL = re.compile(r"\d|[IVXLC]{2,}$|[B-DF-NP-TV-XZ]$")
_SEMICOLON = re.compile(r"(?<!&amp)(?<!&lt)(?<!&gt)(?<!&quot)(?<!&nbsp)[;；](?=\s|[^\W\d_])")
_ASIDE = re.compile(r"(?<=[^.!?…;:\s]\s)\([^()]{1,300}\)|(?<=\w)\([^()]{1,300}\)")
_HIDE = str.maketrans(".!?…;；", ",,,,,,")
_WORD = re.compile(r"\w+")
_LETTER = re.compile(r"[^\W_]")
_LONG_WORD = re.compile(r"(?!(?:and|les|los|las|the)\b)[^\W\d_]{3,}", re.IGNORECASE)
_HYPHENATED = re.compile(r"[^\W\d_][-‐¬\xad]$")
_LINE_STOP = re.compile(r"[.!?…:;。！？][\"'”’›)\]»\s]*$")
_SHORT_CLAUSE = 4  # words; two clauses about a semicolon are one thought when either is shorter
_NARROW = 60  # characters; lines of prose are set wider than this, lists without signs narrower


@dataclass(frozen=True)
class _Words:
    """The lists of abbreviations.yaml, where they are described, and the function words of words.yaml.

    A line that ends with a function word goes on; one with a capital opens a sentence after a doubtful stop.
    """

    never_last: frozenset[str]
    before_number: frozenset[str]
    often_last: frozenset[str]
    function: frozenset[str]


@cache
def _words() -> _Words:
    lists = read_yaml(files("nlp") / "abbreviations.yaml")
    function = read_yaml(files("nlp") / "words.yaml")["function"]
    return _Words(
        never_last=frozenset(lists["never_last"].split()),
        before_number=frozenset(lists["before_number"].split()),
        often_last=frozenset(lists["often_last"].split()),
        function=frozenset(" ".join(function[language] for language in LANGUAGES).split()),
    )


def worded_passages(text: str) -> list[Span]:
    """The passages that models are asked about: numbering or figures alone have no stance and no tag."""
    return [(start, end) for start, end in split_passages(text) if any(map(str.isalpha, text[start:end]))]


def scored_passages(text: str) -> list[Span]:
    """The same where there are any, else the whole text: training must say something of every answer."""
    return worded_passages(text) or [(0, len(text))]


def split_passages(text: str) -> list[Span]:
    """Cut an answer into sentences and list items.

    Returns:
        `[start, end)` offsets into `text`: sorted, apart from one another, without white space at either end.
        Every letter and digit of the text is in one of them; a text without any gives an empty list.
    """
    return [
        passage
        for block in _blocks(text)
        for item in _items(text, block)
        for sentence in _sentences(text, item)
        for part in _parts(text, sentence)
        if (passage := _trimmed(text, part))
    ]


def _trimmed(text: str, span: Span) -> Span | None:
    """The span without outer white space; None where it holds no letter and no digit."""
    inside = text[slice(*span)]
    if not _LETTER.search(inside):
        return None
    return span[0] + len(inside) - len(inside.lstrip()), span[0] + len(inside.rstrip())


def _cut(span: Span, cuts: list[int]) -> Iterator[Span]:
    yield from pairwise([span[0], *cuts, span[1]])


# From lines to blocks


def _blocks(text: str) -> Iterator[Span]:
    """Lines joined where one is only the soft wrap of the one before; a blank line always ends a block."""
    paragraph: list[Span] = []
    offset = 0
    for line in text.splitlines(keepends=True):
        if line.isspace():
            yield from _joined(text, paragraph)
            paragraph = []
        else:
            paragraph.append((offset, offset + len(line)))
        offset += len(line)
    yield from _joined(text, paragraph)


def _joined(text: str, paragraph: list[Span]) -> Iterator[Span]:
    if not paragraph:
        return
    lines = [text[slice(*span)].strip() for span in paragraph]
    layout = _Layout.of(lines)
    breaks = [
        start
        for (start, _), (line, following) in zip(paragraph[1:], pairwise(lines), strict=True)
        if not layout.goes_on(line, following)
    ]
    yield from _cut((paragraph[0][0], paragraph[-1][1]), breaks)


def _last_token(line: str) -> str:
    found = _TOKEN.search(line[-40:])
    return found.group() if found else ""


@dataclass(frozen=True)
class _Layout:
    """How the lines of a paragraph are set.

    Attributes:
        width: characters of its longest line.
        wrapped: some line is broken inside a sentence, so others may be.
        listed: its lines are items although no sign says so.
        o_bullets: the letter o at the start of a line is a bullet.
    """

    width: int
    wrapped: bool
    listed: bool
    o_bullets: bool

    @classmethod
    def of(cls, lines: list[str]) -> "_Layout":
        width = max(map(len, lines))
        signs = any(_MARKER.match(line) or _HYPHENATED.search(line) for line in lines)
        full = all(_is_full(line, following, width) for line, following in pairwise(lines))
        listed = width < _NARROW and not signs and (lines[0].endswith(":") or (len(lines) > 2 and not full))
        small = any(after[0].islower() and not _LINE_STOP.search(line) for line, after in pairwise(lines))
        return cls(width, small and not listed, listed, sum(map(bool, map(_LETTER_O.match, lines))) > 1)

    def goes_on(self, line: str, following: str) -> bool:
        """Whether the break between the two lines is only a soft wrap."""
        words, last = _words(), _last_token(line)
        cited = last.rstrip(".").lower() in words.before_number and following[0].isdigit()
        if _MARKER.fullmatch(line) or cited or (_HYPHENATED.search(line) and following[0].isalpha()):
            return True
        if _MARKER.match(following) or (self.o_bullets and _LETTER_O.match(following)):
            return False
        if _LINE_STOP.search(line):
            return last.endswith(".") and _never_last(last[:-1])
        if line.endswith(",") or (last.lower() in words.function and not self.listed):
            return True
        return not self.listed and (
            following[0].islower() or (self.wrapped and _is_full(line, following, self.width))
        )


def _is_full(line: str, following: str, width: int) -> bool:
    """Whether the following line's first word had no room on the line."""
    return len(line) + 1 + len(following.split(maxsplit=1)[0]) > 0.9 * width


# From blocks to items


def _items(text: str, block: Span) -> Iterator[Span]:
    """The block cut before bullets, and before numbers that count on from one: "a) ...; b) ..."."""
    cuts = {found.start() for found in _INLINE_BULLET.finditer(text, *block)}
    counts: dict[tuple[str, ...], list[re.Match[str]]] = defaultdict(list)
    for found in _INLINE_NUMBER.finditer(text, *block):
        for kind, value in _readings(found[2]):
            count = counts[found[1], found[3], kind]
            if value == 1 and _may_open(text, block[0], found):
                count[:] = [found]
            elif value == len(count) + 1 > 1 and _LONG_WORD.search(text, count[-1].end(), found.start()):
                count.append(found)
                cuts.update(sign.start() for sign in count[-2:])
    yield from _cut(block, sorted(cuts - {block[0]}))


def _readings(number: str) -> Iterator[tuple[str, int]]:
    """What an item's number may count: digits, letters or Roman numerals, and how far."""
    if number.isdecimal():
        yield "digit", int(number)
    if number in _ROMAN:
        yield "roman", _ROMAN.index(number)
    if len(number) == 1 and number.isalpha():
        yield "upper" if number.isupper() else "lower", ord(number.lower()) - ord("a") + 1


def _may_open(text: str, start: int, found: re.Match[str]) -> bool:
    """Whether a first number may open a list: it is not part of a citation such as "article 5 (a)"."""
    before = text[max(start, found.start() - 40) : found.start()].rstrip()
    if not before or before[-1] in ":;.!?–—-":
        return True
    return (
        found[3] == ")"
        and not before[-1].isdigit()
        and _last_token(before).lower() not in _words().before_number
    )


# From items to sentences


def _sentences(text: str, item: Span) -> Iterator[Span]:
    """The item cut after each stop that ends a sentence; the text of an aside in brackets stays whole."""
    shadow = _shadow(text, item)
    cuts: list[int] = []
    begin = 0
    for stop in _STOP.finditer(shadow):
        if _ends_sentence(shadow, begin, stop):
            begin = stop.end()
            cuts.append(item[0] + begin)
    yield from _cut(item, cuts)


def _shadow(text: str, span: Span) -> str:
    """The span's text, as long as it is, with the stops inside round brackets hidden."""
    return _ASIDE.sub(lambda aside: aside.group().translate(_HIDE), text[slice(*span)])


def _ends_sentence(shadow: str, begin: int, stop: re.Match[str]) -> bool:
    following = _NEXT.match(shadow, stop.end())
    assert following is not None  # every part of the pattern may be empty
    space, opener, word = following.groups()
    token = _last_token(shadow[max(begin, stop.start() - 40) : stop.start()])
    if not space and not set(opener) & set("¿¡"):
        return _is_glued(token, word) and not shadow.startswith("@", following.end())
    if not word and following.end() < len(shadow):
        return False
    small = word[:1].islower() and not set(opener) & set("¿¡-–—•*")
    sign = stop.group()
    if sign[0] == "." and not sign.startswith(".."):
        return not _is_label(shadow, begin, stop.start()) and _dot_ends(token, word, small=small)
    return not small or sign[-1] in "?!"


def _is_label(shadow: str, begin: int, end: int) -> bool:
    """Whether the sentence so far is but the number of what follows: "2.", "Article 5.", "...; 4."."""
    begin = max(begin, shadow.rfind(";", end - 5, end) + 1)
    label = _LABEL.fullmatch(shadow, begin, end) if end - begin < 20 else None
    return label is not None and (label[1] is None or label[1].lower() in _words().before_number)


def _is_glued(token: str, word: str) -> bool:
    """Whether the space after the stop was forgotten: "gendarmes.Les", but not a file name or an address."""
    return len(token) > 2 and token.isalpha() and token.islower() and len(word) > 1 and word.istitle()


def _dot_ends(token: str, word: str, *, small: bool) -> bool:
    """Whether one dot between the two ends a sentence; small: the next word has no capital."""
    words, name = _words(), token.lower()
    if not token or token.isdecimal():
        return not small or bool(token)
    if _never_last(token):
        return False
    if _INITIALS.fullmatch(token):
        return not small and word.lower().rstrip("'’") in words.function
    if name in words.before_number:
        return not small and not _NUMERAL.match(word)
    if not small:
        return True
    # Careless writers open sentences with a small letter; a short word may be an abbreviation nobody listed.
    return name not in words.often_last and (len(token) > 3 or name[-1] in "aeiouyáéíóúàèû")


def _never_last(token: str) -> bool:
    listed = _words().never_last
    return token.lower() in listed or (token[:1].isupper() and token.capitalize() in listed)


# From sentences to clauses


def _parts(text: str, sentence: Span) -> Iterator[Span]:
    """The sentence cut at its semicolons, unless it holds but two clauses and one of them is short."""
    shadow = _shadow(text, sentence)
    cuts = [found.end() for found in _SEMICOLON.finditer(shadow)]
    sizes = [len(_WORD.findall(shadow, *span)) for span in _cut((0, len(shadow)), cuts)]
    sizes = [size for size in sizes if size]
    if len(sizes) == 2 and min(sizes) < _SHORT_CLAUSE:
        cuts = []
    yield from _cut(sentence, [sentence[0] + cut for cut in cuts])

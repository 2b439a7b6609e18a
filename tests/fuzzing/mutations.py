"""Real files, changed as hostile or careless hands and bad lines change them.

A change is a name and numbers, so that hypothesis can draw a file as a short list and shorten the list of a
faulty one. Every number is taken as a share of what there is to choose from.
"""

import io
import re
import warnings
import zipfile
from contextlib import suppress
from pathlib import Path

from hypothesis import strategies as st

from tests.service.intake.conftest import pdf_bytes

EXAMPLES = Path(__file__).parents[2] / "examples"
_FIELD = "<< /Type /Annot /Subtype /Widget /FT /Tx /V (Training) /Rect [60 700 300 712] >>"
_LINES = "60 700 m 500 700 l 60 650 m 500 650 l 60 700 m 60 650 l 250 700 m 250 650 l 500 700 m 500 650 l S"
_PAGE = [
    (60, 80, "1. Needs?", "bold"),
    (60, 100, "State: Chad"),
    (70, 160, "A"),
    (260, 160, "B"),
    _LINES,
    _FIELD,
]
SEEDS = {
    ".txt": ["kyrgyzstan-needs-2013.txt"],
    ".csv": ["guatemala-migrantes-2012.csv"],
    ".tsv": ["guatemala-migrantes-2012.csv"],
    ".jsonl": ["ghana-firearms-2010.jsonl"],
    ".json": ["madagascar-tip-2008.json"],
    ".xlsx": ["asia-pacific-2013.xlsx"],
    ".docx": ["jordan-migrants-2011.docx", "tchad-convention-2009.docx"],
    ".pdf": ["paraguay-convencion-2009.pdf"],
}
WHOLE = 1 << 16
"""What the numbers of a change are shares of."""

COUNTS = (1, 2, 40, 3_000, 60_000, 400_000)
MOST_BYTES = 2_000_000
"""Bytes that a repeated piece may have."""
PIECES = (
    " ", "\t", "\n", "\r", "\f", "\v", "\u00a0", "\u2028", "\u202e", "\u200b", "\ufeff", "\u0301", "\0",
    "\x1f", "(", ")", "[", "]", "{", "}", "<", ">", '"', "'", "&", ";", ",", "|", ":", "=", "?", "-", "*",
    "\\", "/", "[ ]", "( )", "[x]", "☐", "☒ a ", "1.", "1. ", "(a) ", "i) ", "? ", "?(", "a:", "State: ",
    "État :\t", "\na: ", "x", "é", "\U0001f600", "ß", "İ", "ﬁ", "Ǆ", "Convention ", "tip ", "and ", "Guinea ",
    "-\n", "US$", "9", "1e9", "=1+1", "@SUM(1)", '""', "\\ud800", "\\u0000", "[[", '{"a":', '{"answers":[',
    "&#0;", "&lt;", "<x/>", "</w:p>", "<w:p>", "<w:tbl><w:tr><w:tc>", "<w:ins><w:r><w:t>", "<c><v>",
    "</row><row>", "<?a b?>", "<!--", "]]>", "q ", "BT ", "1 0 0 1 0 0 cm ", "0 0 m 9 9 l S ", "(a) Tj ", "[",
    "<<", "1 0 R ", "obj ", "endstream ",
)  # fmt: skip
BYTES = (
    b"\xff", b"\xed\xa0\x80", b"\x80", b"\xc3", b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"PK\x03\x04", b"%PDF-",
    b"\x1a",
)  # fmt: skip
NUMBERS = (
    "-1", "0", "1e308", "1e400", "-1e400", "nan", "NaN", "Infinity", "99999999999999999999", "1" * 5_000,
    "0x10", "2958466", "-693594", "0.1e-400", "٣", "²", "①", "true", "", "1048577", "65536", "1.5", "- 1",
)  # fmt: skip
VALUES = (
    "null", "true", "1e400", "NaN", "-1", "{}", "[]", '"\\ud800"', '"\\u0000"', '"=1+1"', '["tip", 1]',
    "9" * 5_000, '{"text": 1}', "[" * 3_000, '{"a":' * 3_000, '"a": 1, "a"', '"text"', '"answers"', '"cycle"',
    '"several"', '""',
)  # fmt: skip
ENTITIES = '<!DOCTYPE x [<!ENTITY a "{}"><!ENTITY b "{}"><!ENTITY c "{}">]>'.format(
    "lol", "&a;" * 99, "&b;" * 99
)
ENCODINGS = (
    "utf-16", "utf-16-le", "utf-32", "utf-7", "cp1252", "mac_roman", "cp850", "cp037", "shift_jis", "koi8-r",
)  # fmt: skip


def _chosen(options, share):
    return options[share * len(options) // WHOLE]


def _repeated(a, b):
    piece = _chosen(PIECES, a).encode()
    return piece * max(1, min(_chosen(COUNTS, b), MOST_BYTES // len(piece)))


def _put(content, place, inserted, cut=0):
    at = place * (len(content) + 1) // WHOLE
    return content[:at] + inserted + content[at + cut :]


def _instead(pattern, content, place, value):
    """The content with one match of a pattern's group replaced."""
    found = list(re.finditer(pattern, content))
    if not found:
        return content
    match = _chosen(found, place)
    return content[: match.start(1)] + value + content[match.end(1) :]


def _doubled(content, place, size):
    at = place * len(content) // WHOLE
    return content[:at] + content[at : at + size] * 2 + content[at + size :]


def _recoded(content, a):
    return content.decode("utf-8", "replace").encode(_chosen(ENCODINGS, a), "replace")


def _nested(content, a):
    found = list(re.finditer(rb"<(\w[\w:]*)[^<>/]*>[^<>]*</\1>", content))
    if not found:
        return content
    match = _chosen(found, a)
    opening = match[0].partition(b">")[0] + b">"
    return content[: match.start()] + opening * 2_000 + match[0] + content[match.start() :]


# What is done to any content: the place, and what it is done with.
CHANGES = {
    "flip": lambda content, place, a, b: _put(content, place, bytes([a % 256]), cut=1),
    "cut": lambda content, place, a, b: _put(content, place, b"", cut=a % 64),
    "truncate": lambda content, place, a, b: content[: place * len(content) // WHOLE],
    "double": lambda content, place, a, b: _doubled(content, place, a % 512),
    "bytes": lambda content, place, a, b: _put(content, place, _chosen(BYTES, a)),
    "piece": lambda content, place, a, b: _put(content, place, _repeated(a, b)),
    "pieces": lambda content, place, a, b: _put(content, place, _repeated(a, b) + b"x" + _repeated(b, a)),
    "number": lambda content, place, a, b: _instead(
        rb"(?<![\w.])(-?\d[\d.]*)", content, place, _chosen(NUMBERS, a).encode()
    ),
    "recode": lambda content, place, a, b: _recoded(content, a),
}
JSON_CHANGES = {
    "value": lambda content, place, a, b: _instead(
        rb'("[^"]*"|\d+|null|\[|\{)', content, place, _chosen(VALUES, a).encode()
    ),
}
CSV_CHANGES = {
    "cell": lambda content, place, a, b: _instead(
        rb"(?:^|[,;\n\"])([^,;\n\"]+)", content, place, _repeated(a, b)
    ),
}
XML_CHANGES = {
    "text": lambda content, place, a, b: _instead(rb">([^<>]+)<", content, place, _repeated(a, b)),
    "attribute": lambda content, place, a, b: _instead(
        rb'="([^"]*)"', content, place, _chosen(NUMBERS + PIECES, a).encode()
    ),
    "tag": lambda content, place, a, b: _instead(
        rb"</?([\w:]+)", content, place, _chosen(NUMBERS + PIECES, a).encode()
    ),
    "nest": lambda content, place, a, b: _nested(content, place),
    "entities": lambda content, place, a, b: _put(content, 0, ENTITIES.encode()),
}
PDF_CHANGES = {
    "name": lambda content, place, a, b: _instead(
        rb"(/\w+)", content, place, _chosen(NUMBERS + PIECES, a).encode()
    ),
    "reference": lambda content, place, a, b: _instead(rb"(\d+) 0 R", content, place, str(a % 20).encode()),
    "operator": lambda content, place, a, b: _instead(
        rb" ([A-Za-z*]{1,2})\n", content, place, _chosen(PIECES, a).encode()
    ),
}


def _remove(members, at, change):
    del members[at]


def _again(members, at, change):
    members.append((members[at][0], members[at - 1][1]))


def _swap(members, at, change):
    members[at], members[at - 1] = (members[at][0], members[at - 1][1]), (members[at - 1][0], members[at][1])


def _bomb(members, at, change):
    members.append((f"{members[at][0]}.bin", bytes(_chosen((1_000, 25_000_000, 60_000_000), change[2]))))


def _crowd(members, at, change):
    members += [(f"word/{n}.xml", b"<a/>") for n in range(_chosen((10, 4_000, 6_000), change[2]))]


def _rename(members, at, change):
    name = _chosen(("../x", "/etc/passwd", "x/vbaProject.bin", "é\n", " "), change[2])
    members[at] = (name, members[at][1])


# Most of what makes a difference is in the parts that hold the text.
_TEXTUAL = re.compile(
    r"word/(document|styles|numbering|footnotes)\.xml|xl/(worksheets/|sharedStrings|styles)"
)


def _within(members, at, change):
    name, content = members[at]
    kind, place, a, b = change
    members[at] = (name, MEMBER_CHANGES[kind.removeprefix("member ")](content, place, a, b))


PACKAGE_CHANGES = {
    "remove": _remove,
    "again": _again,
    "swap": _swap,
    "bomb": _bomb,
    "crowd": _crowd,
    "rename": _rename,
}
MEMBER_CHANGES = CHANGES | XML_CHANGES
_BY_ENDING = {
    ".csv": CSV_CHANGES,
    ".tsv": CSV_CHANGES,
    ".json": JSON_CHANGES,
    ".jsonl": JSON_CHANGES,
    ".pdf": PDF_CHANGES,
}


def seeds(ending):
    """The files of a kind that are changed."""
    found = [(EXAMPLES / name).read_bytes() for name in SEEDS[ending]]
    if ending == ".tsv":
        return [content.replace(b";", b"\t").replace(b",", b"\t") for content in found]
    return [*found, pdf_bytes([_PAGE, _PAGE])] if ending == ".pdf" else found


def drawn(ending):
    """A strategy of what `changed` takes: which of a kind's files, and what is done to it."""
    share = st.integers(0, WHOLE - 1)
    names = [*CHANGES, *_BY_ENDING.get(ending, {})]
    if ending in {".xlsx", ".docx"}:
        # The bytes of a package are its container's, and seldom get as far as a reader of its parts.
        names = [*CHANGES, *PACKAGE_CHANGES, *[f"member {name}" for name in MEMBER_CHANGES] * 4]
    change = st.tuples(st.sampled_from(names), share, share, share)
    return st.tuples(st.integers(0, len(seeds(ending)) - 1), st.lists(change, max_size=5))


def changed(ending, case):
    """The content of a file after changes, each of them a name and three numbers."""
    which, changes = case
    content = seeds(ending)[which]
    if ending not in {".xlsx", ".docx"}:
        every = CHANGES | _BY_ENDING.get(ending, {})
        for name, place, a, b in changes:
            content = every[name](content, place, a, b)
        return content
    content = _repacked(content, [each for each in changes if each[0] not in CHANGES])
    for name, place, a, b in changes:
        if name in CHANGES:
            content = CHANGES[name](content, place, a, b)
    return content


def _repacked(content, changes):
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        members = [(name, package.read(name)) for name in package.namelist()]
    for change in changes:
        kind, place, a, _ = change
        textual = [n for n, (name, _) in enumerate(members) if _TEXTUAL.match(name)]
        if textual and kind.startswith("member "):
            _within(members, _chosen(textual, a * 7919 % WHOLE), change)
        elif members and kind in PACKAGE_CHANGES:
            PACKAGE_CHANGES[kind](members, place * len(members) // WHOLE, change)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # names that come twice are meant
        for name, part in members:
            with suppress(ValueError):
                package.writestr(name, part)
    return out.getvalue()

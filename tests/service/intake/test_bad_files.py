"""Broken, locked, hostile or misnamed files: one clear sentence each, or they are read."""

import io
import os
import zipfile
from pathlib import Path

import pytest

from nlp.errors import InputError
from service.intake import SUFFIXES, read_answers

EXAMPLES = Path(__file__).parents[3] / "examples"
DOCX, XLSX = EXAMPLES / "tchad-convention-2009.docx", EXAMPLES / "asia-pacific-2013.xlsx"
PDF, JSON = EXAMPLES / "paraguay-convencion-2009.pdf", EXAMPLES / "madagascar-tip-2008.json"
EXPANDING = (
    b'<!DOCTYPE x [<!ENTITY a "lol"><!ENTITY b "' + b"&a;" * 999 + b'"><!ENTITY c "' + b"&b;" * 999 + b'">]>'
)


def ole(stream_name):
    head = bytearray(512)
    head[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    head[30] = 9  # sectors of 512 bytes, the directory in the first
    return bytes(head) + stream_name.encode("utf-16-le").ljust(512, b"\0")


def repacked(path, changes=None, extra=None):
    out = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, (changes or {}).get(name, bytes)(old.read(name)))
        for name, content in (extra or {}).items():
            new.writestr(name, content)
    return out.getvalue()


def half(content):
    return content[: len(content) // 2]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_empty_file(save, read, suffix):
    assert read(save(f"a{suffix}", b"")) == [f"a{suffix}: is empty; send it again"]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.txt", b" \n\n", "holds no answers; see whether it is the right file"),
        ("a.csv", b"id,text\n", "holds no answers; see whether it is the right file"),
        ("a.json", b"[]", "holds no answers; see whether it is the right file"),
        ("a.doc", ole("WordDocument"), "is an old Word file; save it as .docx"),
        ("a.docx", ole("WordDocument"), "is an old Office file, as .doc and .xls are; save it as .docx"),
        ("a.docx", ole("EncryptedPackage"), "is locked by a password; send it without"),
        ("a.xlsx", ole("EncryptedPackage"), "is locked by a password; send it without"),
        ("a.docm", DOCX.read_bytes(), "may hold macros, which needtag does not take; save it as .docx"),
        ("a.docx", repacked(DOCX, extra={"word/vbaProject.bin": b"x"}),
         "holds macros, which needtag does not take; save it as .docx without them"),
        ("a.xlsx", repacked(XLSX, extra={"xl/vbaProject.bin": b"x"}),
         "holds macros, which needtag does not take; save it as .xlsx without them"),
        ("a.docx", half(DOCX.read_bytes()), "is damaged or cut off; send it again"),
        ("a.xlsx", half(XLSX.read_bytes()), "is damaged or cut off; send it again"),
        ("a.pdf", half(PDF.read_bytes()), "is a damaged PDF; save it again"),
        ("a.json", half(JSON.read_bytes()),
         "is no JSON (Unterminated string starting at, line 22); send it whole"),
        ("a.docx", PDF.read_bytes(), "is a PDF file; give it the ending .pdf"),
        ("a.csv", PDF.read_bytes(), "is a PDF file; give it the ending .pdf"),
        ("a.docx", XLSX.read_bytes(), "is a spreadsheet; give it the ending .xlsx"),
        ("a.xlsx", DOCX.read_bytes(), "is a document; give it the ending .docx"),
        ("a.txt", DOCX.read_bytes(),
         "is an office document or a ZIP archive; give it its proper ending (.docx, .xlsx)"),
        ("a.docx", b"text", "is no DOCX file, whatever its ending says; save it again as .docx"),
        ("a.pdf", b"text", "is no PDF file, whatever its ending says; save it again as .pdf"),
        ("a.csv", bytes(range(256)) * 9,
         "does not hold text; send a text file, or give the file its proper ending"),
        ("a.odt", b"x", "is an OpenDocument text; save it as .docx"),
        ("a.xyz", b"x", f"has an ending that is not known; use one of {', '.join(SUFFIXES)}"),
        ("a.docx", repacked(DOCX, {"word/document.xml": half}),
         "is damaged or no DOCX file (XMLSyntaxError); save it again"),
        ("a.xlsx", repacked(XLSX, {"xl/worksheets/sheet1.xml": half}),
         "is damaged or no XLSX file (ParseError); save it again"),
        ("a.docx", repacked(DOCX, {"word/document.xml": lambda old: EXPANDING + old.split(b"?>", 1)[-1]}),
         "its part word/document.xml declares XML entities, as no office program does; save it again"),
        ("a.xlsx", repacked(XLSX, {"xl/worksheets/sheet1.xml": lambda old: EXPANDING + old}),
         "its part xl/worksheets/sheet1.xml declares XML entities, as no office program does; save it again"),
        ("a.json", b'{"text": "\xff"}', "is not valid UTF-8 (byte 10); save it as UTF-8"),
        ("a.json", b"[" * 200_000,
         "is JSON that is nested too deep or has a number that is too long; write plain objects"),
    ],
)  # fmt: skip
def test_a_bad_file_gets_one_sentence(save, read, name, content, sentence):
    assert read(save(name, content)) == [f"{name}: {sentence}"]


@pytest.mark.parametrize(("path", "part"), [(DOCX, "word/media/image.bin"), (XLSX, "xl/media/image.bin")])
def test_a_zip_bomb_is_not_unpacked(save, read, path, part):
    [problem] = read(save(path.name, repacked(path, extra={part: bytes(60_000_000)})))
    assert problem.startswith(f"{path.name}: would unpack to 6")


def test_a_package_of_very_many_parts_is_not_opened(save, read):
    [problem] = read(save("a.docx", repacked(DOCX, extra={f"word/{n}.bin": b"" for n in range(5_000)})))
    assert "more than needtag opens" in problem


def test_nul_bytes_cost_their_rows_alone(save, read):
    first, problem, last = read(save("a.csv", b"id,text\n1,a\n2,b\0d\n3,c\n"))
    assert (first.text, last.text) == ("a", "c")
    assert problem == "a.csv, line 3, text: holds NUL characters; remove them"
    first, _, last = read(save("a.txt", b"a\n\nb\0d\n\nc"))
    assert (first.text, last.text) == ("a", "c")


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [("a.txt", b"a\n\n", b"\n\nc"), ("a.csv", b"id,text\n1,a\n2,", b"\n3,c"),
     ("a.csv", b'id,text\n1,a\n2,"', b'"\n3,c'),
     ("a.jsonl", b'{"text": "a"}\n{"text": "', b'"}\n{"text": "c"}')],
)  # fmt: skip
def test_two_hundred_megabytes_of_one_line_cost_no_other(tmp_path, read, name, before, after):
    path = tmp_path / name
    with path.open("wb") as file:
        file.write(before)
        for _ in range(200):
            file.write(b"a" * 1_000_000)
        file.write(after)
    first, problem, last = read(path)
    assert (first.text, last.text) == ("a", "c")
    assert "longer than 1,000,000 characters" in problem


def test_json_beyond_the_memory_limit_is_refused(tmp_path, read):
    path = tmp_path / "a.json"
    with path.open("wb") as file:
        file.truncate(1_100_000_000)  # a hole in the file: NUL bytes that take no room
    assert read(path) == ["a.json: needs more than 1 GB of memory; send fewer answers a file"]


def test_what_is_no_file(tmp_path, read):
    assert read(tmp_path / "no.csv") == ["no.csv: does not exist; check the name"]
    (tmp_path / "a.csv").mkdir()
    assert read(tmp_path / "a.csv") == ["a.csv: is a folder; name the files in it"]
    os.mkfifo(tmp_path / "b.csv")
    assert read(tmp_path / "b.csv") == ["b.csv: is no ordinary file; save its content in one"]
    assert read(tmp_path / "a\0.csv") == ["a\0.csv: does not exist; check the name"]
    [problem] = read(tmp_path / f"{'x' * 300}.csv")
    assert "cannot be opened (File name too long)" in problem


def test_a_file_without_permission(save, monkeypatch):
    def refused(*_args):
        raise PermissionError(13, "Permission denied")

    path = save("a.csv", "text\na")
    monkeypatch.setattr(Path, "open", refused)
    [problem] = read_answers(path)
    assert isinstance(problem, InputError)
    assert str(problem) == f"{path}: cannot be opened (Permission denied); check its place and your rights"


def test_names_and_ids_of_no_encoding_can_be_written_anywhere(tmp_path):
    path = tmp_path / "bad\udcff.csv"
    path.write_bytes(b"id,text\n,fine\n")
    [answer] = read_answers(path)
    assert answer.id == "bad\N{REPLACEMENT CHARACTER}.csv#1"
    path = tmp_path / "a.jsonl"
    path.write_text('{"id": "\\ud800", "text": "a"}')
    [error] = read_answers(path)
    assert "bytes that are no text" in str(error)
    assert f"{error}{error.id}".encode()


def test_quotes_so_broken_that_every_line_opens_one_end_the_reading(save, read):
    broken = b'x",' + b"y" * 5_000 + b',"\n'
    *_, last = read(save("a.csv", b"id,text\n" + broken * 500))
    assert last == "a.csv: has too many broken quotes up to line 101; save it again"


def test_a_first_line_without_end_is_named(save, read):
    [sentence] = read(save("a.csv", b"x" * 1_000_001))
    assert sentence.startswith("a.csv: has no column of answers that can be read: line 1: ")


def test_reading_can_be_left_off_at_any_answer(save):
    for name in ("a.txt", "a.csv", "a.jsonl"):
        answers = read_answers(save(name, '{"text": "a"}\n\n' if name == "a.jsonl" else "text\n\na\n\nb\n"))
        next(answers)
        answers.close()
    answers = read_answers(DOCX)
    next(answers)
    answers.close()

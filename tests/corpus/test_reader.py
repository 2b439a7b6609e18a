import json
from collections import defaultdict

import pytest

from corpus import reader
from corpus.batch import read_batch
from corpus.reader import batch_files, read_corpus, read_labelled, read_splits, without_errors
from corpus.splits import SPLITS
from nlp.errors import InputError

LINE = {
    "id": "en-1",
    "lang": "en",
    "text": "Kenya needs a law.",
    "requested": {"types": ["legal"], "subtypes": ["legal.drafting"]},
    "stances": ["requested"],
    "instruments": ["tip"],
    "states": ["KEN"],
    "unit": "u1",
}


@pytest.fixture(scope="module")
def corpus():
    return [item for path in batch_files() for item in read_batch(path)]


def test_the_corpus_has_no_error(corpus):
    assert [str(item) for item in corpus if isinstance(item, InputError)] == []


def test_ids_are_unique(corpus):
    assert len({item.answer.id for item in corpus}) == len(corpus) >= 5700


def test_passages_cover_the_text_in_order(corpus):
    for item in corpus:
        end = 0
        for passage in item.passages:
            assert item.answer.text[end : passage.start].strip() == ""
            assert passage.start < passage.end
            end = passage.end
        assert item.answer.text[end:].strip() == ""


def test_every_batch_has_one_split_and_every_split_every_language():
    splits = read_splits()
    languages = defaultdict(set)
    for path in batch_files():
        languages[splits[path.stem]].add(path.parent.name)
    assert dict(languages) == {split: {"en", "fr", "es"} for split in SPLITS}


def test_a_split_holds_whole_batches():
    groups = [{labelled.group for labelled in read_corpus(split)} for split in SPLITS]
    assert sum(map(len, groups)) == len(set().union(*groups)) == len(read_splits())


def test_the_hash_changes_with_any_batch(tmp_path, monkeypatch):
    (tmp_path / "answers" / "en").mkdir(parents=True)
    (tmp_path / "splits.csv").write_text("batch,split\nb,train\n", encoding="utf-8")
    batch = tmp_path / "answers" / "en" / "b.txt"
    monkeypatch.setattr(reader, "_FOLDER", tmp_path)
    batch.write_text("@ a\nnone | x\n", encoding="utf-8")
    before = reader.corpus_hash()
    batch.write_text("@ a\nnone | y\n", encoding="utf-8")
    assert reader.corpus_hash() != before


def test_each_look_at_the_test_split_is_written_down(tmp_path, monkeypatch):
    monkeypatch.setattr(reader, "_FOLDER", tmp_path)
    (tmp_path / "splits.csv").write_text("batch,split\n", encoding="utf-8")
    reader.note_test_use("linear", "abc")
    reader.note_test_use("linear", "def")
    lines = (tmp_path / "test-uses.csv").read_text("utf-8").splitlines()
    assert [line.split(",")[1:3] for line in lines] == [["linear", "abc"], ["linear", "def"]]


def labelled_file(tmp_path, *lines):
    path = tmp_path / "labelled.jsonl"
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), "utf-8")
    return path


def test_a_labelled_line_is_read(tmp_path):
    [labelled] = read_labelled(labelled_file(tmp_path, LINE))
    assert labelled.answer.text == "Kenya needs a law."
    assert labelled.tags == {("requested", "legal"), ("requested", "legal.drafting")}
    assert (labelled.stances, labelled.instruments, labelled.states) == ({"requested"}, {"tip"}, {"KEN"})
    assert labelled.group == "u1"


def test_a_sub_type_brings_its_type(tmp_path):
    line = LINE | {"requested": {"types": [], "subtypes": ["legal.drafting"]}}
    [labelled] = read_labelled(labelled_file(tmp_path, line))
    assert ("requested", "legal") in labelled.tags


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"text": None}, "text: must be there"),
        ({"id": 7}, "id: must be there"),
        ({"lang": "de"}, "lang: must be one of en, fr, es"),
        ({"stances": []}, "stances: must be some of"),
        ({"stances": ["wanted"]}, "stances: must be some of"),
        ({"requested": ["legal"]}, "requested: must be"),
        ({"requested": {"types": ["law"], "subtypes": []}}, "law: is no code"),
        ({"instruments": ["nato"]}, "instruments: nato"),
        ({"states": ["XXX"]}, "XXX"),
        ({"states": "KEN"}, "states: must be a list"),
        ({"stances": ["none", "requested"]}, "'none' stands only alone"),
        ({"question": 7}, "question: must be a text"),
        ({"unit": ["u"]}, "unit: must be a text"),
    ],
)
def test_a_faulty_line_is_named_and_the_next_one_read(tmp_path, change, problem):
    error, labelled = read_labelled(labelled_file(tmp_path, LINE | change, LINE))
    assert isinstance(error, InputError)
    assert str(error).startswith("labelled.jsonl, line 1: ")
    assert problem in str(error)
    assert labelled.answer.id == "en-1"


def test_lines_that_are_no_objects_are_named(tmp_path):
    broken, number = read_labelled(labelled_file(tmp_path, "{", "7"))
    assert "line 1: is not JSON" in str(broken)
    assert "line 2: line: must be a JSON object" in str(number)


def test_an_id_stands_once(tmp_path):
    labelled, error = read_labelled(labelled_file(tmp_path, LINE, LINE))
    assert labelled.answer.id == "en-1"
    assert "line 2: id: en-1 has come before" in str(error)


def test_bytes_that_are_no_text_cost_their_line_alone(tmp_path):
    path = tmp_path / "labelled.jsonl"
    good = json.dumps(LINE).encode()
    path.write_bytes(b"\xef\xbb\xbf" + good + b"\n\xff\n" + b"[" * 100_000 + b"\n")
    labelled, not_text, too_deep = read_labelled(path)
    assert labelled.answer.id == "en-1"
    assert "line 2: is not UTF-8" in str(not_text)
    assert "line 3: is not JSON" in str(too_deep)


def test_a_batch_without_a_split_is_named(monkeypatch):
    monkeypatch.setattr(reader, "read_splits", lambda: {"ena-01": "train"})
    with pytest.raises(InputError, match=r"splits\.csv: lacks con-01, con-02.*; run"):
        reader.read_corpus("train")


def test_a_missing_file_is_named(tmp_path):
    [error] = read_labelled(tmp_path / "none.jsonl")
    assert "cannot be opened" in str(error)


def test_all_errors_of_a_reading_are_given_together(tmp_path):
    items = list(read_labelled(labelled_file(tmp_path, "{", LINE, "[]")))
    with pytest.raises(ExceptionGroup) as raised:
        without_errors(items)
    assert len(raised.value.exceptions) == 2


OWN = {"id": "1", "text": "A água está castanha.", "labels": ["água", "saúde"]}


def test_a_line_with_labels_of_ones_own_is_read(tmp_path):
    [labelled] = read_labelled(labelled_file(tmp_path, OWN | {"lang": "pt", "batch": "b1"}))
    assert labelled.own == {"água", "saúde"}
    assert (labelled.tags, labelled.stances, labelled.instruments, labelled.states) == (frozenset(),) * 4
    assert (labelled.answer.language, labelled.group) == ("pt", "b1")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("one label", {"one label"}),
        ([], set()),
        (["a", "a", " a\t"], {"a"}),
        (["a\u0301gua"], {"\u00e1gua"}),
        (["توظيف", "=2+2", "名 前"], {"توظيف", "=2+2", "名 前"}),
    ],
)
def test_labels_of_ones_own_may_be_any_text(tmp_path, given, kept):
    [labelled] = read_labelled(labelled_file(tmp_path, OWN | {"labels": given}))
    assert labelled.own == kept


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"labels": None}, "labels: must be a list"),
        ({"labels": [7]}, "labels: must be a list"),
        ({"labels": {"a": 1}}, "labels: must be a list"),
        ({"labels": ["a", "  "]}, "labels: holds an empty label"),
        ({"labels": ""}, "labels: holds an empty label"),
        ({"labels": ["a\x1b[2J"]}, r"labels: 'a\x1b[2J' holds a control character"),
        ({"labels": ["a\u2028b"]}, "holds a control character"),
        ({"labels": ["a\nb"]}, "holds a control character"),
        ({"labels": ["\ud800"]}, "holds a control character"),
        ({"stances": ["requested"]}, "labels: cannot stand beside stances"),
        ({"instruments": []}, "labels: cannot stand beside instruments"),
        ({"lang": "Portuguese"}, "lang: must be a language code"),
        ({"lang": 7}, "lang: must be a language code"),
        ({"unit": 7}, "unit: must be a text"),
        ({"text": 7}, "text: must be there"),
    ],
)
def test_a_faulty_line_of_labels_is_named_and_the_next_one_read(tmp_path, change, problem):
    error, labelled = read_labelled(labelled_file(tmp_path, OWN | change, OWN))
    assert str(error).startswith("labelled.jsonl, line 1: ")
    assert problem in str(error)
    assert labelled.own


def test_a_line_of_neither_format_is_asked_for_labels(tmp_path):
    [error] = read_labelled(labelled_file(tmp_path, {"id": "1", "text": "x", "label": "a"}))
    assert "line 1: labels: must be there" in str(error)


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ([OWN, OWN | {"id": "2"}, LINE, LINE], "line 3: labels: are missing here"),
        ([LINE, OWN, OWN], "line 2: labels: the lines before have stances"),
    ],
)
def test_a_file_of_two_formats_is_refused_at_the_first_line_that_differs(tmp_path, lines, problem):
    *_, error = read_labelled(labelled_file(tmp_path, *lines))
    assert problem in str(error)
    assert [isinstance(item, InputError) for item in read_labelled(labelled_file(tmp_path, *lines))].count(
        True
    ) == 1


def test_the_hash_of_files_is_that_of_what_they_hold(tmp_path):
    one, other = tmp_path / "1.jsonl", tmp_path / "2.jsonl"
    one.write_text("a", "utf-8")
    other.write_text("b", "utf-8")
    before = reader.files_hash([one, other])
    assert reader.files_hash([other, one]) == before
    assert reader.files_hash([one]) != before
    one.write_text("c", "utf-8")
    assert reader.files_hash([one, other]) != before

import csv
import json
import sys
from pathlib import Path

import openpyxl
import pytest

from service import cli

# Remarks to a town in English and Portuguese: on one of three matters, on two, on none.
REMARKS = Path(__file__).with_name("remarks.jsonl")
WATER, ROADS, SCHOOLS = "água", "roads & transport", "schools"
NEW = [
    ("A água da torneira do poço não corre.", [WATER], "pt"),
    ("The pump is broken and there is no water in the tap.", [WATER], "en"),
    ("O autocarro não passa na estrada da estação.", [ROADS], "pt"),
    ("The bus never comes and the road has holes.", [ROADS], "en"),
    ("Os professores e os alunos da escola têm frio.", [SCHOOLS], "pt"),
    ("The pupils of the school need more teachers.", [SCHOOLS], "en"),
    ("A escola está sem água na torneira.", [SCHOOLS, WATER], "pt"),
    ("Nothing to add, thank you.", [], "en"),
]


def write_lines(path, lines):
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), "utf-8")
    return path


def read_lines(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def mine(tmp_path_factory):
    """A model of the remarks."""
    folder = tmp_path_factory.mktemp("models") / "mine"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["needtag", "train", "--data", str(REMARKS), "-o", str(folder)])
        with pytest.raises(SystemExit) as stopped:
            cli.main()
    assert not stopped.value.code
    return folder


@pytest.fixture
def new(tmp_path):
    """Remarks that the model has not seen."""
    lines = [
        {"id": str(number), "text": text, "labels": labels, "lang": lang}
        for number, (text, labels, lang) in enumerate(NEW)
    ]
    return write_lines(tmp_path / "new.jsonl", lines)


def test_a_model_of_ones_own_labels_finds_them_in_any_language(needtag, mine, new, tmp_path):
    code, _, _ = needtag("tag", new, "--model", mine, "--trust", "-o", tmp_path / "out.jsonl")
    records = read_lines(tmp_path / "out.jsonl")
    assert code == 0
    surest = [max(record["tags"], key=lambda tag: tag["confidence"])["code"] for record in records[:6]]
    assert surest == [WATER, WATER, ROADS, ROADS, SCHOOLS, SCHOOLS]
    # Portuguese is as good as English here: what the model learned, it may be trusted on.
    assert [record["unsure"] for record in records] == [None] * len(NEW)
    assert {tag["kind"] for record in records for tag in record["tags"]} == {"label"}
    assert {tag["stance"] for record in records for tag in record["tags"]} == {None}
    assert [record["stances"] for record in records] == [[]] * len(NEW)
    assert all(passage["stances"] == [] for record in records for passage in record["passages"])


def test_words_that_the_model_never_met_ask_for_a_look(needtag, mine, tmp_path):
    strange = write_lines(tmp_path / "a.jsonl", [{"id": "1", "text": "Нет воды в кране уже третий день."}])
    needtag("tag", strange, "--model", mine, "--trust", "-o", tmp_path / "out.jsonl")
    [record] = read_lines(tmp_path / "out.jsonl")
    assert record["unsure"] == "unfamiliar"
    assert {tag["band"] for tag in record["tags"]} <= {"unsure"}


def test_the_table_shows_each_label_once(needtag, mine, new):
    code, out, _ = needtag("tag", new, "--model", mine, "--trust")
    assert code == 0
    first = out.split("\n1  ")[0]
    assert first.count(WATER) == 2  # in the text and as a label
    assert "suggest" in first or "safe" in first


def test_spreadsheets_hold_labels_as_they_are(needtag, mine, new, tmp_path):
    for name in ("out.csv", "out.xlsx"):
        assert needtag("tag", new, "--model", mine, "--trust", "-o", tmp_path / name)[0] == 0
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["code"] for row in rows} - {""} <= {WATER, ROADS, SCHOOLS}
    assert all(row["label"] == row["code"] and row["stance"] == "" for row in rows)
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx")["tags"]
    assert [row[9].value for row in sheet.iter_rows(min_row=2)] == [row["code"] or None for row in rows]


def test_a_model_of_ones_own_labels_is_measured(needtag, mine, new, tmp_path):
    page, figures = tmp_path / "report.html", tmp_path / "report.json"
    options = ["--model", mine, "--trust", "--html", page, "--json", figures, "--lang", "es"]
    code, out, _ = needtag("evaluate", "--data", new, *options)
    assert code == 0
    assert "Etiquetas" in out
    assert "favorecerlo" not in out
    assert WATER in page.read_text("utf-8")
    report = json.loads(figures.read_text("utf-8"))
    assert list(report["whole"]["kinds"]) == ["labels"]
    assert report["whole"]["kinds"]["labels"]["micro"]["f1"]["value"] > 0.6
    assert list(report["languages"]) == ["en", "pt"]


def test_a_model_measured_on_the_file_that_it_learned_from_says_so(needtag, mine):
    _, out, _ = needtag("evaluate", "--data", REMARKS, "--model", mine, "--trust")
    assert "The model has learned from these answers" in " ".join(out.split())


def test_models_and_tagged_files_of_ones_own_labels_are_compared(needtag, mine, new, tmp_path):
    tagged = tmp_path / "tagged.jsonl"
    needtag("tag", new, "--model", mine, "--trust", "-o", tagged)
    code, out, _ = needtag("compare", mine, tagged, "--data", new, "--trust")
    assert code == 0
    assert "micro-F1 of all labels +0.000" in " ".join(out.split())
    lines = read_lines(tagged)
    for line in lines:
        line["tags"] = []
    write_lines(tagged, lines)
    code, out, _ = needtag("compare", mine, tagged, "--data", new, "--trust")
    assert code == 1
    assert "B is worse: micro-F1 of all labels" in " ".join(out.split())


def test_what_a_model_finds_must_be_what_answers_are_labelled_with(needtag, mine, new, tmp_path):
    code, _, err = needtag("evaluate", "--data", new, "--model", "dummy")
    assert (code, "finds the taxonomy's tags; measure it on answers labelled" in err) == (2, True)
    code, _, err = needtag("evaluate", "--data", "validation", "--model", mine, "--trust")
    assert (code, "finds labels of its own; measure it on answers with such" in err) == (2, True)
    code, _, err = needtag("evaluate", "--data", new, "--data", "validation", "--model", mine, "--trust")
    assert (code, "--data: some have tags of the taxonomy and some labels" in err) == (2, True)
    tagged = tmp_path / "tagged.jsonl"
    needtag("tag", new, "--model", mine, "--trust", "-o", tagged)
    tagged.write_text(tagged.read_text("utf-8").replace('"kind":"label"', '"kind":"type"'), "utf-8")
    code, _, err = needtag("compare", mine, tagged, "--data", new, "--trust")
    assert (code, "tagged.jsonl, 0: is no tagged answer: type is none of label" in err) == (2, True)


def test_one_label_an_answer_may_be_a_text(needtag, new, tmp_path):
    lines = [line | {"labels": line["labels"][0]} for line in read_lines(REMARKS) if len(line["labels"]) == 1]
    data = write_lines(tmp_path / "single.jsonl", lines)
    assert needtag("train", "--data", data, "-o", tmp_path / "single")[0] == 0
    code, out, _ = needtag("evaluate", "--data", new, "--model", tmp_path / "single", "--trust")
    assert code == 0
    assert "Labels" in out


def test_the_same_data_in_several_files_train_the_same_model(needtag, mine, tmp_path):
    lines = read_lines(REMARKS)
    halves = [write_lines(tmp_path / "1.jsonl", lines[:40]), write_lines(tmp_path / "2.jsonl", lines[40:])]
    options = [option for half in halves for option in ("--data", half)]
    assert needtag("train", *options, "-o", tmp_path / "again")[0] == 0
    files = [
        json.loads((folder / "manifest.json").read_text("utf-8"))["files"]
        for folder in (mine, tmp_path / "again")
    ]
    assert files[0] == files[1]


def test_tags_of_the_taxonomy_can_be_learned_from_a_file(needtag, few_answers, tmp_path):
    lines = [
        {
            "id": each.answer.id,
            "lang": each.answer.language,
            "text": each.answer.text,
            "stances": sorted(each.stances),
            "instruments": sorted(each.instruments),
            "batch": each.group,
            **{
                said: {"types": sorted(code for stance, code in each.tags if stance == said)}
                for said in ("requested", "offered", "received")
            },
        }
        for each in few_answers[:60]
    ]
    data = write_lines(tmp_path / "tags.jsonl", lines)
    assert needtag("train", "--data", data, "-o", tmp_path / "tags")[0] == 0
    code, out, _ = needtag("evaluate", "--data", data, "--model", tmp_path / "tags", "--trust")
    assert code == 0
    assert "The model has learned from these answers" in " ".join(out.split())


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda lines: lines[:49], "--data: holds 49 labelled answers; give at least 50"),
        (lambda lines: [line | {"unit": "u"} for line in lines], "--data: belongs to too few groups"),
        (lambda lines: [line | {"labels": []} for line in lines], "--data: holds no answer with a label"),
        (lambda lines: [*lines, lines[0]], "line 79: id: en-1 has come before"),
        (lambda lines: [*lines, {"id": "x", "text": "x"}], "line 79: labels: must be there"),
    ],
)
def test_data_that_cannot_be_learned_from_are_refused(needtag, tmp_path, change, problem):
    data = write_lines(tmp_path / "data.jsonl", change(read_lines(REMARKS)))
    code, _, err = needtag("train", "--data", data, "-o", tmp_path / "model")
    assert (code, problem in err) == (2, True)
    assert not (tmp_path / "model").exists()


def test_a_file_that_is_not_there_is_named_also_where_a_split_is_called_so(needtag, tmp_path):
    code, _, err = needtag("train", "--data", "validation", "-o", tmp_path / "model")
    assert (code, "validation: cannot be opened" in err) == (2, True)


def test_a_label_that_only_answers_held_back_have_is_named(needtag, tmp_path, monkeypatch):
    def split(answers):
        held = [answers[:60], answers[60:68], answers[68:]]
        return dict(zip(("train", "validation", "calibration"), held, strict=True))

    monkeypatch.setattr("service.training_data.split_for_training", split)
    lines = read_lines(REMARKS)
    lines[-1]["labels"] = ["[red]rare[/red]"]
    code, _, err = needtag(
        "train", "--data", write_lines(tmp_path / "data.jsonl", lines), "-o", tmp_path / "m"
    )
    assert code == 0
    assert "Not learned: [red]rare[/red]. Too few answers" in err


def test_what_word_processors_put_between_lines_hinders_no_comparison(needtag, mine, tmp_path):
    lines = [{"id": "1", "text": "No water\u2028in the tap.\x85", "labels": [WATER], "lang": "en"}]
    data = write_lines(tmp_path / "data.jsonl", lines)
    needtag("tag", data, "--model", mine, "--trust", "-o", tmp_path / "out.jsonl")
    code, _, said = needtag("compare", tmp_path / "out.jsonl", mine, "--data", data, "--trust")
    assert code == 0, said


def test_readings_of_two_kinds_are_not_compared(needtag, few_answers, tmp_path):
    own = write_lines(tmp_path / "own.jsonl", [{"id": "1", "text": "No water.", "labels": [WATER]}])
    ours = {
        "id": "1",
        "text": "No water.",
        "lang": "en",
        "stances": ["none"],
        "instruments": [],
        "states": [],
    }
    code, _, said = needtag("agreement", own, write_lines(tmp_path / "ours.jsonl", [ours]))
    assert code == 2
    assert "ours.jsonl: has labels of another kind" in said


def test_a_folder_that_cannot_be_made_is_named_before_training(needtag, tmp_path):
    (tmp_path / "file").write_text("", "utf-8")
    code, _, said = needtag("train", "--data", REMARKS, "-o", tmp_path / "file" / "model")
    assert code == 2
    assert "cannot be made" in said

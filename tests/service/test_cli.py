import csv
import json
import re
from importlib import metadata

import openpyxl
import pytest

from service import run

ANSWERS = [
    {"id": "q1", "text": "Le Tchad a besoin de former ses procureurs.", "question": "Besoins ?"},
    {"id": "q2", "text": "No assistance is required at present."},
    {"id": "q3", "text": "=2+2 Japón donó cuatro vehículos a la policía."},
]


@pytest.fixture
def answers(tmp_path):
    path = tmp_path / "answers.jsonl"
    path.write_text("\n".join(json.dumps(each, ensure_ascii=False) for each in ANSWERS), "utf-8")
    return path


def read_lines(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_a_table_on_the_terminal_shows_each_answer_with_its_tags(needtag, answers):
    code, out, _ = needtag("tag", answers, "--lang", "fr")
    assert code == 0
    assert "q1  fr" in out
    assert "Besoins ?" in out
    assert ".criminal-justice" in out
    assert "States: Tchad (TCD)" in out
    assert "3 answers tagged, 0 items could not be read" in out


def test_text_that_looks_like_markup_is_shown_as_it_is(needtag, tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"id": "[red]", "text": "[bold]Kenya[/bold] [link=x]"}), "utf-8")
    code, out, _ = needtag("tag", path)
    assert code == 0
    assert "[bold]Kenya[/bold] [link=x]" in out
    assert "[red]" in out


def test_control_characters_do_not_reach_the_terminal(needtag, tmp_path):
    path = tmp_path / "a\x1b[2J.jsonl"
    path.write_text(
        json.dumps({"id": "q\x1b[31m", "text": "Kenya \x1b]0;title\x07 needs cars.", "question": "\x9b?"})
    )
    code, out, _ = needtag("tag", path, path.with_name("none\x1b.csv"))
    assert code == 2
    assert "Kenya" in out
    assert not {"\x1b", "\x07", "\x9b"} & set(out)
    code, _, err = needtag("tag", path, path.with_name("none\x1b.csv"), "-o", tmp_path / "out.jsonl")
    assert not {"\x1b", "\x07"} & set(err)


def test_json_lines_hold_the_answers_in_order(needtag, answers, tmp_path):
    code, _, err = needtag("tag", answers, "--output", tmp_path / "out.jsonl")
    records = read_lines(tmp_path / "out.jsonl")
    assert code == 0
    assert "3 answers tagged" in err
    assert [record["id"] for record in records] == ["q1", "q2", "q3"]
    assert [record["text"] for record in records] == [each["text"] for each in ANSWERS]
    assert records[1]["stances"][0]["code"] == "none"


def test_csv_has_a_row_for_each_answer_and_tag(needtag, answers, tmp_path):
    needtag("tag", answers, "-o", tmp_path / "out.csv", "--lang", "es")
    needtag("tag", answers, "-o", tmp_path / "out.jsonl")
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    expected = [
        (record["id"], tag["code"])
        for record in read_lines(tmp_path / "out.jsonl")
        for tag in record["tags"] or [{"code": ""}]
    ]
    assert [(row["id"], row["code"]) for row in rows] == expected
    of_chad = next(
        row for row in rows if (row["code"], row["stance"]) == ("training.criminal-justice", "requested")
    )
    assert of_chad["label"].startswith("Capacitación")
    assert of_chad["states"] == "TCD"
    assert of_chad["passages"] == ANSWERS[0]["text"]


def test_the_words_that_tags_rest_on_are_given_where_they_are_asked_for(needtag, answers, tmp_path):
    for name in ("out.jsonl", "out.csv", "plain.csv"):
        asked = [] if name == "plain.csv" else ["--evidence"]
        assert needtag("tag", answers, "-o", tmp_path / name, *asked)[0] == 0
    record = read_lines(tmp_path / "out.jsonl")[0]
    said = [
        "; ".join(record["text"][word["start"] : word["end"]] for word in tag["evidence"])
        for tag in record["tags"]
    ]
    assert any("procureurs" in words for words in said)
    columns = []
    for name in ("out.csv", "plain.csv"):
        with (tmp_path / name).open(encoding="utf-8-sig", newline="") as file:
            columns.append([row["evidence"] for row in csv.DictReader(file)])
    assert columns[0][: len(said)] == said
    assert not any(columns[1])
    _, out, _ = needtag("tag", answers, "--evidence")
    assert out.count("procureurs") > 1


def test_spreadsheets_do_not_run_what_an_answer_says(needtag, answers, tmp_path):
    needtag("tag", answers, "-o", tmp_path / "out.csv")
    needtag("tag", answers, "-o", tmp_path / "out.xlsx")
    assert "'=2+2" in (tmp_path / "out.csv").read_text("utf-8-sig")
    rows = list(openpyxl.load_workbook(tmp_path / "out.xlsx")["tags"].iter_rows())
    assert [cell.value for cell in rows[0]][:2] == ["id", "language"]
    assert {cell.data_type for row in rows for cell in row} <= {"s", "n", "inlineStr"}
    assert any(str(cell.value).startswith("=2+2") for row in rows for cell in row)


def test_an_xlsx_can_hold_any_answer(needtag, tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"id": "a", "text": "Kenya \u0007 needs cars. " * 3000}), "utf-8")
    code, _, _ = needtag("tag", path, "-o", tmp_path / "out.xlsx", "--model", "dummy")
    assert code == 0
    [_, row] = openpyxl.load_workbook(tmp_path / "out.xlsx")["tags"].iter_rows(values_only=True)
    assert len(row[6]) == 32_767


def test_bad_files_are_named_and_the_good_ones_tagged(needtag, answers, tmp_path):
    broken = tmp_path / "broken.docx"
    broken.write_bytes(b"PK\x03\x04 no zip")
    out = tmp_path / "out.jsonl"
    code, _, err = needtag("tag", broken, answers, tmp_path / "none.csv", "-o", out)
    records = read_lines(out)
    assert code == 2
    assert [("error" in record) for record in records] == [True, False, False, False, True]
    assert "broken.docx" in records[0]["error"]["detail"]
    assert "none.csv" in records[-1]["error"]["detail"]
    assert "3 answers tagged, 2 items could not be read" in err
    assert "broken.docx" in err


def test_errors_are_named_in_the_table_too(needtag, tmp_path):
    code, out, _ = needtag("tag", tmp_path / "none.csv")
    assert code == 2
    assert "none.csv" in "".join(out.split())


def test_an_output_of_unknown_format_is_refused_before_any_work(needtag, answers, tmp_path):
    code, _, err = needtag("tag", answers, "-o", tmp_path / "out.pdf")
    assert code == 2
    assert "end it in .jsonl, .csv, .xlsx" in err
    assert list(tmp_path.glob("out*")) == []


def test_an_output_in_no_folder_is_refused_before_any_work(needtag, answers, tmp_path):
    code, _, err = needtag("tag", answers, "-o", tmp_path / "none" / "out.csv")
    assert (code, "none: is no folder" in err) == (2, True)


def cut_run(needtag, answers, output, monkeypatch, lines):
    """A run that is cut after it has written some lines, the last one torn."""
    needtag("tag", answers, "-o", output.with_suffix(".jsonl"))
    whole = output.with_suffix(".jsonl").read_bytes()
    part = output.with_name(output.name + ".part")
    part.write_bytes(b"".join(whole.splitlines(keepends=True)[:lines]) + b'{"id": "q')
    output.with_suffix(".jsonl").unlink()
    return whole


@pytest.mark.parametrize("lines", [0, 1, 2, 3])
def test_a_cut_run_goes_on_where_it_was(needtag, answers, tmp_path, monkeypatch, lines):
    out = tmp_path / "out.jsonl"
    whole = cut_run(needtag, answers, out, monkeypatch, lines)
    tagged = []
    tag_items = run.tag_items

    def counting(items, *arguments):
        for record in tag_items(items, *arguments):
            tagged.append(record["id"])
            yield record

    monkeypatch.setattr(run, "tag_items", counting)
    code, _, err = needtag("tag", answers, "-o", out, "--resume")
    assert code == 0
    assert out.read_bytes() == whole
    assert tagged == ["q1", "q2", "q3"][lines:]
    assert "3 answers tagged" in err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["answers.jsonl", "out.jsonl"]


def test_a_cut_run_into_a_spreadsheet_goes_on_too(needtag, answers, tmp_path, monkeypatch):
    cut_run(needtag, answers, tmp_path / "out.csv", monkeypatch, 2)
    needtag("tag", answers, "-o", tmp_path / "whole.csv")
    needtag("tag", answers, "-o", tmp_path / "out.csv", "--resume")
    assert (tmp_path / "out.csv").read_bytes() == (tmp_path / "whole.csv").read_bytes()


def test_what_a_cut_run_left_is_not_thrown_away(needtag, answers, tmp_path, monkeypatch):
    cut_run(needtag, answers, tmp_path / "out.csv", monkeypatch, 2)
    code, _, err = needtag("tag", answers, "-o", tmp_path / "out.csv")
    assert code == 2
    assert "add --resume to go on, or remove it" in err
    assert (tmp_path / "out.csv.part").exists()


def test_a_cut_run_goes_on_with_the_same_input_and_model_only(needtag, answers, tmp_path, monkeypatch):
    out = tmp_path / "out.jsonl"
    cut_run(needtag, answers, out, monkeypatch, 2)
    code, _, err = needtag("tag", answers, "-o", out, "--resume", "--model", "dummy")
    assert (code, "line 1: is from another input, model or language" in err) == (2, True)
    code, _, err = needtag("tag", answers, "-o", out, "--resume", "--lang", "fr")
    assert (code, "line 1: is from another input, model or language" in err) == (2, True)
    answers.write_text(answers.read_text("utf-8").replace("No assistance", "Some assistance"), "utf-8")
    code, _, err = needtag("tag", answers, "-o", out, "--resume")
    assert (code, "line 2: is from another input, model or language" in err) == (2, True)


def test_a_cut_run_goes_on_with_evidence_only_where_it_had_it(needtag, answers, tmp_path, monkeypatch):
    out = tmp_path / "out.jsonl"
    cut_run(needtag, answers, out, monkeypatch, 2)
    code, _, err = needtag("tag", answers, "-o", out, "--resume", "--evidence")
    assert (code, "line 1: is from another" in err, "differs in --evidence" in err) == (2, True, True)


@pytest.mark.parametrize("damage", [b"garbage\n", b"[]\n", b"{}\n", b"\xff\n", b"null\n"])
def test_a_damaged_cut_run_is_named(needtag, answers, tmp_path, damage):
    (tmp_path / "out.jsonl.part").write_bytes(damage)
    code, _, err = needtag("tag", answers, "-o", tmp_path / "out.jsonl", "--resume", "--model", "dummy")
    assert (code, "out.jsonl.part, line 1: is from another" in err) == (2, True)


def test_an_output_that_is_an_input_is_refused(needtag, answers, tmp_path):
    before = answers.read_bytes()
    code, _, err = needtag("tag", answers, "-o", answers)
    assert (code, "is also an input, which would be lost" in err) == (2, True)
    assert answers.read_bytes() == before
    linked = tmp_path / "linked.jsonl"
    linked.symlink_to(answers)
    assert needtag("tag", linked, "-o", answers)[0] == 2


def test_an_output_that_is_a_folder_is_refused(needtag, answers, tmp_path):
    (tmp_path / "out.jsonl").mkdir()
    code, _, err = needtag("tag", answers, "-o", tmp_path / "out.jsonl")
    assert (code, "is a folder; give the name of a file" in err) == (2, True)


def test_what_stands_beside_the_output_is_left_alone(needtag, answers, tmp_path):
    beside = {tmp_path / name: name for name in ("out.csv.new", ".out.csv", "out.csv~")}
    for path, text in beside.items():
        path.write_text(text, "utf-8")
    needtag("tag", answers, "-o", tmp_path / "out.csv", "--model", "dummy")
    assert {path: path.read_text("utf-8") for path in beside} == beside


def test_a_name_that_looks_like_markup_is_shown_as_it_is(needtag, answers, tmp_path):
    code, _, err = needtag("tag", answers, "-o", tmp_path / "x[red].jsonl", "--model", "dummy")
    assert (code, "x[red].jsonl" in err) == (0, True)


def test_the_same_id_in_two_files_gets_the_second_files_name(needtag, answers, tmp_path):
    other = tmp_path / "other.csv"
    other.write_text("id,text\nq1,One\nq9,Two\n", "utf-8")
    needtag("tag", answers, other, "-o", tmp_path / "out.jsonl", "--model", "dummy")
    assert [record["id"] for record in read_lines(tmp_path / "out.jsonl")] == [
        "q1",
        "q2",
        "q3",
        "other.csv/q1",
        "q9",
    ]


def test_a_model_is_not_trained_for_a_folder_that_holds_something_else(needtag, tmp_path, monkeypatch):
    monkeypatch.setattr("nlp.training.linear.train_linear", lambda *_: pytest.fail("trained"))
    (tmp_path / "letter.txt").write_text("x", "utf-8")
    code, _, err = needtag("train", "-o", tmp_path)
    assert (code, "holds something else than a model" in err) == (2, True)


def test_many_rows_go_on_another_sheet(needtag, answers, tmp_path, monkeypatch):
    monkeypatch.setattr("service.spreadsheet.SHEET_ROWS", 2)
    needtag("tag", answers, "-o", tmp_path / "out.xlsx", "--model", "dummy")
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    assert [sheet.title for sheet in book] == ["tags", "tags 2"]
    assert [row[0].value for sheet in book for row in sheet.iter_rows()] == ["id", "q1", "q2", "q3"]


def test_resume_needs_an_output(needtag, answers):
    code, _, err = needtag("tag", answers, "--resume")
    assert (code, "give --output" in err) == (2, True)


def test_a_declared_language_is_a_hint_for_short_answers(needtag, tmp_path):
    path = tmp_path / "short.jsonl"
    path.write_text('{"id": "a", "text": "No."}\n{"id": "b", "text": "No.", "language": "es"}', "utf-8")
    needtag("tag", path, "-o", tmp_path / "out.jsonl", "--language", "en", "--model", "dummy")
    assert [record["language"] for record in read_lines(tmp_path / "out.jsonl")] == ["en", "es"]


def test_a_column_that_no_header_names_can_be_given(needtag, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("nr;remarques libres\n7;Le Tchad a besoin de former ses procureurs.\n", "utf-8")
    assert needtag("tag", path)[0] == 2
    code, _, _ = needtag("tag", path, "--column", "text=remarques libres", "-o", tmp_path / "out.jsonl")
    assert code == 0
    assert read_lines(tmp_path / "out.jsonl")[0]["id"] == "7"
    code, _, err = needtag("tag", path, "--column", "answer=remarques")
    assert (code, "write FIELD=NAME; the fields are id, text" in err) == (2, True)


def test_a_row_that_cannot_be_read_keeps_its_id_and_place(needtag, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(
        "id,text,state\nq1,One.,Kenya\nq2,Two.,Atlantis\nq1,Three.,Kenya\n,Four.,Kenya\n", "utf-8"
    )
    code, _, _ = needtag("tag", path, "-o", tmp_path / "out.jsonl", "--model", "dummy")
    records = read_lines(tmp_path / "out.jsonl")
    assert code == 2
    assert [record["id"] for record in records] == ["q1", "q2", "q1", "a.csv#4"]
    assert ["error" in record for record in records] == [False, True, True, False]
    assert "line 3, state" in records[1]["error"]["detail"]


def test_an_unknown_model_is_named(needtag, answers):
    code, _, err = needtag("tag", answers, "--model", "no-such-model")
    assert (code, "no-such-model: is no model" in err) == (2, True)


def test_the_dummy_model_tags_nothing(needtag, answers, tmp_path):
    needtag("tag", answers, "-o", tmp_path / "out.jsonl", "--model", "dummy")
    records = read_lines(tmp_path / "out.jsonl")
    assert [record["tags"] for record in records] == [[], [], []]
    assert records[0]["states"][0]["code"] == "TCD"
    assert records[0]["model"] == {"name": "dummy", "version": "0"}


def test_the_taxonomy_is_printed(needtag):
    code, out, _ = needtag("taxonomy", "--format", "json")
    assert code == 0
    assert "legal.drafting" in out
    assert json.loads(out)


def test_a_model_is_trained_saved_and_used(needtag, answers, tmp_path, monkeypatch, few_answers):
    monkeypatch.setattr("service.training_data.read_corpus", lambda _: few_answers)
    assert needtag("train", "-o", tmp_path / "mine")[0] == 0
    version = json.loads((tmp_path / "mine" / "manifest.json").read_text("utf-8"))["version"]
    card = (tmp_path / "mine" / "MODEL_CARD.md").read_text("utf-8")
    assert f"# needtag model `mine`, version {version}" in card
    code, _, err = needtag("tag", answers, "--model", tmp_path / "mine", "-o", tmp_path / "out.jsonl")
    assert (code, "add --trust" in err) == (2, True)
    code, _, _ = needtag(
        "tag", answers, "--model", tmp_path / "mine", "--trust", "-o", tmp_path / "out.jsonl"
    )
    assert code == 0
    assert read_lines(tmp_path / "out.jsonl")[0]["model"]["name"] == "mine"


@pytest.fixture
def labelled(tmp_path):
    """Labelled answers in a file, as many as the default model gets right and wrong."""
    lines = [
        {
            "id": str(number),
            "lang": "en",
            "text": text,
            "stances": ["requested"],
            "requested": {"types": [code.partition(".")[0]], "subtypes": [code]},
            "states": ["KEN"],
        }
        for number, (text, code) in enumerate(
            [
                ("Kenya requests the training of its prosecutors and judges.", "training.criminal-justice"),
                ("Kenya needs help to draft a law against trafficking in persons.", "legal.drafting"),
                ("Kenya asks for computers and vehicles.", "resources.equipment"),
                ("Kenya hopes.", "protection.return"),
            ]
        )
    ]
    path = tmp_path / "labelled.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in lines), "utf-8")
    return path


def test_a_model_is_measured_on_a_split_and_on_a_file(needtag, labelled, tmp_path):
    page, figures = tmp_path / "report.html", tmp_path / "report.json"
    options = ["--html", page, "--json", figures, "--lang", "fr"]
    code, out, _ = needtag("evaluate", "--data", labelled, "--data", "validation", *options)
    assert code == 0
    assert re.search(r"Sous-types(?: *demandés)? +0,", out)
    assert '<html lang="fr">' in page.read_text("utf-8")
    assert json.loads(figures.read_text("utf-8"))["data"] == [str(labelled), "validation"]
    # Its thresholds were chosen on the split.
    assert "flattent un peu" in " ".join(out.split())


def test_a_report_is_never_written_over_its_own_data(needtag, labelled):
    before = labelled.read_text("utf-8")
    code, _, err = needtag("evaluate", "--data", labelled, "--html", labelled)
    assert code == 2
    assert "is also an input" in err
    assert labelled.read_text("utf-8") == before


def test_two_reports_need_two_files(needtag, labelled, tmp_path):
    code, _, err = needtag("evaluate", "--data", labelled, "--html", tmp_path / "r", "--json", tmp_path / "r")
    assert code == 2
    assert "both --html and --json" in err


def test_a_model_that_suggests_nothing_has_not_seen_what_it_is_measured_on(needtag):
    code, out, _ = needtag("evaluate", "--data", "validation", "--model", "dummy")
    assert code == 0
    assert "flatter" not in out
    assert "suggests none of the" in out


@pytest.mark.parametrize("name", ["[bold].jsonl", "[", "[x].jsonl"])
def test_names_that_look_like_markup_are_shown_as_they_are(needtag, labelled, tmp_path, name):
    path = tmp_path / name
    path.write_text(labelled.read_text("utf-8"), "utf-8")
    code, out, _ = needtag("evaluate", "--data", path)
    assert code == 0
    assert name in "".join(line.rstrip() for line in out.splitlines())


def test_half_a_character_is_refused(needtag, labelled):
    labelled.write_text(labelled.read_text("utf-8").replace("Kenya hopes.", "Kenya \\ud800"), "utf-8")
    code, _, err = needtag("evaluate", "--data", labelled)
    assert code == 2
    assert "line 4: text: holds half of a character" in err


def test_a_report_that_cannot_be_written_is_refused_before_anything_is_measured(needtag, labelled):
    code, _, err = needtag("evaluate", "--data", labelled, "--html", "/no/folder/report.html")
    assert code == 2
    assert "/no/folder: is no folder" in err


def test_an_answer_that_comes_twice_is_refused(needtag, labelled):
    code, _, err = needtag("evaluate", "--data", labelled, "--data", labelled)
    assert code == 2
    assert "0 comes twice" in err


def test_a_model_may_replace_itself_and_the_dummy_may_not_replace_it(needtag, labelled):
    code, out, _ = needtag("compare", "default", "default", "--data", labelled)
    assert code == 0
    assert "B may replace A" in " ".join(out.split())
    code, out, _ = needtag("compare", "default", "dummy", "--data", labelled)
    assert code == 1
    assert "B may not replace A" in " ".join(out.split())


def test_what_a_model_said_can_be_compared_from_its_file(needtag, labelled, tmp_path):
    tagged = tmp_path / "tagged.jsonl"
    needtag("tag", labelled, "--output", tagged)
    code, out, _ = needtag("compare", "default", tagged, "--data", labelled)
    assert code == 0
    assert "The labels that differ" not in out
    lines = read_lines(tagged)
    for line in lines:
        line["tags"] = []
    tagged.write_text("\n".join(map(json.dumps, lines)), "utf-8")
    assert needtag("compare", "default", tagged, "--data", labelled)[0] == 1


def test_a_file_of_other_answers_cannot_be_compared(needtag, labelled, answers, tmp_path):
    tagged = tmp_path / "tagged.jsonl"
    needtag("tag", answers, "--output", tagged)
    code, _, err = needtag("compare", "default", tagged, "--data", labelled)
    assert code == 2
    assert "tagged.jsonl: holds no tagged answer 0" in err
    code, _, err = needtag("compare", "default", labelled, "--data", labelled)
    assert code == 2
    assert "labelled.jsonl, 0: is no tagged answer" in err


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda line: line["tags"].append({**line["tags"][0], "band": "sure"}), "sure is none of"),
        (lambda line: line["tags"][0].update(code="legal.nothing"), "legal.nothing"),
        (lambda line: line["stances"][0].update(code="wish"), "wish is none of"),
        (lambda line: line.pop("stances"), "stances"),
    ],
)
def test_a_tagged_answer_with_odd_fields_is_named(needtag, labelled, tmp_path, change, problem):
    tagged = tmp_path / "tagged.jsonl"
    needtag("tag", labelled, "--output", tagged)
    lines = read_lines(tagged)
    change(lines[0])
    tagged.write_text("\n".join(map(json.dumps, lines)), "utf-8")
    code, _, err = needtag("compare", "default", tagged, "--data", labelled)
    assert code == 2
    assert "tagged.jsonl, 0: is no tagged answer" in err
    assert problem in err


@pytest.mark.parametrize("content", [None, b"\xff\xfe", b"{", b'{"id": "0"}\n{"id": "0"}'])
def test_a_tagged_file_that_cannot_be_read_is_named(needtag, labelled, tmp_path, content):
    path = tmp_path / "tagged.jsonl"
    if content is not None:
        path.write_bytes(content)
    code, _, err = needtag("compare", "default", path, "--data", labelled)
    assert code == 2
    assert "tagged.jsonl" in err


def test_readings_of_other_texts_are_refused(needtag, labelled, tmp_path):
    other = tmp_path / "other.jsonl"
    other.write_text(labelled.read_text("utf-8").replace("Kenya hopes.", "Kenya sings."), "utf-8")
    code, _, err = needtag("agreement", labelled, other)
    assert code == 2
    assert "other.jsonl, 3: has another text" in err


def test_the_corpus_check_names_what_it_cannot_read(needtag, tmp_path):
    assert "cannot be read" in needtag("corpus", "check", "--outside", tmp_path / "no.txt")[2]
    (tmp_path / "latin.txt").write_bytes(b"\xe9t\xe9")
    assert "is not UTF-8" in needtag("corpus", "check", "--outside", tmp_path / "latin.txt")[2]
    assert "end it in .svg" in needtag("corpus", "check", "--picture", tmp_path / "p.foo")[2]


def test_agreement_of_readers_is_printed_label_by_label(needtag, labelled, tmp_path):
    other = tmp_path / "other.jsonl"
    other.write_text(
        labelled.read_text("utf-8").replace("legal.drafting", "legal.model-legislation"), "utf-8"
    )
    code, out, _ = needtag("agreement", labelled, other, labelled)
    assert code == 0
    assert "3 readers" in out
    # Of three pairs of readers the two who are the same agree.
    assert re.search(r"requested legal.drafting +2 +-?0\.\d{3} +0\.333 +0\.333", out)


def test_readers_of_different_answers_cannot_agree(needtag, labelled, tmp_path):
    other = tmp_path / "other.jsonl"
    other.write_text(labelled.read_text("utf-8").replace('"id": "', '"id": "x'), "utf-8")
    code, _, err = needtag("agreement", labelled, other)
    assert code == 2
    assert "the same id" in err


def test_every_error_in_labelled_answers_is_printed(needtag, tmp_path):
    path = tmp_path / "labelled.jsonl"
    path.write_text("{\n[]\n", "utf-8")
    code, _, err = needtag("evaluate", "--data", path)
    assert code == 2
    assert "labelled.jsonl, line 1" in err
    assert "labelled.jsonl, line 2" in err
    assert needtag("evaluate", "--data", "no-split")[0] == 2


def test_the_version_is_told_and_nothing_else_is_done(needtag):
    assert needtag("--version", "tag") == (0, f"needtag {metadata.version('needtag')}\n", "")

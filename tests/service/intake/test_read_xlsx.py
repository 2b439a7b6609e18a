import datetime as dt


def test_a_header_below_a_title_is_found_on_every_sheet(save_xlsx, read):
    path = save_xlsx(
        {
            "Uno": [
                ["Necesidades 2009"],
                [],
                ["Ref", "País", "Respuesta"],
                [1, "Chile", "Equipos"],
                [2, "Cuba", None],
            ],
            "Two": [["Answer", "Country", "No."], ["Vehicles", "Chad", 3.0]],
        }
    )
    answers = read(path)
    assert [(a.id, a.state, a.text) for a in answers] == [
        ("1", "CHL", "Equipos"), ("2", "CUB", ""), ("3", "TCD", "Vehicles"),
    ]  # fmt: skip


def test_a_sheet_without_answers_is_the_cover_of_the_others(save_xlsx, read):
    path = save_xlsx(
        {"Cover": [["State:", "Togo"], ["Cycle", 2], ["Contact", "x"]], "A": [["id", "text"], [1, "a"]]}
    )
    [answer] = read(path)
    assert (answer.state, answer.cycle) == ("TGO", "2")


def test_a_hidden_sheet_is_not_read(save_xlsx, texts):
    rows = [["id", "text"], [1, "a"]]
    assert texts(save_xlsx({"A": rows, "B": rows}, hidden=["B"])) == ["a"]


def test_numbers_dates_and_truths_become_text(save_xlsx, texts):
    rows = [["text", "id"], [3.0, 1], [2.5, 2], [dt.datetime(2009, 3, 1), 3], [True, 4]]  # noqa: DTZ001
    assert texts(save_xlsx({"A": rows})) == ["3", "2.5", "2009-03-01", "True"]


def test_errors_name_sheet_and_row(save_xlsx, read):
    [_, problem] = read(save_xlsx({"Réponses": [["id", "text"], [1, "a"], [1, "b"]]}))
    assert problem.startswith("answers.xlsx, sheet Réponses, row 3, id: '1' has come before")


def test_a_workbook_without_a_column_of_answers_is_refused(save_xlsx, read):
    [problem] = read(save_xlsx({"A": [["Kennung", "Antwort"], [1, "ja"]]}))
    assert problem.startswith("answers.xlsx: has no column of answers")
    assert "'Antwort'" in problem
    assert [a.text for a in read(save_xlsx({"A": [["Antwort"], ["ja"]]}), columns={"text": "Antwort"})] == [
        "ja"
    ]


def test_cells_merged_down_hold_for_all_their_rows_but_are_no_second_answer(save_xlsx, read):
    rows = [
        ["Country", "Cycle", "Question", "Answer"],
        ["Chad", 2, "a", "A"],
        [None, None, "b", "B"],
        ["Togo", 3, "c", ""],
    ]
    path = save_xlsx({"A": [*rows, [None, None, None, "D"]]}, merged=["A2:A3", "B2:B3", "C4:C5", "D2:D2"])
    assert [(a.state, a.cycle, a.question, a.text) for a in read(path)] == [
        ("TCD", "2", "a", "A"), ("TCD", "2", "b", "B"), ("TGO", "3", "c", ""), (None, None, None, "D"),
    ]  # fmt: skip


def test_cells_far_to_the_right_cost_their_row_alone(save_xlsx, read):
    far = ["far", *[""] * 1_000, "away"]
    first, second = read(save_xlsx({"a": [["id", "text"], far, ["2", "Cars."]]}))
    assert first == "answers.xlsx, sheet a, row 2: has cells beyond column 1,000; remove them"
    assert second.text == "Cars."

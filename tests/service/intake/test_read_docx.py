import pytest


def p(*runs, properties=""):
    return f"<w:p><w:pPr>{properties}</w:pPr>{''.join(runs)}</w:p>"


def r(text, properties=""):
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def b(text):
    return r(text, "<w:b/>")


def tc(*blocks, properties=""):
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{''.join(blocks) or p()}</w:tc>"


def tr(*cells, properties=""):
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(cells)}</w:tr>"


def tbl(*rows):
    return f"<w:tbl>{''.join(rows)}</w:tbl>"


def sdt(content, properties=""):
    return f"<w:sdt><w:sdtPr>{properties}</w:sdtPr><w:sdtContent>{content}</w:sdtContent></w:sdt>"


def form_field(data, result=""):
    return (
        f'<w:r><w:fldChar w:fldCharType="begin"><w:ffData>{data}</w:ffData></w:fldChar></w:r>'
        f"<w:r><w:instrText> FORM </w:instrText></w:r>{result}"
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


QUESTION = p(b("1. What is needed?"))


@pytest.fixture
def answer_of(save_docx, read):
    """Read a form with one question and this answer."""

    def reading(answer, **parts):
        [found] = read(save_docx(QUESTION + answer, **parts))
        assert found.question == "1. What is needed?"
        return found.text

    return reading


@pytest.fixture
def pairs(save_docx, read):
    """Read a form as (question, text) pairs."""
    return lambda body, **parts: [(a.question, a.text) for a in read(save_docx(body, **parts))]


def test_bold_questions_are_followed_by_the_paragraphs_of_their_answers(pairs):
    body = QUESTION + p(r("One.")) + p(r("Two.")) + p(b("2. Who helps?")) + p(b("3. When?")) + p(r("Now."))
    assert pairs(body) == [("1. What is needed?", "One.\nTwo."), ("2. Who helps?", ""), ("3. When?", "Now.")]


def test_numbers_put_by_word_make_questions_and_bullets_stay_before_list_items(save_docx, read):
    numbering = "".join(
        f'<w:abstractNum w:abstractNumId="{n}"><w:lvl w:ilvl="0"><w:numFmt w:val="{kind}"/></w:lvl>'
        "</w:abstractNum>"
        for n, kind in enumerate(["decimal", "bullet"])
    ) + "".join(f'<w:num w:numId="{n + 1}"><w:abstractNumId w:val="{n}"/></w:num>' for n in range(2))
    number, bullet = (f'<w:numPr><w:ilvl w:val="0"/><w:numId w:val="{n}"/></w:numPr>' for n in (1, 2))
    body = (
        p(b("Describe your needs"), properties=number)
        + p(r("cars"), properties=bullet)
        + p(r("radios"), properties=bullet)
        + p(b("Describe what you offer"), properties=number)
    )
    answers = read(save_docx(body, numbering=numbering))
    assert [(a.question, a.text) for a in answers] == [
        ("Describe your needs", "• cars\n• radios"), ("Describe what you offer", ""),
    ]  # fmt: skip


def test_a_heading_without_text_is_no_question(pairs):
    styles = '<w:style w:styleId="Titre1"><w:name w:val="heading 1"/></w:style>'
    heading = p(r("II. Législation"), properties='<w:pStyle w:val="Titre1"/>')
    assert pairs(heading + QUESTION + p(r("A")) + heading + p(b("2. Why?")) + p(r("B")), styles=styles) == [
        ("1. What is needed?", "A"), ("2. Why?", "B"),
    ]  # fmt: skip


def test_boldness_may_come_from_a_style(pairs):
    styles = (
        '<w:style w:styleId="base"><w:name w:val="Base"/><w:rPr><w:b/></w:rPr></w:style>'
        '<w:style w:styleId="ask"><w:name w:val="Ask"/><w:basedOn w:val="base"/></w:style>'
    )
    body = p(r("Needs?"), properties='<w:pStyle w:val="ask"/>') + p(r("A", '<w:b w:val="0"/>'))
    assert pairs(body, styles=styles) == [("Needs?", "A")]


def test_a_bold_question_may_run_on_into_its_answer(pairs):
    assert pairs(p(b("1. Needs?"), r(" Vehicles."))) == [("1. Needs?", "Vehicles.")]


def test_the_cover_hands_state_instrument_and_cycle_to_the_answers(save_docx, read):
    cover = tbl(
        tr(tc(p(b("État partie"))), tc(p(r("Côte d'Ivoire")))),
        tr(tc(p(r("Instrument :"))), tc(p(r("Protocole relatif à la traite, Convention")))),
        tr(tc(p(r("Cycle"))), tc(sdt(p(r("3"))))),
        tr(tc(p(r("Personne à contacter"))), tc(p(r("Direction")))),
    )
    [answer] = read(save_docx(p(b("Questionnaire")) + cover + QUESTION + p(r("A"))))
    assert (answer.state, answer.instruments, answer.cycle) == ("CIV", ("tip", "untoc"), "3")


def test_a_cover_may_name_state_and_instrument_without_labels(save_docx, read):
    title = p(
        b("Reply to the questionnaire on the Protocol against the Smuggling of Migrants by Land, Sea and Air")
    )
    [answer] = read(
        save_docx(title + p(r("NEW ZEALAND")) + p(r("Reporting cycle: 2")) + QUESTION + p(r("A")))
    )
    assert (answer.state, answer.instruments, answer.cycle) == ("NZL", ("som",), "2")


def test_rows_of_two_cells_are_question_and_answer(pairs):
    body = tbl(
        tr(tc(p(r("Question"))), tc(p(r("Réponse")))),
        tr(tc(p(r("Besoins"))), tc(p(r("Véhicules")), p(r("Radios")))),
        tr(tc(p(r("Offres"))), tc()),
    )
    assert pairs(body) == [("Besoins", "Véhicules\nRadios"), ("Offres", "")]
    plain = tbl(tr(tc(p(r("What is needed?"))), tc(p(r("A")))), tr(tc(p(r("2. Offered"))), tc(p(r("B")))))
    assert pairs(plain) == [("What is needed?", "A"), ("2. Offered", "B")]


def test_a_number_in_a_cell_of_its_own_stands_before_its_question(pairs):
    body = tbl(tr(tc(p(r("4.1"))), tc(p(r("What is needed?"))), tc(p(r("A")))))
    assert pairs(body) == [("4.1 What is needed?", "A")]


def test_merged_cells_give_their_text_once(pairs):
    down, on = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    body = tbl(
        tr(tc(p(b("Section A")), properties='<w:gridSpan w:val="2"/>')),
        tr(tc(p(r("What is needed?")), properties=down), tc(p(r("A")))),
        tr(tc(properties=on), tc(p(r("B")))),
        tr(tc(p(r("What is offered?"))), tc(p(r("C")), properties=down)),
        tr(tc(p(r("To whom?"))), tc(properties=on)),
    )
    assert pairs(body) == [("What is needed?", "A\nB"), ("What is offered? To whom?", "C")]


def test_nested_tables_give_a_line_a_row_and_frames_of_one_cell_are_seen_through(pairs):
    inner = tbl(tr(tc(p(r("cars"))), tc(p(r("12")))), tr(tc(p(r("radios"))), tc(p(r("40")))))
    body = tbl(tr(tc(tbl(tr(tc(p(r("What is needed?"))), tc(p(r("This:")), inner))))))
    assert pairs(body) == [("What is needed?", "This:\ncars\t12\nradios\t40")]


def test_a_table_inside_an_answer_is_text_of_it(answer_of):
    table = tbl(tr(tc(p(r("cars"))), tc(p(r("12")))), tr(tc(p(r("radios"))), tc(p(r("40")))))
    assert answer_of(p(r("This:")) + table) == "This:\ncars\t12\nradios\t40"


def test_content_controls_hold_text_but_placeholders_do_not(answer_of):
    shown = "<w:showingPlcHdr/>"
    assert answer_of(sdt(p(r("Text"))) + p(r("and "), sdt(r("more")))) == "Text\nand more"
    assert answer_of(p(sdt(r("Click here"), shown))) == ""
    assert answer_of(sdt(p(r("Click here")), shown)) == ""


def test_a_placeholder_cell_is_an_empty_answer(pairs):
    body = tbl(tr(tc(p(r("What is needed?"))), sdt(tc(p(r("Click here"))), "<w:showingPlcHdr/>")))
    assert pairs(body) == [("What is needed?", "")]


def test_only_ticked_boxes_of_any_kind_become_text(answer_of):
    def control(on):
        return sdt(r("?"), f'<w14:checkbox><w14:checked w14:val="{on}"/></w14:checkbox>')

    def legacy(state):
        return form_field(f"<w:checkBox><w:sizeAuto/>{state}</w:checkBox>")

    def sign(code):
        return f'<w:r><w:sym w:font="Wingdings" w:char="{code}"/></w:r>'

    assert answer_of(p(control(1), r(" Judges")) + p(control(0), r(" Police"))) == "Judges"
    assert (
        answer_of(
            p(legacy('<w:default w:val="1"/>'), r(" Yes ")) + p(legacy('<w:checked w:val="0"/>'), r("No"))
        )
        == "Yes"
    )
    assert answer_of(p(legacy('<w:default w:val="0"/><w:checked/>'), r(" Yes"))) == "Yes"
    assert answer_of(p(sign("F0FE"), r(" Cars")) + p(sign("F0A8"), r(" Boats"))) == "Cars"
    other = '<w:r><w:sym w:font="Segoe UI Symbol" w:char="2612"/></w:r>'
    assert answer_of(p(other, r(" Cars")) + p(r("☐ Boats"))) == "Cars"
    assert answer_of(p(r("☐ Cars")) + p(r("☐ Boats"))) == ""


def test_legacy_text_and_choice_fields_give_what_they_show(answer_of):
    choice = (
        '<w:ddList><w:result w:val="1"/><w:listEntry w:val="none"/><w:listEntry w:val="urgent"/></w:ddList>'
    )
    text = form_field("<w:textInput/>", '<w:r><w:fldChar w:fldCharType="separate"/></w:r>' + r("Cars"))
    empty = form_field("<w:textInput/>", r("\u2002\u2002\u2002\u2002\u2002"))
    assert answer_of(p(text, r(", "), form_field(choice))) == "Cars, urgent"
    assert answer_of(p(empty)) == ""


def test_tracked_changes_are_read_as_accepted(answer_of):
    gone = "<w:rPr><w:del/></w:rPr>"
    body = (
        p(r("We need "), f"<w:del>{r('ten')}</w:del><w:ins>{r('twelve')}</w:ins>", r(" cars"))
        + p(f"<w:moveFrom>{r('Moved.')}</w:moveFrom>")
        + p(r("One "), properties=gone)
        + p(r("line."))
        + p(f"<w:moveTo>{r('Moved.')}</w:moveTo>")
    )
    assert answer_of(body) == "We need twelve cars\nOne line.\nMoved."


def test_a_deleted_row_is_gone(pairs):
    row = tr(tc(p(r("Who pays for it?"))), tc(p(r("B"))), properties="<w:del/>")
    assert pairs(tbl(tr(tc(p(r("What is needed?"))), tc(p(r("A")))), row)) == [("What is needed?", "A")]


def test_a_text_box_is_read_once(answer_of):
    box = f"<w:txbxContent>{p(r('In a box'))}</w:txbxContent>"
    both = f"<mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback>"
    both = f"<mc:AlternateContent>{both}</mc:AlternateContent>"
    assert answer_of(p(r("Text"), f"<w:r>{both}</w:r>")) == "Text\nIn a box"


def test_notes_follow_the_paragraph_that_refers_to_them(answer_of):
    notes = (
        '<w:footnote w:type="separator" w:id="0"/><w:footnote w:id="2">'
        + p(r("Act 5 of 2003."))
        + "</w:footnote>"
    )
    body = p(r("As the law says"), '<w:r><w:footnoteReference w:id="2"/></w:r>', r(".")) + p(r("And so on."))
    assert answer_of(body, footnotes=notes) == "As the law says.\nAct 5 of 2003.\nAnd so on."


def test_headers_footers_contents_and_hidden_text_do_not_leak(answer_of):
    styles = '<w:style w:styleId="TM1"><w:name w:val="toc 1"/></w:style>'
    body = p(r("Text"), r(" hidden", "<w:vanish/>")) + p(
        r("1. What is needed? 3"), properties='<w:pStyle w:val="TM1"/>'
    )
    assert answer_of(body, styles=styles, header="<w:p/>") == "Text"


def test_line_breaks_tabs_and_hyphens_of_the_writer_stay(answer_of):
    assert answer_of(p(r("a"), "<w:r><w:br/></w:r>", r("b"), "<w:r><w:tab/><w:t>c</w:t></w:r>")) == "a\nb\tc"


def test_question_and_answer_marked_by_words_need_no_bold(pairs):
    body = (
        p(r("Question 1: Besoins"))
        + p(r("Réponse : Véhicules"))
        + p(r("Question 2 : Offres"))
        + p(r("Réponse :"))
    )
    assert pairs(body) == [("Question 1: Besoins", "Véhicules"), ("Question 2 : Offres", "")]


def test_numbered_questions_need_no_bold(pairs):
    body = p(r("1. What is needed?")) + p(r("A")) + p(r("2. What is offered?")) + p(r("Who knows?"))
    assert pairs(body) == [("1. What is needed?", "A"), ("2. What is offered?", "Who knows?")]


def test_a_document_that_is_no_form_gives_its_paragraphs(pairs):
    assert pairs(p(r("We need cars.")) + p() + p(r("We offer boats."))) == [
        (None, "We need cars."), (None, "We offer boats."),
    ]  # fmt: skip


def test_an_unknown_state_on_the_cover_is_reported_and_loses_no_answer(save_docx, read):
    problem, answer = read(save_docx(p(r("State: Atlantis")) + QUESTION + p(r("A"))))
    assert problem.startswith("form.docx, cover, state: 'Atlantis' is no State")
    assert (answer.text, answer.state) == ("A", None)


def test_files_of_the_strict_kind_are_read(save_docx, read, tmp_path):
    strict = '<d xmlns="http://purl.oclc.org/ooxml/wordprocessingml/main"><body><p><r><t>Text</t></r></p></body></d>'
    [answer] = read(save_docx("", extra={"word/document.xml": strict}))
    assert answer.text == "Text"


def test_answers_as_bold_as_their_questions_are_not_lost(pairs):
    body = QUESTION + p(b("We need cars.")) + p(b("And boats.")) + p(b("2. Who helps?")) + p(b("Nobody"))
    assert pairs(body) == [("1. What is needed?", "We need cars.\nAnd boats."), ("2. Who helps?", "Nobody")]


def test_a_bold_question_may_have_two_paragraphs(pairs):
    assert pairs(QUESTION + p(b("Please give details")) + p(r("A"))) == [
        ("1. What is needed? Please give details", "A")
    ]


def test_a_bold_title_between_questions_is_no_answer(pairs):
    body = QUESTION + p(r("A")) + p(b("Part two")) + p(b("2. Who helps?")) + p(r("B"))
    assert pairs(body) == [("1. What is needed?", "A"), ("2. Who helps?", "B")]


def test_nothing_but_unanswered_questions_are_empty_answers(pairs):
    assert pairs(QUESTION + p() + p(b("2. Who helps?"))) == [
        ("1. What is needed?", ""),
        ("2. Who helps?", ""),
    ]


def test_an_empty_alternative_is_nothing(answer_of):
    assert answer_of(p(r("A"), "<w:r><mc:AlternateContent/></w:r>") + "<mc:AlternateContent/>") == "A"


def test_the_conference_of_the_parties_is_not_the_convention(save_docx, read):
    title = "Conference of the Parties to the United Nations Convention against Transnational Organized Crime"
    [answer] = read(save_docx(p(r(title)) + p(r("Firearms Protocol")) + QUESTION + p(r("A"))))
    assert answer.instruments == ("firearms",)


def test_the_person_to_contact_is_of_the_cover(pairs):
    cover = tbl(
        tr(tc(p(r("State"))), tc(p(r("Chad")))),
        tr(tc(p(r("Name and title of the official who replies"))), tc(p(r("Director")))),
        tr(tc(p(r("Describe the measures that were taken"))), tc(p(r("None.")))),
    )
    assert pairs(cover) == [("Describe the measures that were taken", "None.")]


def test_a_table_whose_header_stands_on_the_page_before_goes_on(pairs):
    first = tbl(
        tr(tc(p(r("Réponse"))), tc(p(r("Question"))), tc(p(r("Réf")))),
        tr(tc(p(r("A"))), tc(p(r("B"))), tc(p(r("1")))),
    )
    second = tbl(tr(tc(p(r("C"))), tc(p(r("D"))), tc(p(r("2")))))
    assert pairs(first + second) == [("B", "A"), ("D", "C")]


def test_cover_lines_may_share_a_paragraph_and_a_label_may_have_no_value(save_docx, read):
    cover = p(r("Questionnaire</w:t><w:br/><w:t>State: Peru</w:t><w:br/><w:t>Instrument: UNTOC"))
    [found] = read(save_docx(cover + QUESTION))
    assert (found.state, found.instruments) == ("PER", ("untoc",))
    [found] = read(save_docx(p(r("State:")) + p(r("Instrument: UNTOC")) + QUESTION))
    assert (found.state, found.instruments) == (None, ("untoc",))


def test_a_cover_row_may_hold_two_labels_with_their_values(save_docx, read):
    def row(*cells):
        return tr(*(tc(p(r(cell))) for cell in cells))

    cover = tbl(row("State", "Zambia", "Date", "12 March 2013"), row("Instrument", "UNTOC", "Cycle", "2"))
    [found] = read(save_docx(cover + QUESTION))
    assert (found.state, found.instruments, found.cycle) == ("ZMB", ("untoc",), "2")


def test_a_number_may_go_on_over_several_rows(pairs):
    first = tr(
        tc(p(r("3")), properties='<w:vMerge w:val="restart"/>'),
        tc(p(r("(a) From whom?"))),
        tc(p(r("Norway."))),
    )
    second = tr(tc(properties="<w:vMerge/>"), tc(p(r("(b) To whom?"))), tc(p(r("Namibia."))))
    assert pairs(tbl(first, second)) == [("3 (a) From whom?", "Norway."), ("(b) To whom?", "Namibia.")]


def row_of(*texts):
    return tr(*(tc(p(r(text))) for text in texts))


def test_columns_to_tick_and_columns_beside_the_answer_are_part_of_it(pairs):
    table = tbl(
        row_of("Nº", "Pregunta", "Sí", "No", "Observaciones", "Asistencia requerida"),
        row_of("1", "¿Hay ley?", "X", "", "Artículo 177.", ""),
        row_of("2", "¿Hay albergues?", "☐", "☒", "", "Un albergue."),
    )
    assert pairs(table) == [
        ("¿Hay ley?", "Sí\nArtículo 177."),
        ("¿Hay albergues?", "No\nUn albergue."),
    ]


def test_a_table_of_ticks_alone_gives_the_names_of_the_ticked_columns(pairs):
    table = tbl(
        row_of("Assistance", "Needed", "Received"),
        row_of("Training", "x", "☒"),
        row_of("Equipment", "☐", ""),
    )
    assert pairs(table) == [("Training", "Needed\nReceived"), ("Equipment", "")]


def test_numbers_that_begin_anew_with_every_table_are_no_ids(save_docx, read):
    table = tbl(row_of("No.", "Question", "Answer"), row_of("1", "What is needed?", "Cars."))
    found = read(save_docx(table + p(b("Part B")) + table))
    assert [answer.id for answer in found] == ["form.docx#1", "form.docx#2"]


def test_cover_rows_above_the_questions_of_a_table_do_not_hide_its_headings(pairs):
    rows = [("State", "Uganda"), ("Instrument", "UNTOC"), ("Cycle", "1"), ("Contact", "Ministry")]
    heading = tr(tc(p(r("SECTION II")), properties='<w:gridSpan w:val="2"/>'))
    needs, offers = row_of("What is needed?", "Cars."), row_of("Offers", "Radios.")
    assert pairs(tbl(*(row_of(*row) for row in rows), needs, heading, offers)) == [
        ("What is needed?", "Cars."),
        ("Offers", "Radios."),
    ]


def test_a_prompt_that_another_program_saved_as_text_is_no_answer(answer_of):
    assert answer_of(p(r("Click or tap here to enter text."))) == ""
    assert answer_of(p(r("Elija un elemento."))) == ""

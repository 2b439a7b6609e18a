from service.intake.pdf import as_shown


def lines(*texts, x=72, y=150, step=14):
    return [(x, y + n * step, text) for n, text in enumerate(texts)]


def pairs(answers):
    return [(answer.question, answer.text) for answer in answers]


def grid(*ys, xs=(72, 270, 520)):
    drawn = [f"{x} {842 - ys[0]} m {x} {842 - ys[-1]} l S" for x in xs]
    return drawn + [f"{xs[0]} {842 - y} m {xs[-1]} {842 - y} l S" for y in ys]


def test_bold_questions_are_followed_by_their_answers_and_wraps_are_joined(save_pdf, read):
    wrapped = "The authority has four lawyers and asks for the training of two more of them in"
    page = [
        (72, 150, "1. What is needed by the central authority of your", "bold"),
        (72, 164, "country?", "bold"),
        *lines(
            "The authority has four lawyers and asks for the training of two more of them in", "mutual", y=185
        ),
        *lines("It also needs cars.", y=225),
        (72, 250, "2. What is offered?", "bold"),
    ]
    assert pairs(read(save_pdf([page]))) == [
        (
            "1. What is needed by the central authority of your country?",
            f"{wrapped} mutual\nIt also needs cars.",
        ),
        ("2. What is offered?", ""),
    ]


def test_what_runs_along_the_pages_does_not_leak_and_a_paragraph_goes_on_over_the_break(save_pdf, read):
    def page(number, *marks):
        return [(72, 40, "CTOC/COP/2009/7"), (290, 810, f"Page {number} of 2"), *marks]

    first = page(1, (72, 150, "1. What is needed?", "bold"), (72, 700, "Cars for the police and radios for"))
    second = page(2, (72, 100, "the customs, at once."), (72, 730, "2"))
    assert pairs(read(save_pdf([first, second]))) == [
        ("1. What is needed?", "Cars for the police and radios for the customs, at once.\n2")
    ]


def test_a_break_after_a_hyphen_stays(save_pdf, texts):
    page = lines(
        "The training of the officers of the Mada-",
        "gascan police is what is needed more than any-",
        "thing.",
    )
    assert texts(save_pdf([page])) == [
        "The training of the officers of the Mada-\ngascan police is what is needed more than any-\nthing."
    ]


def test_tables_are_question_and_answer_cell_by_cell(save_pdf, read):
    page = [
        *grid(140, 170, 210, 240),
        *lines("Pregunta", y=160), *lines("Respuesta", x=280, y=160),
        *lines("¿Qué se necesita?", y=185), *lines("Vehículos y", "radios.", x=280, y=185),
        *lines("¿Qué se ofrece?", y=225),
    ]  # fmt: skip
    assert pairs(read(save_pdf([page]))) == [
        ("¿Qué se necesita?", "Vehículos y radios."),
        ("¿Qué se ofrece?", ""),
    ]


def test_a_row_that_goes_on_over_the_page_stays_one_answer(save_pdf, read):
    first = [*grid(700, 740), *lines("¿Qué se necesita?", y=720), *lines("Vehículos,", x=280, y=720)]
    second = [
        *grid(100, 130, 160),
        *lines("radios.", x=280, y=120),
        *lines("¿Y?", y=150),
        *lines("No.", x=280, y=150),
    ]
    assert pairs(read(save_pdf([first, second]))) == [
        ("¿Qué se necesita?", "Vehículos,\nradios."),
        ("¿Y?", "No."),
    ]


def test_the_cover_page_hands_its_labels_to_the_answers(save_pdf, read):
    cover = lines(
        "Estado: Uruguay", "Instrumento: Protocolo contra la trata de personas", "Ciclo: 2", step=30
    )
    [answer] = read(save_pdf([cover, [(72, 150, "1. ¿Qué?", "bold"), (72, 170, "Nada.")]]))
    assert (answer.state, answer.instruments, answer.cycle) == ("URY", ("tip",), "2")


def test_only_ticked_boxes_become_text(save_pdf, read):
    page = [(72, 150, "1. Which training?", "bold"), *lines("[x] judges", "[ ] police", "[X] customs", y=170)]
    assert pairs(read(save_pdf([page]))) == [("1. Which training?", "judges\ncustoms")]


def test_what_is_filled_into_fields_is_read(save_pdf, read):
    def field(y, kind, state):
        rectangle = f"72 {842 - y - 60} 300 {842 - y}"
        return f"<< /Type /Annot /Subtype /Widget /FT /{kind} {state} /Rect [{rectangle}] >>"

    page = [
        (72, 150, "1. What is needed?", "bold"),
        field(160, "Tx", "/V (Cars,\\rboats)"),
        (72, 250, "2. For whom?", "bold"),
        field(260, "Btn", "/AS /On"), (310, 270, "police"),
        field(300, "Btn", "/AS /Off"), (310, 310, "customs"),
        field(340, "Tx", ""),
    ]  # fmt: skip
    assert pairs(read(save_pdf([page]))) == [
        ("1. What is needed?", "Cars,\nboats"),
        ("2. For whom?", "police"),
    ]


def test_a_pdf_of_images_alone_is_refused(save_pdf, read):
    assert read(save_pdf([["10 10 100 100 re f"]])) == [
        "form.pdf: holds no text (a scan, perhaps); send the text, or let a program recognise it first (OCR)"
    ]


def test_a_locked_pdf_is_refused(save_pdf, read):
    key = "A" * 32
    locked = f"/ID [<00> <00>] /Encrypt << /Filter /Standard /V 1 /R 2 /O ({key}) /U ({key}) /P -4 >>"
    assert read(save_pdf([lines("text")], trailer=locked)) == [
        "form.pdf: is locked by a password; send it without"
    ]


def test_a_question_without_bold_ends_at_its_question_mark(save_pdf, read):
    wide = "1. Which of the authorities of your country needs the training of its staff at present?"
    page = lines(
        wide,
        "The central authority needs it.",
        "2. And which of them offers the training of others?",
        "None.",
    )
    assert pairs(read(save_pdf([page]))) == [
        (wide, "The central authority needs it."),
        ("2. And which of them offers the training of others?", "None."),
    ]


def test_an_indented_line_begins_a_paragraph(save_pdf, texts):
    full = "The authorities of the northern region ask for the training of all their officers now."
    page = [(90, 150, full), (72, 164, full), (90, 178, full), (72, 192, "So be it.")]
    assert texts(save_pdf([page])) == [f"{full} {full}", f"{full} So be it."]


def test_cover_lines_close_together_are_told_apart(save_pdf, read):
    cover = lines("State: Nepal", "Instrument: UNTOC", "Cycle: 1", "Please answer in full.", y=100)
    [found] = read(save_pdf([[*cover, (72, 300, "1. What is needed?", "bold"), *lines("Cars.", y=320)]]))
    assert (found.state, found.instruments, found.cycle) == ("NPL", ("untoc",), "1")


def test_a_line_that_begins_several_pages_is_not_taken_for_a_header(save_pdf, read):
    def page(*marks):
        return [(72, 40, "CTOC/COP/2009/7"), *marks]

    pages = [
        page((72, 80, "Yes."), (72, 300, f"{n}. Is there a law?", "bold"), *lines("No.", y=330))
        for n in (1, 2, 3, 4, 5, 6)
    ]
    pages[1:4] = [page(*lines("More.", y=200 + n)) for n in range(3)]
    pages[0] = page((72, 200, "0. Is there a decree?", "bold"))
    text = " ".join(answer.text for answer in read(save_pdf(pages)))
    assert text.count("Yes.") == 2
    assert "CTOC" not in text


def test_words_below_tick_boxes_are_not_of_the_last_option(save_pdf, read):
    page = [
        *grid(100, 160),
        *lines("1. Is help needed?", y=120),
        *lines("[ ] Yes [ ] No", "A register of firearms is needed.", x=280, y=120),
    ]
    assert pairs(read(save_pdf([page]))) == [("1. Is help needed?", "A register of firearms is needed.")]


def test_a_number_that_is_not_bold_does_not_hide_a_bold_question(save_pdf, read):
    page = [
        (72, 150, "1."), (90, 150, "Needs", "bold"), *lines("Cars.", y=170),
        (72, 190, "2."), (90, 190, "Offers", "bold"), *lines("Radios.", y=210),
    ]  # fmt: skip
    assert pairs(read(save_pdf([page]))) == [("1. Needs", "Cars."), ("2. Offers", "Radios.")]


def test_signs_of_wingdings_are_boxes_and_other_signs_are_bullets():
    def sign(text, font):
        return as_shown({"text": text, "fontname": font})["text"]

    assert sign("þ", "ABCDEF+Wingdings-Regular") == "☒"
    assert sign("\uf0a8", "Wingdings") == "☐"
    assert sign("\uf0b7", "SymbolMT") == "•"
    assert sign("a", "Helvetica") == "a"


def test_a_bullet_inside_a_paragraph_stays(save_pdf, texts):
    assert texts(save_pdf([[(60, 100, "Fuel • vans")]])) == ["Fuel • vans"]

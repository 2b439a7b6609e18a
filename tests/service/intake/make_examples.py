"""Makes the example files that no text editor can: XLSX, DOCX and PDF, the same bytes every time.

Needs python-docx and reportlab, which needtag itself does not: pip install python-docx reportlab
"""
# ruff: noqa: E501, ISC004 - a folder of files, not a package; the forms' texts stand as they are printed

import re
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import openpyxl
from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls
from openpyxl.styles import Font
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle, getSampleStyleSheet
from reportlab.lib.units import cm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)

EXAMPLES = Path(__file__).parents[3] / "examples"
EPOCH = (2009, 1, 1, 0, 0, 0)
NAMESPACES = nsdecls("w") + ' xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'


def pin(path: Path) -> None:
    """Rewrite an office file with the same times inside, whenever it was made."""
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    stamp = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            pinned = (
                stamp.sub(rb"\g<1>2009-01-01T00:00:00Z", content) if name == "docProps/core.xml" else content
            )
            package.writestr(zipfile.ZipInfo(name, EPOCH), pinned, zipfile.ZIP_DEFLATED)


def make_workbook(path: Path) -> None:
    """Write answers of several States: a title above the headers, one sheet for each group of instruments."""
    book = openpyxl.Workbook()
    for number, (title, rows) in enumerate(SHEETS.items()):
        sheet = book.active if number == 0 else book.create_sheet()
        sheet.title = title
        sheet["A1"] = f"Technical assistance needs, Asia and the Pacific: {title}"
        sheet["A1"].font = Font(bold=True, size=14)
        sheet.merge_cells("A1:F1")
        sheet.append([])
        sheet.append(["No.", "Country", "Instrument", "Reporting cycle", "Question", "Answer"])
        for row in rows:
            sheet.append(row)
    book.save(path)
    pin(path)


SHEETS = {
    "Convention": [
        [1, "Philippines", "Convention", 2, "Priorities",
         "A witness protection programme that can move a family abroad; the law allows it, no partner State has "
         "agreed to it yet. Talks with Australia and Canada could be supported."],
        [2, "Philippines", "Convention", 2, "Assistance received",
         "In 2012 the United States trained forty analysts of the Anti-Money Laundering Council."],
        [3, "Lao People's Democratic Republic", "Convention", 2, "Priorities",
         "1. Translation and printing of the new Penal Code, 3,000 copies for the district courts.\n"
         "2. Training of judges in the confiscation of proceeds."],
        [4, "Lao People's Democratic Republic", "Convention", 2, "Assistance offered", None],
        [5, "Tonga", "Convention", 2, "Priorities",
         "Tonga is not a party. Advice on what accession would ask of a country with nine prosecutors is requested "
         "before the matter goes to the Legislative Assembly."],
    ],
    "Protocols": [
        [6, "Lao People's Democratic Republic", "Trafficking in Persons Protocol", 2, "Return of victims",
         "Thailand hands over some two hundred children a year at the Friendship Bridge. Reception there is the work "
         "of three social workers, who have asked to be taught how to interview a child."],
        [7, "Philippines", "Trafficking Protocol; Smuggling of Migrants Protocol", 2, "Awareness",
         "Radio plays in Cebuano and Tausug on false job offers, to be broadcast before the season of departures."],
        [8, "Fiji", "Smuggling of Migrants Protocol", 2, "Border control",
         "One launch for 332 islands. A second launch and a radar are beyond our means."],
        [9, "Fiji", "Firearms Protocol", 2, "Marking", "Not applicable: no firearms are made in Fiji or imported."],
    ],
}  # fmt: skip


def raw(body: Document, xml: str) -> None:
    """Append WordprocessingML to a document's body."""
    element = body.element.body
    element.insert(len(element) - 1, parse_xml(re.sub(r"(<w:\w+)", rf"\1 {NAMESPACES}", xml, count=1)))


def run(text: str, properties: str = "") -> str:
    """Return a w:r element."""
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(*runs: str) -> str:
    """Return a w:p element."""
    return f"<w:p>{''.join(runs)}</w:p>"


def tick_box(label: str, *, ticked: bool) -> str:
    """Return a paragraph with a content control that can be ticked, and its label."""
    state, sign = ("1", "☒") if ticked else ("0", "☐")
    control = (
        f'<w:sdt><w:sdtPr><w14:checkbox><w14:checked w14:val="{state}"/></w14:checkbox></w:sdtPr>'
        f"<w:sdtContent>{run(sign)}</w:sdtContent></w:sdt>"
    )
    return paragraph(control, run(f" {label}"))


def control(text: str, *, placeholder: bool = False) -> str:
    """Return a paragraph whose text stands in a content control."""
    shown = "<w:showingPlcHdr/>" if placeholder else ""
    return paragraph(f"<w:sdt><w:sdtPr>{shown}</w:sdtPr><w:sdtContent>{run(text)}</w:sdtContent></w:sdt>")


def table_row(*cells: str, properties: str = "") -> str:
    """Return a w:tr element of cells that hold paragraphs."""
    return (
        "<w:tr>" + "".join(f"<w:tc><w:tcPr>{properties}</w:tcPr>{cell}</w:tc>" for cell in cells) + "</w:tr>"
    )


def table(*rows: str) -> str:
    """Return a w:tbl element with lines around its cells."""
    sides = "".join(f'<w:{side} w:val="single" w:sz="4"/>' for side in BORDERS)
    return f"<w:tbl><w:tblPr><w:tblBorders>{sides}</w:tblBorders></w:tblPr>{''.join(rows)}</w:tbl>"


BORDERS = ("top", "left", "bottom", "right", "insideH", "insideV")
BOLD = "<w:b/>"
CHANGE = 'w:id="{}" w:author="Cabinet" w:date="2009-02-01T00:00:00Z"'


def add_footnote(body: Document, text: str) -> None:
    """Give a document a footnote with the id 1."""
    xml = (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:footnotes {NAMESPACES}>'
        f'<w:footnote w:type="separator" w:id="0">{paragraph("<w:r><w:separator/></w:r>")}</w:footnote>'
        f'<w:footnote w:id="1">{paragraph(run(text))}</w:footnote></w:footnotes>'
    )
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    part = Part(PackURI("/word/footnotes.xml"), kind, xml.encode(), body.part.package)
    body.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)


def run_along(body: Document, header: str, footer: str) -> None:
    """Set a running header, and a footer that ends with the page number."""
    section = body.sections[0]
    section.header.paragraphs[0].text = header
    line = section.footer.paragraphs[0]
    line.text = footer
    number = OxmlElement("w:fldSimple")
    number.set("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}instr", "PAGE")
    line._p.append(number)


def make_french_form(path: Path) -> None:
    """Write a form with a cover table, a table of questions, content controls, tick boxes and a tracked change."""
    body = docx.Document()
    run_along(body, "CTOC/COP/2009/QUESTIONNAIRE", "Tchad, page ")
    body.add_heading("Questionnaire sur l'application de la Convention", level=0)
    body.add_paragraph("À retourner au Secrétariat au plus tard le 31 mars 2009.")
    cover = [("État partie", "Tchad"), ("Instrument", "Convention"), ("Cycle", "2"), ("Date", "12 mars 2009")]
    raw(body, table(*(table_row(paragraph(run(a, BOLD)), control(b)) for a, b in cover)))
    body.add_page_break()
    raw(body, table(*(table_row(*cells) for cells in french_rows())))
    add_footnote(body, "Décret n° 324 du 5 août 2008, non encore publié au Journal officiel.")
    body.save(path)
    pin(path)


def french_rows() -> list[tuple[str, str]]:
    """Return the questions and answers of the French form, as WordprocessingML."""
    note = '<w:r><w:footnoteReference w:id="1"/></w:r>'
    changed = (
        f'<w:del {CHANGE.format(1)}><w:r><w:delText xml:space="preserve">deux semaines </w:delText></w:r></w:del>'
        f"<w:ins {CHANGE.format(2)}>{run('trois mois ')}</w:ins>"
    )
    return [
        (paragraph(run("Question", BOLD)), paragraph(run("Réponse", BOLD))),
        (paragraph(run("1. Le blanchiment du produit du crime est-il incriminé ?")),
         control("Oui, par le règlement communautaire de la CEMAC, dont les magistrats de province n'ont pas le texte. "
                 "Il faudrait l'imprimer et le leur distribuer.")),
        (paragraph(run("2. Une autorité centrale a-t-elle été désignée pour l'entraide judiciaire ?")),
         paragraph(run("La Direction des affaires pénales en fait office"), note,
                   run(". Ses trois agents demandent un stage d'une durée de "), changed,
                   run("auprès d'une autorité centrale plus ancienne, au Sénégal ou en France."))),
        (paragraph(run("3. Dans quels domaines une assistance technique est-elle requise ?")),
         tick_box("Formation des juges et des procureurs", ticked=True)
         + tick_box("Matériel informatique", ticked=False)
         + tick_box("Collecte de données et statistiques", ticked=True)
         + tick_box("Protection des témoins", ticked=False)),
        (paragraph(run("4. Les autorités ont-elles fourni une assistance à d'autres États ?")),
         tick_box("Oui", ticked=False) + tick_box("Non", ticked=False)),
        (paragraph(run("5. Comment la coopération avec les États voisins est-elle assurée ?")),
         paragraph(run("Avec le Cameroun et la République centrafricaine, par la commission mixte de sécurité ; "
                       "avec le Soudan et la Libye, par la voie diplomatique. Le partage de renseignements sur les "
                       "coupeurs de route appelle un appui."))),
        (paragraph(run("6. Autres observations")),
         control("Cliquez ici pour entrer du texte.", placeholder=True)),
    ]  # fmt: skip


def make_english_form(path: Path) -> None:
    """Write a form of numbered bold questions, each followed by the paragraphs of its answer."""
    body = docx.Document()
    run_along(body, "Smuggling of Migrants Protocol: checklist", "Page ")
    body.add_heading("Checklist on the implementation of the Smuggling of Migrants Protocol", level=0)
    for line in ("State: Jordan", "Instrument: Smuggling of Migrants Protocol", "Reporting cycle: 3"):
        body.add_paragraph(line)
    for heading, questions in ENGLISH.items():
        body.add_heading(heading, level=1)
        for question, paragraphs in questions.items():
            body.add_paragraph().add_run(question).bold = True
            for text in paragraphs:
                body.add_paragraph(
                    text.removeprefix("* "), style="List Bullet" if text.startswith("* ") else None
                )
    body.save(path)
    pin(path)


ENGLISH = {
    "Part A. Criminalization": {
        "1. Has the smuggling of migrants been made a criminal offence?": [
            "A bill is before the Legislation and Opinion Bureau. Its authors have studied the laws of Lebanon and "
            "Morocco and would value the comments of somebody who applies such a law daily.",
            "The definition of \"financial or other material benefit\" is the point on which the Bureau is stuck.",
        ],
        "2. Are smuggled migrants themselves exempt from prosecution?": [],
    },
    "Part B. Prevention and cooperation": {
        "3. Which assistance would help most at the borders?": [
            "* document examination equipment at Al-Omari and at Queen Alia airport",
            "* training of passport officers in its use",
            "* an Arabic edition of the guide on fraudulent documents",
        ],
        "4. What has been provided so far?": [
            "Japan delivered four scanners in 2010. The Netherlands held two seminars for immigration liaison officers.",
        ],
        "5. Would your country share its experience with others?": [
            "Yes: Jordan is ready to receive colleagues from Iraq and Yemen at the Royal Police Academy.",
        ],
    },
}  # fmt: skip


def make_spanish_form(path: Path) -> None:
    """Write a PDF with a cover page, running headers, numbered questions in bold and a table."""
    frame = Frame(2.5 * cm, 2.5 * cm, A4[0] - 5 * cm, A4[1] - 5 * cm, id="page")
    template = BaseDocTemplate(str(path), pagesize=A4, invariant=1, title="Cuestionario")
    template.addPageTemplates(PageTemplate(frames=[frame], onPage=draw_running))
    template.build(spanish_story())


def draw_running(canvas: Canvas, document: BaseDocTemplate) -> None:
    """Draw what stands at the top and at the bottom of every page."""
    canvas.setFont("Helvetica", 9)
    canvas.drawString(2.5 * cm, A4[1] - 1.5 * cm, "CTOC/COP/2009 - Cuestionario sobre la Convención")
    canvas.drawCentredString(A4[0] / 2, 1.5 * cm, f"Página {document.page} de 3")


def spanish_story() -> list[Flowable]:
    """Return the content of the Spanish form."""
    sheet = getSampleStyleSheet()
    text = ParagraphStyle("text", parent=sheet["BodyText"], spaceAfter=8, leading=14)
    bold = ParagraphStyle("bold", parent=text, fontName="Helvetica-Bold")
    story: list[Flowable] = [
        Spacer(1, 5 * cm),
        Paragraph("Cuestionario sobre la aplicación de la Convención de Palermo", sheet["Title"]),
        *(
            Paragraph(line, text)
            for line in ("Estado parte: Paraguay", "Instrumento: Convención", "Ciclo: 2")
        ),
        PageBreak(),
    ]
    for question, answers in SPANISH.items():
        story += [Paragraph(question, bold), *(Paragraph(answer, text) for answer in answers)]
    rows = [[Paragraph(cell, text) for cell in row] for row in SPANISH_TABLE]
    lines = TableStyle([("GRID", (0, 0), (-1, -1), 0.5, colors.black), ("VALIGN", (0, 0), (-1, -1), "TOP")])
    return [*story, PageBreak(), Table(rows, colWidths=[7 * cm, 9 * cm], style=lines)]


SPANISH = {
    "1. ¿Está penada la participación en un grupo delictivo organizado?": [
        "El artículo 239 del Código Penal castiga la asociación criminal. La figura no distingue entre quien dirige y "
        "quien obedece, y los tribunales de Ciudad del Este la aplican poco. Se estudia una reforma, para la que "
        "resultaría útil disponer de leyes modelo y de un asesor durante el debate.",
    ],
    "2. ¿Qué técnicas especiales de investigación se utilizan?": [
        "La entrega vigilada y el agente encubierto, únicamente en materia de drogas.",
        "La Unidad Especializada del Ministerio Público carece de equipos de vigilancia. También convendría que sus "
        "catorce fiscales aprendiesen, junto con los de la Argentina y el Brasil, a dirigir una investigación "
        "conjunta en la zona de las tres fronteras.",
    ],
    "3. ¿Se requiere asistencia para proteger a los testigos?": [
        "Existe la ley, pero no el programa: ni personal, ni casas, ni fondos.",
    ],
}
SPANISH_TABLE = [
    ("Pregunta", "Respuesta"),
    ("4. ¿Qué asistencia ha recibido el país?",
     "Colombia impartió en 2008 un curso de análisis financiero. El equipo informático fue donado por la República "
     "de Corea."),
    ("5. ¿Se han compilado estadísticas?", "No. Se necesita una base de datos común a la policía y a la fiscalía."),
    ("6. Observaciones", ""),
]  # fmt: skip

MADE: dict[str, Callable[[Path], None]] = {
    "asia-pacific-2013.xlsx": make_workbook,
    "tchad-convention-2009.docx": make_french_form,
    "jordan-migrants-2011.docx": make_english_form,
    "paraguay-convencion-2009.pdf": make_spanish_form,
}

if __name__ == "__main__":
    for name, make in MADE.items():
        make(EXAMPLES / name)
        sys.stdout.write(f"{name}\n")

"""Makes the files that the readers are tested on: small DOCX and PDF files from their bare parts."""

import zipfile

import openpyxl
import pytest

from nlp.errors import InputError
from service.intake import read_answers

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
W14 = 'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'
MC = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


@pytest.fixture
def save(tmp_path):
    """Write a file by name and return its path."""

    def saved(name, content):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return saved


@pytest.fixture
def save_docx(tmp_path):
    """Write a DOCX with this body, and other parts by the ending of their relation."""

    def saved(body, name="form.docx", extra=None, **parts):
        links = "".join(
            f'<Relationship Id="r{n}" Type="{OFFICE}/{kind}" Target="{kind}.xml"/>'
            for n, kind in enumerate(parts)
        )
        relations = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}'
        relations += "</Relationships>"
        main = f'<Relationship Id="r" Type="{OFFICE}/officeDocument" Target="word/document.xml"/>'
        files = {
            "[Content_Types].xml": "<Types/>",
            "_rels/.rels": relations.format(main),
            "word/_rels/document.xml.rels": relations.format(links),
            "word/document.xml": f"<w:document {W} {W14} {MC}><w:body>{body}</w:body></w:document>",
        }
        files |= {f"word/{kind}.xml": f"<w:{kind} {W}>{inner}</w:{kind}>" for kind, inner in parts.items()}
        path = tmp_path / name
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
            for part, content in (files | (extra or {})).items():
                package.writestr(part, content)
        return path

    return saved


@pytest.fixture
def save_xlsx(tmp_path):
    """Write a workbook of sheets, each a list of rows."""

    def saved(sheets, name="answers.xlsx", hidden=(), merged=()):
        book = openpyxl.Workbook()
        book.remove(book.active)
        for title, rows in sheets.items():
            sheet = book.create_sheet(title)
            sheet.sheet_state = "hidden" if title in hidden else "visible"
            for row in rows:
                sheet.append(row)
            for cells in merged:
                sheet.merge_cells(cells)
        path = tmp_path / name
        book.save(path)
        return path

    return saved


@pytest.fixture
def save_pdf(tmp_path):
    """Write a PDF of pages, each a list of (x, y from the top, text[, font[, size]]) or PDF code."""

    def saved(pages, name="form.pdf", trailer=""):
        path = tmp_path / name
        path.write_bytes(pdf_bytes(pages, trailer))
        return path

    return saved


def pdf_bytes(pages, trailer=""):
    fonts = "".join(
        f"/{key} << /Type /Font /Subtype /Type1 /BaseFont /{font} /Encoding /WinAnsiEncoding >> "
        for key, font in (("plain", "Helvetica"), ("bold", "Helvetica-Bold"))
    )
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", ""]
    for page in pages:
        fields = " ".join(mark for mark in page if isinstance(mark, str) and mark.startswith("<<"))
        drawn = [mark if isinstance(mark, str) else _shown(*mark) for mark in page]
        content = "\n".join(mark for mark in drawn if not mark.startswith("<<"))
        number = len(objects) + 1
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {number + 1} 0 R "
            f"/Resources << /Font << {fonts} >> >> /Annots [{fields}] >>"
        )
        objects.append(f"<< /Length {len(content.encode('cp1252'))} >>\nstream\n{content}\nendstream")
    kids = " ".join(f"{3 + 2 * n} 0 R" for n in range(len(pages)))
    objects[1] = f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>"
    out, places = b"%PDF-1.4\n", []
    for number, text in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n{text}\nendobj\n".encode("cp1252")
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"trailer << /Size {len(objects) + 1} /Root 1 0 R {trailer} >>\nstartxref\n{len(out)}\n%%EOF"
    return out + f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}{end}".encode()


def _shown(x, y, text, font="plain", size=11):
    escaped = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"BT /{font} {size} Tf {x} {842 - y} Td ({escaped}) Tj ET"


@pytest.fixture
def read():
    """Read a file; errors as their sentences without the folder, answers as they are."""

    def reading(path, **options):
        found = list(read_answers(path, **options))
        return [
            str(one).replace(f"{path.parent}/", "") if isinstance(one, InputError) else one for one in found
        ]

    return reading


@pytest.fixture
def texts(read):
    """Read a file and return the answers' texts; an error fails the test."""

    def reading(path, **options):
        return [answer.text for answer in read(path, **options)]

    return reading

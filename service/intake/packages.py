"""Office packages (DOCX, XLSX): what is refused before anything in them is unpacked."""

import zipfile
import zlib
from typing import BinaryIO

from lxml import etree

from nlp.errors import InputError

MOST_MEMBERS = 5_000
MOST_BYTES = 400_000_000
"""Bytes that all members may have together, unpacked: 50,000 rows of answers need about a tenth."""

_HIGHEST_RATIO = 200  # unpacked to packed, once more than 20 MB; deflate reaches 1,032 on zeros, text 5 to 20
_KINDS = {"document": ("word/", ".docx"), "spreadsheet": ("xl/", ".xlsx"), "presentation": ("ppt/", ".pptx")}


def check_package(stream: BinaryIO, kind: str) -> zipfile.ZipFile:
    """Return the opened package of a "document" or "spreadsheet".

    Raises:
        InputError: it is damaged, locked, too big, of another kind, or holds macros or a document type.
    """
    try:
        package = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise InputError("", "is damaged or cut off; send it again") from error
    members = package.infolist()
    names = [member.filename for member in members]
    _check_size(members)
    _check_kind(names, kind)
    if any(member.flag_bits & 1 for member in members):
        raise InputError("", "is locked by a password; send it without")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise InputError(
            "", f"holds macros, which needtag does not take; save it as {_KINDS[kind][1]} without them"
        )
    for name in names:
        if name.endswith((".xml", ".rels")):
            _check_document_type(package, name)
    return package


def _check_size(members: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if unpacked > 20_000_000 and unpacked > _HIGHEST_RATIO * packed:
        raise InputError(
            "",
            f"would unpack to {unpacked / 1e6:,.0f} MB from {packed / 1e6:,.1f}, as no document does; "
            "save it again from an office program",
        )
    if len(members) > MOST_MEMBERS or unpacked > MOST_BYTES:
        raise InputError(
            "",
            f"would unpack to {unpacked / 1e6:,.0f} MB in {len(members):,} parts, more than needtag opens; "
            "send fewer answers a file",
        )


def _check_kind(names: list[str], kind: str) -> None:
    for other, (folder, ending) in _KINDS.items():
        if any(name.startswith(folder) for name in names):
            if other == kind:
                return
            raise InputError("", f"is a {other}; give it the ending {ending}")
    raise InputError("", f"is no {kind}; save it again as {_KINDS[kind][1]}")


def _check_document_type(package: zipfile.ZipFile, name: str) -> None:
    """Refuse a part with a document type: office programs write none, and entities are declared there."""
    try:
        with package.open(name) as part:
            _, root = next(etree.iterparse(part, events=("start",), resolve_entities=False, no_network=True))
            declares = bool(root.getroottree().docinfo.doctype)
    except (etree.XMLSyntaxError, zipfile.BadZipFile, zlib.error, OSError, EOFError) as error:
        raise InputError("", f"its part {name} is damaged; send it again") from error
    if declares:
        problem = f"its part {name} declares XML entities, as no office program does; save it again"
        raise InputError("", problem)

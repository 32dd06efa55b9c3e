"""Make files for Word: a document in the house style, from headings, paragraphs, tables and real footnotes.

What is printed is given as *content*: a str, ``Words``, or a sequence of both; a line break in it begins a new paragraph.
The styles are in query/word_parts/styles.xml. python-docx makes the package; it has no footnotes and is slow with large
tables, so these are built here as elements.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from io import BytesIO
from pathlib import Path
from typing import Any

from query.export import keep_to_xml

_PARTS = Path(__file__).with_name("word_parts")
_UNUSED = ("/customXml", "/numbering", "/stylesWithEffects", "/webSettings", "/fontTable", "/thumbnail", "/extended-properties")

# A4 in millimetres: long side, short side, margins at the sides and at the ends
_LONG, _SHORT, _SIDE, _END = 297.0, 210.0, 20.0, 18.0
_TWIPS = 1440 / 25.4  # a millimetre
_NUMBER_SHARE = 0.058  # of the width, for a column of row numbers
_TALL = 0.4  # of a page: a row taller than this may be split, or it would leave most of a page empty

_STYLES = {"own": "OwnWords", "some": "SomeWords", "strong": "Strong", "remark": "Remark", "light": "LightWords", "grey": "StockWords"}
_SIZES = ((10.0, "", 10.5), (8.5, "Small", 9.0), (0.0, "Tiny", 7.5))
_HEAD_TINT = "F2F2F2"


@dataclass(frozen=True)
class Words:
    """Some words that look alike.

    ``look`` is "", "strong", "own" (only one has them), "some" (some share them), "grey" (of less weight), "remark"
    (ours, not the document's) or "light" (of less weight in a table's head). ``note`` is the content of a footnote behind
    them, ``link`` an address.
    """

    text: str
    look: str = ""
    note: Any = None
    link: str = ""


Content = str | Words | Sequence[str | Words]


@dataclass(frozen=True)
class Cell:
    """A table's cell that looks different from the others: a ``tint`` (RRGGBB) behind it, a double line at its left (``edge``)."""

    content: Content
    tint: str = ""
    edge: bool = False


def start_document(title: str, *, subject: str = "", author: str = "", landscape: bool = True) -> Any:
    """Return a new document on A4 with its title, page numbers and properties; it names no person."""
    from docx import Document
    from docx.enum.section import WD_ORIENT
    from docx.shared import Mm

    document = Document()
    _replace_parts(document)
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (Mm(_LONG), Mm(_SHORT)) if landscape else (Mm(_SHORT), Mm(_LONG))
    section.left_margin = section.right_margin = Mm(_SIDE)
    section.top_margin = section.bottom_margin = Mm(_END)
    section.header_distance = section.footer_distance = Mm(9)
    _number_pages(section)
    about = document.core_properties
    about.title, about.subject, about.author = (keep_to_xml(words)[:255] for words in (title, subject, author))
    about.language, about.comments, about.last_modified_by = "zh-CN", "", ""
    about.created = about.modified = datetime.now(timezone.utc).replace(tzinfo=None, microsecond=0)
    add_paragraph(document, title.replace("\n", " "), style="Title")
    return document


def save_document(document: Any) -> bytes:
    """Return the file."""
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def add_heading(document: Any, content: Content, level: int = 1) -> None:
    """Add a heading that Word lists in its navigation pane; ``level`` 1 to 3."""
    add_paragraph(document, content, style=f"Heading{level}")


def add_paragraph(document: Any, content: Content, style: str = "Normal") -> None:
    """Add one paragraph, or more where the content has line breaks; ``style`` is a style's id."""
    _place(document, *_make_paragraphs(document.part, content, style))


def add_table(
    document: Any,
    heads: Sequence[Content],
    rows: Iterable[Sequence[Content | Cell]],
    *,
    widths: Sequence[float] | None = None,
    size: float | None = None,
    caption: str = "",
    number_first: bool = True,
) -> None:
    """Add a table over the whole width; its head is repeated on every page, its rows are whole unless very tall.

    ``widths`` are shares; without them all columns are even, but for a narrow first one of numbers (``number_first``).
    ``size`` in points; ``caption`` is told to readers who do not see the table.
    """
    section = document.sections[0]
    breadth = section.page_width.mm - 2 * _SIDE
    tallest = _TALL * (section.page_height.mm - 2 * _END)
    if widths is None:
        widths = [1.0] * len(heads)
        if number_first and len(heads) > 1:
            widths[0] = _NUMBER_SHARE * (len(heads) - 1) / (1 - _NUMBER_SHARE)
    millimetres = [breadth * width / sum(widths) for width in widths]
    suffix, points = next((name, fit) for least, name, fit in _SIZES if (size or fit_size(len(heads))) >= least)
    twips = [round(width * _TWIPS) for width in millimetres]
    table = _make("tbl", _table_properties(sum(twips), caption), _make("tblGrid", *(_make("gridCol", w=width) for width in twips)))

    def append(cells: Sequence[Cell], style: str, *properties: Any) -> None:
        if len(cells) != len(twips):
            raise ValueError(f"a row of {len(cells)} cells in a table of {len(twips)} columns")
        row = _make("tr", _make("trPr", *properties))
        for position, (cell, width) in enumerate(zip(cells, twips)):
            paragraphs = _make_paragraphs(document.part, cell.content, style, centred=number_first and not position)
            row.append(_make("tc", _cell_properties(cell, width), *paragraphs))
        table.append(row)

    append([Cell(content, _HEAD_TINT) for content in heads], f"TableHead{suffix}", _make("cantSplit"), _make("tblHeader"))
    for given in rows:
        cells = [cell if isinstance(cell, Cell) else Cell(cell) for cell in given]
        is_tall = _estimate_height(cells, millimetres, points) > tallest
        append(cells, f"TableText{suffix}", *([] if is_tall else [_make("cantSplit")]))
    _place(document, table, _make("p", _make("pPr", _make("spacing", before=0, after=0, line=120, lineRule="exact"))))


def fit_size(columns: int) -> float:
    """The type size in points that suits a table of so many columns, a column of numbers included."""
    return 10.5 if columns <= 4 else 9.0 if columns <= 7 else 7.5


def add_footnote(part: Any, paragraph: Any, content: Content) -> None:
    """Add a footnote at the end of a paragraph (an element) of the document part ``part``."""
    from docx.opc.constants import RELATIONSHIP_TYPE as RT

    notes = part.part_related_by(RT.FOOTNOTES)
    number = len(notes.element) - 1  # two separators come first, numbered -1 and 0
    paragraphs = _make_paragraphs(notes, content, "FootnoteText")
    mark = _make("r", _make("rPr", _make("rStyle", val="FootnoteReference")), _make("footnoteRef"))
    paragraphs[0].insert(1, mark)
    mark.addnext(_make_run(" ", ""))
    notes.element.append(_make("footnote", *paragraphs, id=number))
    reference = _make("footnoteReference", id=number)
    paragraph.append(_make("r", _make("rPr", _make("rStyle", val="FootnoteReference")), reference))


def _replace_parts(document: Any) -> None:
    """Put the house's styles, settings and footnotes in place of those of python-docx's template, and drop the rest."""
    from docx.opc.constants import CONTENT_TYPE as CT
    from docx.opc.constants import RELATIONSHIP_TYPE as RT
    from docx.opc.packuri import PackURI
    from docx.opc.part import XmlPart
    from docx.oxml import parse_xml

    def load(name: str) -> Any:
        return parse_xml((_PARTS / name).read_bytes())

    part = document.part
    part.part_related_by(RT.STYLES)._element = load("styles.xml")
    part.part_related_by(RT.SETTINGS)._element = load("settings.xml")
    for rels in (part.rels, part.package.rels):
        for id_ in [id_ for id_, rel in rels.items() if rel.reltype.endswith(_UNUSED)]:
            del rels[id_]
    notes = XmlPart(PackURI("/word/footnotes.xml"), CT.WML_FOOTNOTES, load("footnotes.xml"), part.package)
    part.relate_to(notes, RT.FOOTNOTES)


def _number_pages(section: Any) -> None:
    paragraph = section.footer.paragraphs[0]._p
    for piece in ("第 ", "PAGE", " 页，共 ", "NUMPAGES", " 页"):
        run = _make_run("1" if piece.isascii() else piece, "")
        paragraph.append(_make("fldSimple", run, instr=piece) if piece.isascii() else run)


def _place(document: Any, *elements: Any) -> None:
    for element in elements:
        document.element.body.sectPr.addprevious(element)


def _make_paragraphs(part: Any, content: Content, style: str, *, centred: bool = False) -> list[Any]:
    """The content as paragraph elements, at least one; notes and links go into ``part``."""
    made = []
    for line in _split_lines(content):
        properties = _make("pPr", _make("pStyle", val=style))
        if centred:
            properties.append(_make("jc", val="center"))
        paragraph = _make("p", properties)
        for words in line:
            run = _make_run(words.text, words.look)
            paragraph.append(_make_link(part, run, words.link) if words.link.startswith(("https://", "http://")) else run)
            if words.note is not None:
                add_footnote(part, paragraph, words.note)
        made.append(paragraph)
    return made


def _split_lines(content: Content) -> Iterator[list[Words]]:
    """The content's paragraphs: lists of words without line breaks."""
    line: list[Words] = []
    for words in [content] if isinstance(content, str | Words) else content:
        words = Words(words) if isinstance(words, str) else words
        *before, last = words.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        for text in before:
            yield [*line, replace(words, text=text, note=None)]
            line = []
        line.append(replace(words, text=last))
    yield line


def _make_run(text: str, look: str) -> Any:
    run = _make("r")
    if look:
        run.append(_make("rPr", _make("rStyle", val=_STYLES[look])))
    for position, words in enumerate(keep_to_xml(text).split("\t")):
        if position:
            run.append(_make("tab"))
        if words:
            element = _make("t")
            element.text = words
            element.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
            run.append(element)
    return run


def _make_link(part: Any, run: Any, address: str) -> Any:
    from docx.opc.constants import RELATIONSHIP_TYPE as RT
    from docx.oxml.ns import qn

    if run.find(qn("w:rPr")) is None:
        run.insert(0, _make("rPr", _make("rStyle", val="Hyperlink")))
    link = _make("hyperlink", run)
    link.set(qn("r:id"), part.relate_to(keep_to_xml(address), RT.HYPERLINK, is_external=True))
    return link


def _table_properties(width: int, caption: str) -> Any:
    properties = [
        _make("tblStyle", val="TableGrid"),
        _make("tblW", w=width, type="dxa"),
        _make("tblLayout", type="fixed"),
        _make("tblLook", val="0420", firstRow=1, lastRow=0, firstColumn=0, lastColumn=0, noHBand=0, noVBand=1),
    ]
    if caption:
        properties.append(_make("tblCaption", val=keep_to_xml(caption)))
    return _make("tblPr", *properties)


def _cell_properties(cell: Cell, width: int) -> Any:
    properties = [_make("tcW", w=width, type="dxa")]
    if cell.edge:
        properties.append(_make("tcBorders", _make("left", val="double", sz=6, space=0, color="000000")))
    if cell.tint:
        properties.append(_make("shd", val="clear", color="auto", fill=cell.tint))
    return _make("tcPr", *properties)


def _make(tag: str, *children: Any, **attributes: Any) -> Any:
    """An element of WordprocessingML with its children and attributes."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    element = OxmlElement(f"w:{tag}")
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), str(value))
    element.extend(children)
    return element


def _estimate_height(cells: Sequence[Cell], widths: Sequence[float], points: float) -> float:
    """About how tall a row will be, in millimetres; Han characters are as wide as they are tall."""
    character = points * 25.4 / 72
    tallest = 0
    for cell, width in zip(cells, widths):
        across = max(1, int((width - 3) / character))
        lines = 0
        for line in _split_lines(cell.content):
            wide = sum(1.0 if "\u2e80" <= letter else 0.5 for words in line for letter in words.text)
            lines += max(1, math.ceil(wide / across))
        tallest = max(tallest, lines)
    return tallest * character * 1.45

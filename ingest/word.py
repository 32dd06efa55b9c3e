"""Read a Word file (.docx): its paragraphs and tables as text, in order, automatic numbers written out.

What a reader sees in Word is what is read: inserted words of tracked changes are in, deleted ones are
not; a number that Word makes by itself is put before its paragraph, or parsing would find no structure.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import cn2an
import docx
from docx.opc.constants import RELATIONSHIP_TYPE as RELATION
from docx.oxml.ns import qn

MOST_PARTS = 2_000
MOST_UNPACKED = 64 << 20  # bytes of all parts together
MOST_XML = 12 << 20  # bytes of one part of XML; Word writes some ten bytes of it for a character
_TABLE_OF_CONTENTS = "Table of Contents"

_DIGITS = {"chineseCounting", "chineseCountingThousand", "japaneseCounting", "taiwaneseCounting", "taiwaneseCountingThousand"}
_BY_DIGIT = {"ideographDigital", "japaneseDigitalTenThousand", "taiwaneseDigital", "koreanDigital2"}
_CIRCLED = {"decimalEnclosedCircle", "decimalEnclosedCircleChinese"}


class WordError(Exception):
    """A file that cannot be read as a Word file; ``message`` is a line in Chinese that says what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True)
class WordText:
    """The text of a Word file, a line a paragraph, and remarks in Chinese on what of it was left out."""

    text: str
    remarks: tuple[str, ...]


def read_word(data: bytes) -> WordText:
    """Return the text of a .docx file. Raises WordError."""
    _check_package(data)
    try:
        document = docx.Document(BytesIO(data))
        return _Reader(document).read()
    except Exception:  # neither zipfile nor python-docx names what a damaged file raises: zlib.error, KeyError, RuntimeError …
        raise WordError("这个 Word 文件已损坏或不是 .docx，请用 Word 或 WPS 打开后另存为 .docx，或把文字直接粘贴进来。") from None


def _check_package(data: bytes) -> None:
    """Refuse what is no package, and one that would unpack to far more than a draft holds, before unpacking any of it."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as package:
            parts = package.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise WordError("这不是 .docx 文件（旧版 .doc 和加密文件读不了），请另存为不加密的 .docx，或把文字直接粘贴进来。") from None
    # zipfile never unpacks more of a part than the size it declares, so the declared sizes are a bound.
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise WordError(f"这个 Word 文件解压后超过 {MOST_UNPACKED >> 20} MB，请删去图片和附件，或把文字直接粘贴进来。")
    if any(part.file_size > MOST_XML for part in parts if part.filename.endswith((".xml", ".rels"))):
        raise WordError("这个 Word 文件的正文太大，请分成几部分核对，或把文字直接粘贴进来。")
    if "[Content_Types].xml" not in {part.filename for part in parts}:
        raise WordError("这不是 Word 文件，请另存为 .docx，或把文字直接粘贴进来。")


class _Reader:
    """Walks the body once; python-docx opens the package and its parts."""

    def __init__(self, document: Any) -> None:
        self.body = document.element.body
        self.part = document.part
        self.styles = {style.get(qn("w:styleId")): style for style in document.styles.element.iter(qn("w:style"))}
        self.numbers = _Numbers(self._related(RELATION.NUMBERING), self.styles)
        self.left_out: dict[str, None] = {}

    def read(self) -> WordText:
        text = "\n".join(self._lines(self.body))
        notes = self._related(RELATION.FOOTNOTES)
        if notes is not None and any(note.get(qn("w:type")) is None for note in notes.iter(qn("w:footnote"))):
            self.left_out["脚注"] = None
        remarks = [f"Word 文件里的{'、'.join(self.left_out)}没有参加比对。"] if self.left_out else []
        if self.numbers.unread:
            remarks.append(f"{self.numbers.unread} 段的自动编号读不出来，这些段落按没有编号处理；把编号改成手写的文字即可。")
        return WordText(text, tuple(remarks))

    def _related(self, relation: str) -> Any:
        """The root element of a part, or None where the file has none."""
        try:
            part = self.part.part_related_by(relation)
        except KeyError:
            return None
        if hasattr(part, "element"):
            return part.element
        from docx.oxml.parser import parse_xml  # parses without entities and network

        return parse_xml(part.blob)

    def _lines(self, holder: Any) -> Iterator[str]:
        for element in holder:
            if element.tag == qn("w:p"):
                yield from self._paragraph(element)
            elif element.tag == qn("w:tbl"):
                yield from self._table(element)
            elif element.tag == qn("w:sdt"):
                if any(g.get(qn("w:val")) == _TABLE_OF_CONTENTS for g in element.iter(qn("w:docPartGallery"))):
                    self.left_out["目录"] = None
                    continue
                content = element.find(qn("w:sdtContent"))
                yield from self._lines(content) if content is not None else ()
            elif element.tag in (qn("w:ins"), qn("w:moveTo"), qn("w:customXml"), qn("w:smartTag")):
                yield from self._lines(element)

    def _paragraph(self, paragraph: Any) -> Iterator[str]:
        properties = paragraph.find(qn("w:pPr"))
        style = _value(properties, "w:pStyle")
        if _is_contents_style(self.styles.get(style), style):
            self.left_out["目录"] = None
            return
        words = "".join(self._words(paragraph))
        # An empty paragraph bears no number in what people see as the text, but Word counts it.
        number = self.numbers.of(properties, style)
        yield f"{number}{words}" if words.strip() else ""

    def _table(self, table: Any) -> Iterator[str]:
        """Cells between lone pipes, as the captured pages have them; a row of one cell is no row but text."""
        for row in _held(table, _ROW):
            cells = list(_held(row, _CELL))
            filled = [lines for cell in cells if any((lines := list(self._lines(cell))))]
            if len(cells) == 1 or len(filled) == 1 and len(cells) > 1 and _spans(cells):
                for lines in filled:
                    yield from lines
                continue
            yield "|"
            for lines in filled:
                yield from filter(None, lines)
                yield "|"

    def _words(self, element: Any) -> Iterator[str]:
        for child in element:
            tag = child.tag
            if tag == qn("w:t"):
                yield child.text or ""
            elif tag == qn("w:r"):
                hidden = child.find(f"{qn('w:rPr')}/{qn('w:vanish')}")
                if hidden is None or hidden.get(qn("w:val")) in ("0", "false"):
                    yield from self._words(child)
            elif tag == qn("w:tab"):
                yield " "
            elif tag == qn("w:br"):
                yield "" if child.get(qn("w:type")) in ("page", "column") else "\n"
            elif tag == qn("w:cr"):
                yield "\n"
            elif tag == qn("w:noBreakHyphen"):
                yield "-"
            elif tag in (qn("w:del"), qn("w:moveFrom"), qn("w:pPr"), qn("w:rPr"), qn("w:rt")):
                continue
            elif tag in _BOXES:
                if any(text.text for text in child.iter(qn("w:t"))):
                    self.left_out["文本框"] = None
            elif isinstance(tag, str):
                yield from self._words(child)


_BOXES = {
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent",
    qn("w:drawing"),
    qn("w:pict"),
    qn("w:object"),
}


_ROW, _CELL = qn("w:tr"), qn("w:tc")
_WRAPPERS = {qn("w:sdt"), qn("w:sdtContent"), qn("w:ins"), qn("w:moveTo"), qn("w:customXml")}


def _held(element: Any, tag: str) -> Iterator[Any]:
    """The rows of a table or the cells of a row, those in content controls too, and none of a table inside."""
    for child in element:
        if child.tag == tag:
            yield child
        elif child.tag in _WRAPPERS:
            yield from _held(child, tag)


def _spans(cells: list[Any]) -> bool:
    return any(cell.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}") is not None for cell in cells)


def _value(holder: Any, name: str) -> str | None:
    found = holder.find(qn(name)) if holder is not None else None
    return found.get(qn("w:val")) if found is not None else None


def _is_contents_style(style: Any, style_id: str | None) -> bool:
    name = (_value(style, "w:name") if style is not None else style_id) or ""
    return name.lower().startswith(("toc ", "toc1", "toc2", "toc3")) and name.lower() != "toc heading"


class _Numbers:
    """Counts as Word counts: per list definition, deeper levels beginning anew after a higher one."""

    def __init__(self, numbering: Any, styles: Mapping[str | None, Any]) -> None:
        self.styles = styles
        self.levels: dict[str, dict[int, Any]] = {}
        self.definition: dict[str, str] = {}
        self.starts: dict[str, dict[int, int]] = {}  # of a list that begins anew
        self.counts: dict[str, dict[int, int]] = {}
        self.begun: set[tuple[str, int]] = set()
        self.unread = 0
        for abstract in numbering.iter(qn("w:abstractNum")) if numbering is not None else ():
            levels = {int(level.get(qn("w:ilvl"))): level for level in abstract.iter(qn("w:lvl"))}
            self.levels[abstract.get(qn("w:abstractNumId"))] = levels
        for num in numbering.iter(qn("w:num")) if numbering is not None else ():
            number = num.get(qn("w:numId"))
            self.definition[number] = _value(num, "w:abstractNumId") or ""
            self.starts[number] = {
                int(override.get(qn("w:ilvl"))): int(start)
                for override in num.iter(qn("w:lvlOverride"))
                if (start := _value(override, "w:startOverride")) is not None
            }

    def of(self, properties: Any, style: str | None) -> str:
        """Return the number that Word shows before a paragraph, and count it."""
        number, level = self._list_of(properties, style)
        if number in (None, "0"):
            return ""
        definition = self.definition.get(number, "")
        levels = self.levels.get(definition, {})
        if level not in levels:
            self.unread += 1
            return ""
        counts = self.counts.setdefault(definition, {})
        anew = self.starts[number].get(level)
        if anew is not None and (number, level) not in self.begun:
            counts[level] = anew
        else:
            counts[level] = counts[level] + 1 if level in counts else _start(levels[level])
        self.begun.add((number, level))
        for deeper in [other for other in counts if other > level]:
            del counts[deeper]
        return self._write(levels, level, counts)

    def _list_of(self, properties: Any, style: str | None) -> tuple[str | None, int]:
        """The list and the level of a paragraph: its own, else its style's, else that of the style's base."""
        own = properties.find(qn("w:numPr")) if properties is not None else None
        number, level = _value(own, "w:numId"), _value(own, "w:ilvl")
        seen: set[str] = set()
        while number is None and style in self.styles and style not in seen:
            seen.add(style)
            found = self.styles[style].find(f"{qn('w:pPr')}/{qn('w:numPr')}")
            number = _value(found, "w:numId")
            level = level or _value(found, "w:ilvl") or self._linked(number, style)
            style = _value(self.styles[style], "w:basedOn")
        return number, int(level or 0)

    def _linked(self, number: str | None, style: str | None) -> str | None:
        levels = self.levels.get(self.definition.get(number or "", ""), {})
        return next((str(n) for n, level in levels.items() if _value(level, "w:pStyle") == style), None)

    def _write(self, levels: Mapping[int, Any], level: int, counts: dict[int, int]) -> str:
        pattern, sort = _value(levels[level], "w:lvlText") or "", _value(levels[level], "w:numFmt") or "decimal"
        if sort == "none":
            return ""
        if sort == "bullet":
            return pattern if pattern in ("•", "●", "◆", "■", "·", "▪", "—", "——") else ""
        legal = levels[level].find(qn("w:isLgl")) is not None
        for other in range(level + 1):
            if f"%{other + 1}" not in pattern:
                continue
            value = counts.setdefault(other, _start(levels[other])) if other in levels else 1
            written = _write_number(value, "decimal" if legal else _value(levels.get(other), "w:numFmt") or "decimal")
            if written is None:
                self.unread += 1
                return ""
            pattern = pattern.replace(f"%{other + 1}", written)
        return pattern if pattern and not pattern[-1].isalnum() else f"{pattern} "


def _start(level: Any) -> int:
    return int(_value(level, "w:start") or 1)


def _write_number(value: int, sort: str) -> str | None:
    """Write a number in one of Word's ways; None in one that is not known or cannot write it."""
    if sort in ("decimal", "decimalFullWidth", "decimalHalfWidth"):
        return str(value)
    if sort == "decimalZero":
        return f"{value:02}"
    if not 0 < value < 10_000:
        return None
    if sort in _DIGITS:
        written = cn2an.an2cn(value)
        return written[1:] if written.startswith("一十") else written
    if sort in _BY_DIGIT:
        return "".join("〇一二三四五六七八九"[int(digit)] for digit in str(value))
    if sort in _CIRCLED:
        return chr(0x2460 + value - 1) if value <= 20 else None
    if sort in ("decimalEnclosedParen", "decimalEnclosedFullstop"):
        return f"({value})" if sort.endswith("Paren") else f"{value}."
    if sort in ("upperLetter", "lowerLetter"):
        letter = chr(ord("a") + (value - 1) % 26) * ((value - 1) // 26 + 1)
        return letter.upper() if sort == "upperLetter" else letter
    if sort in ("upperRoman", "lowerRoman"):
        roman = _write_roman(value)
        return roman if sort == "upperRoman" else roman.lower()
    return None


def _write_roman(value: int) -> str:
    written = ""
    for size, letters in zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1), "M CM D CD C XC L XL X IX V IV I".split()
    ):
        while value >= size:
            written += letters
            value -= size
    return written

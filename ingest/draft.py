"""Read a draft as a document is read: in memory, nothing of it stored or logged.

``read_draft`` makes text of a file's bytes, ``parse_draft`` a record of the text. The record is a plain dict:

    name, title     the file's name ("" where the text was pasted); the title found in the text, or None
    text            the reading text
    characters      how many characters of it are no white space
    provisions      [{id, eid, kind, number, heading, text, label, part, place, themes: [theme id],
                    figures: [{text, value, value_to, unit, op, kind, subject, year, tentative, source}]}]: the clauses,
                    articles, boxes and loose paragraphs, which is what is compared of a document
    doubts          [{label, message}]
    remarks         [str]: what was left out of a Word file, and the like

Errors are DraftErrors, each with a line in Chinese for who handed the draft in.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePath
from typing import Any

from ingest.decode import decode
from ingest.facts import passages_of
from ingest.formats.html import visible_text
from ingest.index import CONTAINER_KINDS
from ingest.parse import parse
from ingest.quantify import quantify
from ingest.records import GridCell, Layout, Parsed, Reading, SourceError
from ingest.rows import provision_rows
from ingest.tag import Passage, Tagger, theme_words

ID = "draft"  # of the draft among the documents; no document's id lacks a year


@dataclass(frozen=True)
class Limits:
    """How large a draft may be."""

    bytes: int = 10 << 20
    characters: int = 200_000  # more than the longest plans have
    provisions: int = 3_000
    line: int = 20_000  # characters of a line: it is no text whose line is longer


LIMITS = Limits()
_TEXT_TYPES = {"", ".txt", ".text", ".md"}
_PAGE_TYPES = {".html", ".htm"}
_OTHER_TYPES = {
    ".doc": "旧版 Word 文件（.doc）", ".wps": "WPS 文件（.wps）", ".pdf": "PDF 文件", ".rtf": "RTF 文件", ".odt": "ODT 文件",
    ".docm": "带宏的 Word 文件", ".ofd": "OFD 文件",
}  # fmt: skip
_ZIPPED = b"PK\x03\x04"
# A Word file is one request's: less may be unpacked than a build allows.
MOST_PARTS = 2_000
MOST_UNPACKED = 64 << 20  # bytes of all parts together
MOST_XML = 12 << 20  # bytes of one part of XML; Word writes some ten bytes of it for a character
_LEFT_OUT = {
    "contents": "目录", "footnote": "脚注", "invisible-text": "隐藏的文字", "running-title": "页眉页脚", "pinyin-aid": "注音", "picture": "图片", "chart": "图表",
    "comment": "批注", "deletion": "修订删去的文字", "formula": "公式", "object": "嵌入的对象",
}  # fmt: skip


class DraftError(Exception):
    """A draft that cannot be read; ``message`` says in one line of Chinese why and what to do."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.message, self.status = message, status


def read_draft(data: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    """Return the text of a file and remarks on what was left out. Raises DraftError.

    ``name`` is as the browser sent it; only its ending is used, and bytes that say otherwise win.
    """
    if len(data) > LIMITS.bytes:
        raise too_large()
    suffix = PurePath(name.replace("\\", "/")).suffix.lower()
    if not data.strip():
        raise DraftError("文件是空的，请另选一个。")
    try:
        if data.startswith(_ZIPPED):
            return _read_word(data)
        if suffix == ".docx":
            raise DraftError("这个文件的内容不是 .docx（可能是改了扩展名的旧版 .doc，或已加密），请用 Word 或 WPS 另存为不加密的 .docx。")
        if suffix in _OTHER_TYPES:
            raise DraftError(f"{_OTHER_TYPES[suffix]}读不了，请另存为 .docx 或 .txt，或把文字直接粘贴进来。")
        if suffix not in _TEXT_TYPES | _PAGE_TYPES:
            raise DraftError("只能核对 .docx 和 .txt 文件，请另存为其中一种，或把文字直接粘贴进来。")
        markup, _ = decode(data, PurePath("draft"))
    except SourceError:
        raise DraftError("这个文件不是文字，或编码无法识别，请另存为 UTF-8 编码的 .txt，或把文字直接粘贴进来。") from None
    if suffix in _PAGE_TYPES and markup.count("<") > LIMITS.characters:
        raise DraftError("这个网页的标签太多，请另存为 .txt，或把文字直接粘贴进来。", 413)  # the parser would hold the whole site meanwhile
    try:
        return (visible_text(markup) if suffix in _PAGE_TYPES else markup), ()
    except RecursionError:
        raise DraftError("这个网页的标签嵌套过深，请另存为 .txt，或把文字直接粘贴进来。") from None


def _read_word(data: bytes) -> tuple[str, tuple[str, ...]]:
    from ingest.formats.word import read_word  # loaded when a Word file is handed in

    _check_package(data)
    try:
        text, layout = read_word(data, PurePath("draft"))
    except SourceError:
        raise DraftError("这个 Word 文件已损坏或不是 .docx，请用 Word 或 WPS 打开后另存为 .docx，或把文字直接粘贴进来。") from None
    told = dict.fromkeys([*(noise.rule for noise in layout.noise), *(["footnote"] if layout.footnotes else []), *layout.left_out])
    names = [_LEFT_OUT[one] for one in told if one in _LEFT_OUT]
    remarks = [f"Word 文件里的{'、'.join(names)}没有参加比对。"] if names else []
    if unread := layout.left_out.get("number"):
        remarks.append(f"{unread} 段的自动编号读不出来，这些段落按没有编号处理；把编号改成手写的文字即可。")
    return _flatten(text, layout), tuple(remarks)


def _flatten(text: str, layout: Layout) -> str:
    """Return a text that says by itself what its layout tells: it is handed back in the form, and parsed again from there.

    A line a paragraph, cells between lone pipes as captured pages have them; without noise, footnotes and their marks.
    A row of one cell over several columns is text.
    """
    dropped = bytearray(len(text))
    notes = [span for one in layout.footnotes for span in ((one.mark_start, one.mark_end), (one.start, one.end))]
    for start, end in [*((noise.start, noise.end) for noise in layout.noise), *notes]:
        dropped[start:end] = b"\1" * (end - start)
    pipes: dict[int, str] = {}
    for grid in layout.grids:
        rows: dict[int, list[GridCell]] = {}
        for cell in grid.cells:
            if cell.start >= 0:
                rows.setdefault(cell.row, []).append(cell)
        for cells in rows.values():
            if len(cells) > 1 or cells[0].colspan == 1:
                for at in (cells[0].start, *(cell.end for cell in cells)):
                    pipes[at] = pipes.get(at, "") + "\n|\n"
    flat = "".join(pipes.get(n, "") + ("" if dropped[n] else c) for n, c in enumerate(text)) + pipes.get(len(text), "")
    return "\n".join(line for line in flat.split("\n") if line.strip())


def _check_package(data: bytes) -> None:
    """Refuse what is no package, and one that would unpack to far more than a draft holds, before unpacking any of it."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as package:
            parts = package.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise DraftError("这不是 .docx 文件（旧版 .doc 和加密文件读不了），请另存为不加密的 .docx，或把文字直接粘贴进来。") from None
    # zipfile never unpacks more of a part than the size it declares, so the declared sizes are a bound.
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise DraftError(f"这个 Word 文件解压后超过 {MOST_UNPACKED >> 20} MB，请删去图片和附件，或把文字直接粘贴进来。")
    if any(part.file_size > MOST_XML for part in parts if part.filename.endswith((".xml", ".rels"))):
        raise DraftError("这个 Word 文件的正文太大，请分成几部分核对，或把文字直接粘贴进来。")
    if "[Content_Types].xml" not in {part.filename for part in parts}:
        raise DraftError("这不是 Word 文件，请另存为 .docx，或把文字直接粘贴进来。")


def too_large() -> DraftError:
    """Return the error for a body or a file of too many bytes."""
    return DraftError(f"文件超过 {LIMITS.bytes >> 20} MB，请删去图片或附件再传，或把文字直接粘贴进来。", 413)


def parse_draft(text: str, name: str = "", remarks: Sequence[str] = (), tagger: Tagger | None = None) -> dict[str, Any]:
    """Return the record of a draft. Raises DraftError when there is nothing in it or too much."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").removeprefix("\ufeff")
    text = text.encode("utf-8", "replace").decode()  # a lone surrogate can be pasted but not written
    characters = sum(not c.isspace() for c in text)
    if not characters:
        raise DraftError("没有读到文字。请粘贴草稿的文字，或选一个 .docx 或 .txt 文件。")
    if len(text) > 5 * LIMITS.characters:
        raise DraftError("草稿里的空行和空格太多，请删去后再试。", 413)
    if characters > LIMITS.characters:
        raise DraftError(f"草稿有 {characters:,} 字，超过 {LIMITS.characters // 10000} 万字，请分成几部分核对。", 413)
    if max(map(len, text.split("\n"))) > LIMITS.line:
        raise DraftError(f"草稿里有一段超过 {LIMITS.line // 10000} 万字，可能丢失了换行，请检查后再试。")
    parsed = parse(Reading(text, "text/plain", "utf-8", hashlib.sha256(text.encode()).hexdigest()))
    rows = list(provision_rows(ID, ID, parsed))
    compared = passages_of(rows)
    if len(compared) > LIMITS.provisions:
        raise DraftError(f"草稿有 {len(compared):,} 条，超过 {LIMITS.provisions:,} 条，请分成几部分核对。", 413)
    labels = {row["eid"]: row["label"] for row in rows}
    facts = {fact.field: fact.value for fact in reversed(parsed.facts)}
    return {
        "name": name,
        "title": facts.get("title") or facts.get("notice_title"),
        "text": text,
        "characters": characters,
        "provisions": list(_describe(parsed, rows, compared, tagger)),
        "doubts": [{"label": labels.get(doubt.eid or ""), "message": doubt.message} for doubt in parsed.doubts],
        "remarks": list(remarks),
    }


def _describe(
    parsed: Parsed, rows: Sequence[Mapping[str, Any]], compared: Sequence[tuple[Mapping[str, Any], Passage]], tagger: Tagger | None
) -> Iterator[dict[str, Any]]:
    """The provisions that are compared, with the headings, parts and places that a document's are compared by."""
    by_id = {row["id"]: row for row in rows}
    themes = tagger.tag([passage for _, passage in compared]) if tagger and compared else [[] for _ in compared]
    figures = _figures(parsed, rows)
    length = max(len(parsed.reading.text), 1)
    for (row, passage), tags in zip(compared, themes):
        parent = by_id.get(row["parent_id"])
        above = parent["heading"] or "" if parent else ""
        loose = row["kind"] == "paragraph" and (parent is None or parent["kind"] in CONTAINER_KINDS)
        yield {
            **{key: row[key] for key in ("id", "eid", "kind", "number", "text", "label")},
            "heading": row["heading"] or (above if loose else ""),
            "own_heading": row["heading"],
            "part": above,
            "place": round(row["start"] / length, 4),
            "is_table": row["cells"] is not None,
            "themes": [tag.theme for tag in tags],
            "figures": figures.get(row["id"], []),
        }


def _figures(parsed: Parsed, rows: Sequence[Mapping[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """The figures in prose and in tables, by the provision that they stand in."""
    holder = {row["eid"]: row["unit_id"] for row in rows}
    found: dict[str, list[dict[str, Any]]] = {}
    shared = ("value", "unit", "op")
    for q in quantify(parsed.reading.text, parsed.units):
        figure = {key: getattr(q, key) for key in (*shared, "text", "value_to", "kind", "subject", "year", "tentative")}
        found.setdefault(holder[q.eid], []).append({**figure, "source": "quantity"})
    for i in parsed.indicators:
        figure = {key: getattr(i, key) for key in shared}
        figure |= {"text": i.value_text, "value_to": None, "kind": "target", "subject": i.name, "year": i.period}
        found.setdefault(holder[i.eid], []).append({**figure, "tentative": False, "source": "indicator"})
    return found


def learn_tagger(conn: sqlite3.Connection, cut: Callable[[str], list[str]]) -> Tagger | None:
    """Return a tagger learned from the themes that curators gave the provisions of a database; None where there are none.

    It is the one that the build used: the words that mark a theme are read from the database too.
    """
    labels: dict[str, list[str]] = {}
    for provision, theme in conn.execute(
        "select provision_id, theme_id from provision_themes where origin = 'curator' order by provision_id, rank"
    ):
        labels.setdefault(provision, []).append(theme)
    if not labels:
        return None
    passages, given = [], []
    for id_, heading, text, part, kind, above in conn.execute(
        """
        select p.id, p.heading, p.text, q.heading, p.kind, q.kind from compared_provisions c
        join provisions p on p.id = c.provision_id left join provisions q on q.id = p.parent_id
        where c.provision_id in (select provision_id from provision_themes where origin = 'curator')
        order by c.document_id, c.seq
        """
    ):
        if id_ in labels:
            loose = kind == "paragraph" and (above is None or above in CONTAINER_KINDS)
            passages.append(Passage(heading or "", text, (part or "") if loose else ""))
            given.append(labels[id_])
    themes = conn.execute("select id, name, scope, marks from themes order by seq").fetchall()
    words = [theme_words({"id": id_, "name": name, "scope": scope}, json.loads(marks)) for id_, name, scope, marks in themes]
    return Tagger(words, cut).fit(passages, given)

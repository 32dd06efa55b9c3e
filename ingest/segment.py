"""Segment lines into a tree of units: levels are told by a stack and by the run of the numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from ingest.attach import attach_annex, attach_body, attach_footnote, attach_list, attach_note
from ingest.boxes import is_box_title, is_table_title
from ingest.enclose import enclose_bare_table, enclose_box, enclose_table, enclose_titled_table, mark_stroke
from ingest.levels import closes_text, infer_lost_number, open_level
from ingest.markers import Marker, split_heading
from ingest.nodes import Node, Tree, paragraph
from ingest.records import Doubt, Layout, Line, Noise, Unit
from ingest.scan import Scan, scan_lines

_TITLED = {"annex", "book", "division", "chapter", "section", "part", "clause"}
_LOST_MARK = re.compile(r"(?<=[\u4e00-\u9fff])\?(?=[\u4e00-\u9fff])|\ufffd")


@dataclass(frozen=True)
class Segmented:
    """The tree, what was set apart on the way, and the doubts; eids are relative, see name.py."""

    units: tuple[Unit, ...]
    noise: tuple[Noise, ...]
    doubts: tuple[Doubt, ...]


def segment(lines: tuple[Line, ...], layout: Layout = Layout(), bodies: Mapping[int, int] | None = None) -> Segmented:
    """Return the tree of units that the lines make; every character of them is in it or in noise.

    ``bodies`` maps the offset at which a text of its own begins under a bare title to the number of the title's lines.
    """
    tree = Tree()
    _place_lines(tree, scan_lines(lines, layout, bodies or {}))
    units = tuple(node.to_unit() for node in tree.root.children)
    lost = [
        Doubt(line.start + m.start(), line.start + m.end(), "lost-character", f"“{m[0]}”处疑有字符丢失，照原样保留")
        for line in lines
        for m in _LOST_MARK.finditer(line.text)
    ]
    return Segmented(units, tuple(tree.noise), tuple(tree.doubts + lost))


def _place_lines(tree: Tree, scan: Scan) -> None:
    """Place line after line; a box, a table or an annex's title takes several."""
    body_indent = scan.body_indent()
    index = 0
    while index < len(scan):
        line, marker = scan.scanned[index]
        if line.start in scan.bodies:
            index = attach_body(tree, scan, index, scan.bodies[line.start])
            continue
        if (end := scan.grid_end(index)) is not None:
            enclose_table(tree, scan, index, end)
            index = end
            continue
        if scan.note_at(line):
            attach_footnote(tree, scan, line)
        elif line.text == "|":
            mark_stroke(tree, scan, index)
        elif is_box_title(line, marker) and not tree.in_box:
            index = enclose_box(tree, scan, index, body_indent, _place_lines)
            continue
        elif is_table_title(line, marker) and not tree.in_box:
            index = enclose_titled_table(tree, scan, index)
            continue
        elif (end := enclose_bare_table(tree, scan, index)) is not None:
            index = end
            continue
        elif marker is not None and marker.cls.kind == "note":
            attach_note(tree, scan, index, marker)
        elif marker is not None and marker.cls.name == "circle" and scan.is_marked_above(index):
            attach_note(tree, scan, index, marker)
        elif not tree.in_box and (count := scan.attachments(index)) > 0:
            attach_list(tree, scan, index, count)
            index += count
            continue
        elif marker is not None and _is_unit(tree, scan, index, marker):
            if marker.cls.name == "annex":
                index = attach_annex(tree, scan, index, marker)
                if (end := scan.cells_end(index)) is not None:
                    enclose_table(tree, scan, index, end)
                    index = end
                continue
            _place_unit(tree, scan, index, marker)
        else:
            inferred = infer_lost_number(tree, scan, index)
            if inferred is not None:
                _place_unit(tree, scan, index, inferred, inferred=True)
            else:
                _place_paragraph(tree, scan, index)
        index += 1


def _is_unit(tree: Tree, scan: Scan, index: int, marker: Marker) -> bool:
    if marker.cls.kind in ("box", "table"):
        return False  # a sentence that begins with 专栏2
    if marker.cls.name == "annex":
        return not tree.in_box and scan.is_annex(index)
    return True


def _place_unit(tree: Tree, scan: Scan, index: int, marker: Marker, inferred: bool = False) -> None:
    line = scan.line(index)
    cls = marker.cls
    told = scan.listed.get(line.start)
    if told is not None and marker.num != told.num:
        marker = replace(marker, num=told.num)
    rank = open_level(tree, scan, index, marker)
    parent = tree.top
    in_article = tree.in_article
    listed = cls.name in ("part", "clause") and (tree.in_box or in_article)
    kind, prefix = ("item", "item") if listed else (cls.kind, cls.eid)
    if in_article:
        parent = _paragraph_of_article(parent)
    rest = line.text[marker.rest - line.start :]
    heading, length = None, 0
    if kind != "article" and not in_article:
        titled = cls.name in _TITLED and not tree.in_box
        heading, length = split_heading(rest, titled=titled, followed=scan.is_followed(index, cls.rank))
        before = parent.children[-1] if parent.children else None
        if not titled and length == len(rest) and before is not None and before.marker is not None:
            # In a list of bare phrases (1.学费减免；2.助学金。) the last is none the more a heading.
            if before.marker.cls.name == cls.name and before.heading is None and not before.children:
                heading, length = None, 0
    own_end = (marker.rest + length) if length else line.start + len(line.text[: marker.rest - line.start].rstrip())
    text_start = marker.rest + length + (len(rest[length:]) - len(rest[length:].lstrip()))
    node = Node(
        kind=kind,
        prefix=prefix,
        start=line.start,
        own_end=own_end,
        marker=marker,
        inferred=inferred,
        number=marker.printed or None,
        num=marker.num,
        index=marker.index,
        rank=rank,
        level=scan.headings.get(line.start),
        heading=heading,
        inline=(text_start, line.end) if text_start < line.end else None,
    )
    if inferred:
        tree.doubt(line.start, line.end, "number-inferred", f"原文编号丢失，据前后编号推定为第{marker.num}")
    else:
        tree.check_number(node, parent)
    parent.children.append(node)
    tree.stack.append(node)
    if marker.num is not None:
        tree.last[cls.name] = marker.num


def _paragraph_of_article(parent: Node) -> Node:
    """The 款 that a list in an article belongs to: the last paragraph, made from the article's text."""
    if parent.kind != "article":
        return parent
    parent.settle_inline()
    return parent.last_paragraph() or parent


def _place_paragraph(tree: Tree, scan: Scan, index: int) -> None:
    line = scan.line(index)
    level = scan.headings.get(line.start)
    if level is not None:
        # A heading of the format's own closes what stands under headings of its level or below.
        opened = next((i for i, n in enumerate(tree.stack) if n.level is not None and n.level >= level), None)
        if opened is not None:
            del tree.stack[opened:]
            tree.last.clear()
    top = tree.top
    # 款: unmarked text after a list in an article is the article's next paragraph; a bare heading between
    # two articles (职业培训体系) is none.
    if tree.in_article and scan.is_bare_heading(index):
        while tree.top.kind in ("article", "item", "paragraph"):
            tree.stack.pop()
    elif closes_text(tree, scan, index):
        tree.close_until({"annex"})
        message = "最后一条之后的段落，不能确定属于该条还是全文，归入全文"
        tree.doubt(line.start, line.end, "closing-paragraph", message)
    elif tree.in_article:
        tree.close_until({"article"})
    elif top.kind in ("item", "goal") and top.inline is not None and top.marker and scan.is_list_over(index, top.marker, top.num):
        tree.close_to_container()
        if tree.top is not top and (tree.top is not tree.root or not tree.in_box):
            message = "列举之后的段落，不能确定属于末项还是整条，归入整条"
            tree.doubt(line.start, line.end, "paragraph-after-list", message)
    tree.add(paragraph(line.start, line.end))

"""Segment lines into a tree of units: levels are told by a stack and by the run of the numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ingest.boxes import Scanned, find_box_end, is_box_title
from ingest.markers import BULLET, Marker, marker_classes, recognise, split_heading
from ingest.nodes import Node, paragraph
from ingest.records import Doubt, Line, Noise, Unit
from ingest.rules import noise_rules
from ingest.tabulate import tabulate

TABLE_MARK = next(rule for rule in noise_rules() if rule.scope == "table")

_TITLED = {"annex", "chapter", "section", "part", "clause"}
_CONTAINERS = {"annex", "chapter", "section", "part", "article", "clause"}
_COUNTED = ("chapter", "section", "part", "article", "clause")
_LOST_MARK = re.compile(r"(?<=[\u4e00-\u9fff])\?(?=[\u4e00-\u9fff])|\ufffd")
LONGEST_BARE_HEADING = 30


@dataclass(frozen=True)
class Segmented:
    """The tree, what was set apart on the way, and the doubts; eids are relative, see name.py."""

    units: tuple[Unit, ...]
    noise: tuple[Noise, ...]
    doubts: tuple[Doubt, ...]


def segment(lines: tuple[Line, ...]) -> Segmented:
    """Return the tree of units that the lines make; every character of them is in it or in noise."""
    scanned = [(line, None if line.text == "|" else recognise(line)) for line in lines]
    builder = _Builder(scanned)
    builder.run()
    units = tuple(node.to_unit() for node in builder.root.children)
    lost = [
        Doubt(line.start + m.start(), line.start + m.end(), "lost-character", f"“{m[0]}”处疑有字符丢失，照原样保留")
        for line in lines
        for m in _LOST_MARK.finditer(line.text)
    ]
    return Segmented(units, tuple(builder.noise), tuple(builder.doubts + lost))


@dataclass
class _Builder:
    """Places line after line; ``stack`` holds the open units from the root down."""

    scanned: Scanned
    in_box: bool = False
    root: Node = field(default_factory=lambda: Node("document", "", 0, 0))
    stack: list[Node] = field(default_factory=list)
    last: dict[str, int] = field(default_factory=dict)
    noise: list[Noise] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)

    def run(self) -> None:
        self.stack = [self.root]
        indents = [line.indent for line, marker in self.scanned if marker and marker.cls.name in ("part", "article")]
        body_indent = max(set(indents), key=indents.count) if indents else 0
        index = 0
        while index < len(self.scanned):
            line, marker = self.scanned[index]
            if line.text == "|":
                self.noise.append(Noise(line.start, line.end, TABLE_MARK.id, TABLE_MARK.reason))
            elif is_box_title(line, marker) and not self.in_box:
                end = find_box_end(self.scanned, index, self._expected(), body_indent)
                self._place_box(index, end)
                index = end
                continue
            elif marker is not None and marker.cls.kind == "note":
                self._place_note(line, marker)
            elif marker is not None and self._is_unit(line, marker):
                self._place(index, line, marker)
            else:
                inferred = self._infer_lost_number(index)
                if inferred is not None:
                    self._place(index, line, inferred, inferred=True)
                else:
                    self._place_paragraph(index, line)
            index += 1

    # What a marker means here

    def _is_unit(self, line: Line, marker: Marker) -> bool:
        if marker.cls.kind == "box":
            return False  # a sentence that begins with 专栏2
        if marker.cls.name == "annex":  # 附件:1.名单 is a list of what is attached
            return not self.in_box and not marker.printed.endswith((":", "：")) and len(line.text) <= 60
        return True

    def _expected(self) -> dict[str, set[int]]:
        """The numbers with which each outer sequence may go on from here."""
        expected: dict[str, set[int]] = {}
        for name in ("part", "clause"):
            opened = next((n for n in reversed(self.stack) if n.marker and n.marker.cls.name == name), None)
            last = self.last.get(name, 0)
            if opened is not None and opened.num is not None:
                expected[name] = {opened.num + 1}
            else:
                expected[name] = {last + 1} if name == "part" else {1, last + 1}
        return expected

    def _infer_lost_number(self, index: int) -> Marker | None:
        """Return the marker that a heading has lost, when its neighbours tell it.

        A web editor turns 二、总体要求 into a bullet: the line is short and no sentence, and the
        next number of the same class leaves out exactly one.
        """
        line = self.scanned[index][0]
        bullet = BULLET.match(line.text)
        title = line.text[bullet.end() :] if bullet else line.text
        if self.in_box or not title or len(title) > LONGEST_BARE_HEADING or re.search(r"[。；;，,：:|]", title):
            return None
        for name in ("part", "clause"):
            last = self.last.get(name)
            ahead = next((m.num for _, m in self.scanned[index + 1 :] if m and m.cls.name == name), None)
            if last is None or ahead != last + 2:
                continue
            if not bullet and not self._only_bare_heading(index, name):
                continue
            number = bullet[0].strip() if bullet else ""
            rest = line.start + (bullet.end() if bullet else 0)
            return Marker(marker_classes()[name], number, last + 1, rest)
        return None

    def _only_bare_heading(self, index: int, name: str) -> bool:
        """True when no other line up to the next marker of the class could be the heading that is missing."""
        for line, marker in self.scanned[index + 1 :]:
            if marker is not None and marker.cls.name == name:
                return True
            if marker is None and len(line.text) <= LONGEST_BARE_HEADING and not re.search(r"[。；;，,：:]", line.text):
                return False
        return False

    # Placing

    def _place(self, index: int, line: Line, marker: Marker, inferred: bool = False) -> None:
        cls = marker.cls
        while self._rank(self.stack[-1]) >= cls.rank:
            self.stack.pop()
        parent = self.stack[-1]
        in_article = any(node.kind == "article" for node in self.stack)
        listed = cls.name in ("part", "clause") and (self.in_box or in_article)
        kind, prefix = ("item", "item") if listed else (cls.kind, cls.eid)
        if in_article:
            parent = self._paragraph_of_article(parent)
        rest = line.text[marker.rest - line.start :]
        heading, length = None, 0
        if kind != "article" and not in_article:
            titled = cls.name in _TITLED and not self.in_box
            heading, length = split_heading(rest, titled=titled, followed=self._is_followed(index, cls.rank))
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
            heading=heading,
            inline=(text_start, line.end) if text_start < line.end else None,
        )
        if inferred:
            self.doubts.append(
                Doubt(line.start, line.end, "number-inferred", f"原文编号丢失，据前后编号推定为第{marker.num}")
            )
        else:
            self._check_number(node, parent)
        parent.children.append(node)
        self.stack.append(node)
        if marker.num is not None:
            self.last[cls.name] = marker.num
        if cls.name == "annex":
            self.last.clear()

    def _place_paragraph(self, index: int, line: Line) -> None:
        node = paragraph(line.start, line.end)
        top = self.stack[-1]
        # 款: unmarked text after a list in an article is the article's next paragraph.
        if any(n.kind == "article" for n in self.stack):
            while self.stack[-1].kind != "article":
                self.stack.pop()
        elif top.kind in ("item", "goal") and top.inline is not None and self._list_is_over(index, top):
            while len(self.stack) > 1 and self.stack[-1].kind not in _CONTAINERS:
                self.stack.pop()
            if self.stack[-1] is not self.root or not self.in_box:
                message = "列举之后的段落，不能确定属于末项还是整条，归入整条"
                self.doubts.append(Doubt(line.start, line.end, "paragraph-after-list", message))
        parent = self.stack[-1]
        parent.settle_inline()
        parent.children.append(node)

    def _list_is_over(self, index: int, top: Node) -> bool:
        """True when no further element of the list that ``top`` belongs to follows."""
        assert top.marker is not None
        for _, marker in self.scanned[index + 1 :]:
            if marker is None:
                continue
            if marker.cls.name == top.marker.cls.name:
                return top.num is not None and marker.num != top.num + 1
            if marker.cls.rank < top.marker.cls.rank:
                return True
        return True

    def _place_note(self, line: Line, marker: Marker) -> None:
        parent = next((n for n in reversed(self.stack) if n.kind in _CONTAINERS), self.root)
        parent.settle_inline()
        parent.children.append(_note(line, marker))

    def _place_box(self, title: int, end: int) -> None:
        line, marker = self.scanned[title]
        assert marker is not None
        while self.stack[-1].kind not in _CONTAINERS and self.stack[-1] is not self.root:
            self.stack.pop()
        heading = line.text[marker.rest - line.start :]
        body = list(self.scanned[title + 1 : end])
        own_end = line.end
        if not heading and body and body[0][1] is None and body[0][0].text != "|" and len(body[0][0].text) <= 40:
            heading, own_end = body[0][0].text, body[0][0].end  # a label broken over two lines
            body = body[1:]
        node = Node("box", "box", line.start, own_end, marker, number=marker.printed, num=marker.num)
        node.heading = heading or None
        notes = next((i for i, (_, m) in enumerate(body) if m is not None and m.cls.kind == "note"), len(body))
        table = tabulate([line for line, _ in body[:notes]])
        rest = body
        if table is not None:
            node.own_end = table.head_end or own_end
            node.cells = table.head
            for row in table.rows:
                node.children.append(_row(row.start, row.end, row.cells, row.group))
            if table.uneven:
                self.doubts.append(Doubt(node.start, table.rows[-1].end, "table-uneven", "表格各行单元格数不一，或与表头不合"))
            rest = [(x, m) for x, m in body if not any(s <= x.start < e for s, e in _spans(node))]
        inner = _Builder(rest, in_box=True, root=node)
        inner.run()
        self.noise.extend(inner.noise)
        self.doubts.extend(inner.doubts)
        self.stack[-1].settle_inline()
        self.stack[-1].children.append(node)

    # Helpers

    def _rank(self, node: Node) -> int:
        if node is self.root:
            return -1
        return node.marker.cls.rank if node.marker else 99

    def _paragraph_of_article(self, parent: Node) -> Node:
        """The 款 that a list in an article belongs to: the last paragraph, made from the article's text."""
        if parent.kind != "article":
            return parent
        parent.settle_inline()
        paragraphs = [child for child in parent.children if child.kind == "paragraph"]
        return paragraphs[-1] if paragraphs else parent

    def _is_followed(self, index: int, rank: int) -> bool:
        """True where the next line goes on with the unit: unmarked text or a deeper marker."""
        for line, marker in self.scanned[index + 1 :]:
            if line.text == "|":
                continue
            return marker is None or (marker.cls.rank > rank and marker.cls.kind != "box")
        return False

    def _check_number(self, node: Node, parent: Node) -> None:
        if node.num is None or node.marker is None:
            return
        name = node.marker.cls.name
        siblings = [c.num for c in parent.children if c.marker and c.marker.cls.name == name]
        last = siblings[-1] if siblings else None
        fits = {last + 1} if last is not None else {1}
        if name in _COUNTED and last is None:
            fits.add(self.last.get(name, 0) + 1)
        if node.num not in fits:
            before = last if last is not None else self.last.get(name, 0) if name in _COUNTED else 0
            message = f"编号{node.number}不接前文（前一编号为{before}）" if before else f"编号{node.number}之前没有同级编号"
            self.doubts.append(Doubt(node.start, node.own_end, "number-sequence", message))


def _row(start: int, end: int, cells: tuple[str, ...], group: str | None) -> Node:
    number = re.match(r"\d{1,3}\s*[.．、]", cells[0])
    node = Node("row", "row", start, end, cells=cells, group_name=group)
    if number:
        node.number = number[0]
        node.num = int(re.sub(r"\D", "", number[0]))
    return node


def _note(line: Line, marker: Marker) -> Node:
    return Node("note", "note", line.start, line.end, marker, number=marker.printed, num=marker.num)


def _spans(node: Node) -> list[tuple[int, int]]:
    return [(node.start, node.own_end), *((child.start, child.end) for child in node.children)]

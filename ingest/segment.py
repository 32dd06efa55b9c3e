"""Segment lines into a tree of units: levels are told by a stack and by the run of the numbers."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ingest.bodies import close_up, is_annex
from ingest.boxes import Scanned, find_box_end, find_table_end, is_box_title, is_table_title
from ingest.grids import is_table, read_grid
from ingest.markers import BULLET, Marker, marker_classes, recognise, screen, split_heading
from ingest.nodes import Node, paragraph
from ingest.records import Doubt, Grid, Layout, Line, Listed, Noise, Unit
from ingest.rules import noise_rules
from ingest.tabulate import Table, is_serial, tabulate, tabulate_cells
from lang.numerals import read_integer

TABLE_MARK = next(rule for rule in noise_rules() if rule.scope == "table")

_TITLED = {"annex", "book", "division", "chapter", "section", "part", "clause"}
_CONTAINERS = {"annex", "chapter", "section", "part", "article", "clause"}
_COUNTED = ("book", "division", "chapter", "section", "part", "article", "clause")
_RANK_IN_ARTICLE = 4.5  # of 一、 in an article that stands under no part: a list in it
_LOST_MARK = re.compile(r"(?<=[\u4e00-\u9fff])\?(?=[\u4e00-\u9fff])|\ufffd")
LONGEST_BARE_HEADING = 30


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
    scanned = screen([(line, None if line.text == "|" else recognise(line)) for line in lines])
    notes = [(note.start, note.end) for note in layout.footnotes]
    builder = _Builder(
        scanned,
        grids={grid.start: grid for grid in layout.grids},
        listed={one.start: one for one in layout.listed},
        notes=notes,
        bodies=dict(bodies or {}),
        headings=layout.headings,
    )
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
    grids: Mapping[int, Grid] = field(default_factory=dict)
    listed: Mapping[int, Listed] = field(default_factory=dict)
    notes: list[tuple[int, int]] = field(default_factory=list)
    bodies: dict[int, int] = field(default_factory=dict)
    headings: Mapping[int, int] = field(default_factory=dict)
    root: Node = field(default_factory=lambda: Node("document", "", 0, 0))
    stack: list[Node] = field(default_factory=list)
    last: dict[str, int] = field(default_factory=dict)
    nested: set[tuple[str, str]] = field(default_factory=set)  # classes that open lists below which
    noise: list[Noise] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)

    def run(self) -> None:
        self.stack = [self.root]
        indents = [line.indent for line, marker in self.scanned if marker and marker.cls.name in ("part", "article")]
        body_indent = max(set(indents), key=indents.count) if indents else 0
        index = 0
        while index < len(self.scanned):
            line, marker = self.scanned[index]
            if line.start in self.bodies:
                index = self._place_body(index, self.bodies[line.start])
                continue
            if (end := self._grid_end(index)) is not None:
                self._place_table(index, end)
                index = end
                continue
            if self._is_footnote(line):
                self._place_footnote(line)
            elif line.text == "|":
                self.noise.append(Noise(line.start, line.end, TABLE_MARK.id, TABLE_MARK.reason))
            elif is_box_title(line, marker) and not self.in_box:
                end = find_box_end(self.scanned, index, self._expected(), body_indent)
                self._place_box(index, end)
                index = end
                continue
            elif is_table_title(line, marker) and not self.in_box:
                index = self._place_titled_table(index)
                continue
            elif marker is not None and marker.cls.kind == "note":
                self._place_note(index, line, marker)
            elif marker is not None and marker.cls.name == "circle" and self._is_marked_above(index):
                self._place_note(index, line, marker)
            elif (count := self._attachments(index)) > 0:
                self._place_attachments(index, count)
                index += count
                continue
            elif marker is not None and self._is_unit(index, line, marker):
                if marker.cls.name == "annex":
                    index = self._place_annex(index, marker)
                    if (end := self._cells_end(index)) is not None:
                        self._place_table(index, end)
                        index = end
                    continue
                self._place(index, line, marker)
            else:
                inferred = self._infer_lost_number(index)
                if inferred is not None:
                    self._place(index, line, inferred, inferred=True)
                else:
                    self._place_paragraph(index, line)
            index += 1

    # What a marker means here

    def _is_unit(self, index: int, line: Line, marker: Marker) -> bool:
        if marker.cls.kind in ("box", "table"):
            return False  # a sentence that begins with 专栏2
        if marker.cls.name == "annex":
            return not self.in_box and self._is_annex(index)
        return True

    def _is_annex(self, index: int) -> bool:
        line, marker = self.scanned[index]
        following = self.scanned[index + 1][0] if index + 1 < len(self.scanned) else None
        return marker is not None and is_annex(line, marker, following)

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
        told = self.listed.get(line.start)
        if told is not None and marker.num != told.num:
            marker = replace(marker, num=told.num)
        rank = self._open_level(index, line, marker)
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
            level=self.headings.get(line.start),
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

    def _open_level(self, index: int, line: Line, marker: Marker) -> float:
        """Close what the marker closes, so that the unit it opens belongs to the top of the stack; returns its rank."""
        cls = marker.cls
        open_same = next((n for n in reversed(self.stack) if n.marker and n.marker.cls.name == cls.name), None)
        rank = float(cls.rank)
        in_article = any(n.kind == "article" for n in self.stack)
        if cls.name == "part" and in_article and not any(n.prefix == "part" for n in self.stack):
            rank = _RANK_IN_ARTICLE
        if open_same is not None:
            if self._nests_anew(index, marker, open_same):
                return self.stack[-1].rank + 0.01
            rank = open_same.rank
        elif self._nests_below(index, marker):
            top = self.stack[-1]
            self.nested.add((cls.name, top.marker.cls.name if top.marker else ""))
            self._settle_heading(top)
            return top.rank + 0.01
        while len(self.stack) > 1 and self._rank(self.stack[-1]) >= rank:
            self.stack.pop()
        return rank

    def _nests_below(self, index: int, marker: Marker) -> bool:
        """True where a class that usually stands higher opens a list below the open unit: （一） under 1. under no part.

        Two things tell: the open unit's own list goes on after this one, or its text ends in a colon.
        """
        top = self.stack[-1]
        if marker.num != 1 or top.marker is None or self._rank(top) < marker.cls.rank or top.kind not in ("item", "goal", "clause"):
            return False
        if marker.cls.rank < 3:
            return False
        before = self.scanned[index - 1][0].text
        # What was told once holds for the list's other elements too.
        if before.endswith((":", "：")) or (marker.cls.name, top.marker.cls.name) in self.nested:
            return True
        for line, ahead in self.scanned[index + 1 :]:
            if ahead is None:
                continue
            if ahead.cls.name == top.marker.cls.name:
                told = self.listed.get(line.start)
                return (told.num if told else ahead.num) == (top.num or 0) + 1
            if ahead.cls.rank < min(marker.cls.rank, top.marker.cls.rank):
                return False
        return False

    def _settle_heading(self, node: Node) -> None:
        """Take a short line that turns out to have a list below it for the unit's heading."""
        if node.heading is None and node.inline is not None and not node.children:
            line = next((x for x, _ in self.scanned if x.start == node.start), None)
            if line is None or node.inline[1] != line.end:
                return
            text = line.text[node.inline[0] - line.start :]
            if len(text) <= LONGEST_BARE_HEADING and not re.search(r"[。；;，,：:！？]", text):
                node.heading, node.own_end, node.inline = text, node.inline[1], None

    def _nests_anew(self, index: int, marker: Marker, open_same: Node) -> bool:
        """True where a list of a class that is open already begins below a deeper unit: 1. under （1） under 1.

        It does where the deeper unit's text ends in a colon and the list begins at one.
        """
        top = self.stack[-1]
        return (
            marker.num == 1
            and top is not open_same
            and top.kind in ("item", "clause", "goal")
            and (open_same.num or 0) >= 1
            and marker.cls.rank >= 5
            and self.scanned[index - 1][0].text.endswith((":", "："))
        )

    def _place_body(self, index: int, count: int) -> int:
        """Open a text of its own under a title without a number; returns the index after the title."""
        first, last = self.scanned[index][0], self.scanned[index + count - 1][0]
        title = "".join(line.text for line, _ in self.scanned[index : index + count])
        node = Node("annex", "annex", first.start, last.end, rank=0, heading=close_up(title))
        self.root.children.append(node)
        self.stack = [self.root, node]
        self.last.clear()
        self.nested.clear()
        return index + count

    def _place_annex(self, index: int, marker: Marker) -> int:
        """Open an annex; its title may stand on the lines below its label. Returns the index after both."""
        line = self.scanned[index][0]
        self.stack = [self.root]
        heading = line.text[marker.rest - line.start :]
        own_end = line.end
        index += 1
        if not heading:
            lines = []
            while index < len(self.scanned) and len(lines) < 3 and self._may_be_title(index, lines):
                lines.append(self.scanned[index][0])
                index += 1
            if lines:
                heading, own_end = "".join(x.text for x in lines), lines[-1].end
        node = Node(
            "annex", "annex", line.start, own_end, marker, number=marker.printed or None, num=marker.num, index=marker.index,
            rank=0, heading=close_up(heading.rstrip("。.；;：:")) or None,
        )  # fmt: skip
        if self.root.children:  # a file that is annex 3 and nothing else breaks no run of numbers
            self._check_number(node, self.root)
        self.root.children.append(node)
        self.stack.append(node)
        self.last.clear()
        self.nested.clear()
        return index

    def _may_be_title(self, index: int, before: list[Line]) -> bool:
        line, marker = self.scanned[index]
        if marker is not None or line.text == "|" or line.start in self.grids or len(line.text) > 50:
            return False
        if re.search(r"[。；;，,：:|]", line.text):
            return False
        # A second line is still the title only where the first breaks off: titles end in a word for what they are.
        return not before or (len(before[-1].text) >= 12 and not line.after_blank and len(line.text) <= 30)

    # Lists of what is attached

    def _attachments(self, index: int) -> int:
        """Number of lines from ``index`` on that list what is attached (附件：1.名单 / 2.表); 0 where none does."""
        line, marker = self.scanned[index]
        if marker is None or marker.cls.name != "annex" or self._is_annex(index) or self.in_box:
            return 0
        if not marker.printed.endswith((":", "：")):
            return 0
        rest = line.text[marker.rest - line.start :]
        number = re.match(r"(\d{1,2})\s*[.．、]", rest)
        expected, count = (int(number[1]) + 1 if number else 1), 1
        if rest and not number:
            return 1
        while index + count < len(self.scanned):
            following = self.scanned[index + count][1]
            if following is None or following.cls.name != "item" or following.num != expected:
                break
            expected, count = expected + 1, count + 1
        return count

    def _place_attachments(self, index: int, count: int) -> None:
        """One paragraph of the whole text, not of its last clause: what it lists are titles, not measures."""
        while len(self.stack) > 1 and self.stack[-1].kind != "annex":
            self.stack.pop()
        self.stack[-1].settle_inline()
        first, last = self.scanned[index][0], self.scanned[index + count - 1][0]
        self.stack[-1].children.append(paragraph(first.start, last.end))

    # Footnotes

    def _is_footnote(self, line: Line) -> bool:
        at = bisect_right(self.notes, (line.start, 10**12)) - 1
        return at >= 0 and self.notes[at][0] <= line.start < self.notes[at][1]

    def _is_marked_above(self, index: int) -> bool:
        """True where the same sign stands within the text above, since the last heading: ① opens a footnote then."""
        sign = self.scanned[index][0].text[0]
        for line, marker in reversed(self.scanned[:index]):
            if sign in line.text[1:]:
                return True
            if marker is not None and marker.cls.rank < 9 and marker.cls.kind != "note":
                return False
        return False

    def _place_footnote(self, line: Line) -> None:
        """A footnote is a note of the unit whose paragraph bears its mark: the one that stands before it."""
        parent = self.stack[-1]
        last = parent.children[-1] if parent.children else None
        span = next((s, e) for s, e in self.notes if s <= line.start < e)
        if last is not None and last.kind == "note" and span[0] <= last.start < span[1]:
            last.own_end = line.end  # a second line of the same note
            return
        mark = re.match(r"\[\d+\]|[①-⑳]|\S{1,3}(?=\s)", line.text)
        parent.settle_inline()
        parent.children.append(Node("note", "note", line.start, line.end, number=mark[0] if mark else None))

    def _place_paragraph(self, index: int, line: Line) -> None:
        node = paragraph(line.start, line.end)
        top = self.stack[-1]
        level = self.headings.get(line.start)
        if level is not None:
            # A heading of the format's own closes what stands under headings of its level or below.
            opened = next((i for i, n in enumerate(self.stack) if n.level is not None and n.level >= level), None)
            if opened is not None:
                del self.stack[opened:]
                self.last.clear()
            top = self.stack[-1]
        # 款: unmarked text after a list in an article is the article's next paragraph; a bare heading between
        # two articles (职业培训体系) is none.
        if any(n.kind == "article" for n in self.stack) and self._is_bare_heading(index):
            while self.stack[-1].kind in ("article", "item") or self.stack[-1].kind == "paragraph":
                self.stack.pop()
        elif self._closes_text(index):
            while len(self.stack) > 1 and self.stack[-1].kind != "annex":
                self.stack.pop()
            message = "最后一条之后的段落，不能确定属于该条还是全文，归入全文"
            self.doubts.append(Doubt(line.start, line.end, "closing-paragraph", message))
        elif any(n.kind == "article" for n in self.stack):
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

    def _is_bare_heading(self, index: int) -> bool:
        line = self.scanned[index][0]
        if len(line.text) > 20 or re.search(r"[。；;，,：:！？|]", line.text) or index + 1 >= len(self.scanned):
            return False
        following = self.scanned[index + 1][1]
        before = self.scanned[index - 1] if index else None
        alone = before is not None and before[1] is not None and before[1].rest >= before[0].end  # 第五条 / 删除
        return following is not None and following.cls.name == "article" and not alone

    def _closes_text(self, index: int) -> bool:
        """True for closing words after the last clause, where every clause before is one paragraph and no more."""
        if self.in_box or not self._ends_here(index):
            return False
        clause = next((n for n in reversed(self.stack) if n.kind == "clause"), None)
        if clause is None or self.stack[-1] is not clause or clause.inline is None or clause.children:
            return False
        clauses = [c for n in self._siblings_of_parts() for c in n.children if c.kind == "clause" and c is not clause]
        return len(clauses) >= 3 and all(c.inline is not None and not c.children for c in clauses)

    def _siblings_of_parts(self) -> list[Node]:
        top = next((n for n in reversed(self.stack) if n.kind == "annex"), self.root)
        return [top, *(child for child in top.children if child.kind in ("part", "chapter"))]

    def _ends_here(self, index: int) -> bool:
        """True where only unmarked text, or what is attached, follows up to the end or the next annex."""
        for line, marker in self.scanned[index + 1 :]:
            if line.start in self.bodies or (marker is not None and marker.cls.name == "annex"):
                return True
            if marker is not None:
                return False
        return True

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

    def _place_note(self, index: int, line: Line, marker: Marker) -> None:
        parent = next((n for n in reversed(self.stack) if n.kind in _CONTAINERS), self.root)
        parent.settle_inline()
        note = _note(line, marker)
        parent.children.append(note)
        following = self.scanned[index + 1][1] if index + 1 < len(self.scanned) else None
        if marker.rest >= line.end and following is not None and following.cls.name in ("item", "subitem", "circle"):
            # 注： on a line of its own: the list below it is the note's.
            while self.stack[-1] is not parent:
                self.stack.pop()
            note.rank = marker.cls.rank
            self.stack.append(note)

    def _place_box(self, title: int, end: int) -> None:
        line, marker = self.scanned[title]
        assert marker is not None
        while self.stack[-1].kind not in _CONTAINERS and self.stack[-1] is not self.root:
            self.stack.pop()
        heading = line.text[marker.rest - line.start :]
        body = list(self.scanned[title + 1 : end])
        own_end = line.end
        if marker.num is None and not heading and body and re.fullmatch(r"\d{1,3}|[一二三四五六七八九十]{1,3}", body[0][0].text):
            # 专栏 / 1 / 标题: a label broken over three lines.
            number = body[0][0]
            marker = replace(marker, printed=f"{marker.printed}{number.text}", num=read_integer(number.text))
            own_end, body = number.end, body[1:]
        if not heading and body and body[0][1] is None and body[0][0].text != "|" and len(body[0][0].text) <= 40:
            heading, own_end = body[0][0].text, body[0][0].end  # a label broken over two lines
            body = body[1:]
        node = Node("box", "box", line.start, own_end, marker, number=marker.printed, num=marker.num)
        node.heading = heading or None
        self._fill_box(node, body)

    def _place_titled_table(self, title: int) -> int:
        """Place 表1 with its title and its cells; returns the index after it."""
        line, marker = self.scanned[title]
        assert marker is not None
        heading, own_end = line.text[marker.rest - line.start :], line.end
        start = title + 1
        if not heading and start < len(self.scanned) and self._may_be_title(start, []) and self._grid_end(start) is None:
            heading, own_end, start = self.scanned[start][0].text, self.scanned[start][0].end, start + 1
        end = self._grid_end(start)
        if end is None:
            end = find_table_end(self.scanned, start, self._expected())
        self._close_leaves()
        node = Node("box", "table", line.start, own_end, marker, number=marker.printed, num=marker.num, index=marker.index)
        node.heading = heading or None
        self._fill_box(node, list(self.scanned[start:end]), is_table=True)
        return end

    def _place_table(self, start: int, end: int) -> None:
        """Place a table of the source that has no label."""
        body = list(self.scanned[start:end])
        self._close_leaves()
        node = Node("box", "table", body[0][0].start, body[0][0].start)
        self._fill_box(node, body, is_table=True)

    def _close_leaves(self) -> None:
        while self.stack[-1].kind not in _CONTAINERS and self.stack[-1] is not self.root:
            self.stack.pop()

    def _fill_box(self, node: Node, body: list[tuple[Line, Marker | None]], is_table: bool = False) -> None:
        grid = next((self.grids[line.start] for line, _ in body if line.start in self.grids), None)
        notes = next((i for i, (_, m) in enumerate(body) if m is not None and m.cls.kind == "note"), len(body))
        table: Table | None
        if grid is not None:
            inside = [line for line, _ in body if grid.start <= line.start < grid.end]
            table = read_grid(grid, inside)
        else:
            lines = [line for line, _ in body[:notes]]
            table = tabulate_cells(lines) if is_table else tabulate(lines)
        rest = body
        if table is not None:
            node.own_end = max(node.own_end, table.head_end or 0)
            node.cells = table.head
            if table.title and not node.heading:
                node.heading = table.title
            for row in table.rows:
                node.children.append(_row(row.start, row.end, row.cells, row.group))
            if table.uneven:
                self.doubts.append(Doubt(node.start, table.rows[-1].end, "table-uneven", "表格各行单元格数不一，或与表头不合"))
            rest = [(x, m) for x, m in body if not any(s <= x.start < e for s, e in _spans(node))]
        elif is_table and notes:
            # One paragraph in the order of the cells: no row is invented, nothing is lost.
            self.doubts.append(Doubt(node.start, body[notes - 1][0].end, "table-unrecovered", "未能还原表格的行列，单元格按原文顺序保留"))
            node.children.append(paragraph(body[0][0].start, body[notes - 1][0].end))
            rest = body[notes:]
        if is_table:
            # What stands below a table are its notes; their numbers (1. 2.) are lists of the notes.
            self._place_below_table(node, rest)
        else:
            inner = _Builder(rest, in_box=True, grids=self.grids, listed=self.listed, notes=self.notes, root=node)
            inner.run()
            self.noise.extend(inner.noise)
            self.doubts.extend(inner.doubts)
        self.stack[-1].settle_inline()
        self.stack[-1].children.append(node)

    def _place_below_table(self, node: Node, rest: list[tuple[Line, Marker | None]]) -> None:
        for line, marker in rest:
            if line.text == "|":
                self.noise.append(Noise(line.start, line.end, TABLE_MARK.id, TABLE_MARK.reason))
            elif marker is not None and marker.cls.kind == "note":
                node.children.append(_note(line, marker))
            elif node.children and node.children[-1].kind == "note":
                node.children[-1].own_end = line.end
            else:
                node.children.append(paragraph(line.start, line.end))

    def _cells_end(self, index: int) -> int | None:
        """Index after an annex that is nothing but a table's cells, one a line; None where it is more."""
        end = index
        while end < len(self.scanned):
            line, marker = self.scanned[end]
            if line.start in self.bodies or line.start in self.grids:
                break
            if marker is not None and (marker.cls.kind in ("annex", "box", "table", "note") or marker.cls.name in ("chapter", "article")):
                break
            end += 1
        lines = [line for line, _ in self.scanned[index:end]]
        short = sum(len(line.text) <= 30 for line in lines)
        if len(lines) < 8 or short < 0.8 * len(lines) or not any(is_serial(line.text) for line in lines[:12]):
            return None
        return end

    def _grid_end(self, index: int) -> int | None:
        """Index after the lines of the table of the source that begins at ``index``; None where none does."""
        if index >= len(self.scanned):
            return None
        grid = self.grids.get(self.scanned[index][0].start)
        if grid is None:
            return None
        end = index
        while end < len(self.scanned) and self.scanned[end][0].start < grid.end:
            end += 1
        return end if is_table(grid, [line for line, _ in self.scanned[index:end]]) else None

    # Helpers

    def _rank(self, node: Node) -> int:
        if node is self.root:
            return -1
        return node.rank

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
            if line.text == "|" or self._is_footnote(line):
                continue
            return marker is None or (marker.cls.rank > rank and marker.cls.kind != "box")
        return False

    def _check_number(self, node: Node, parent: Node) -> None:
        if node.num is None or node.marker is None:
            return
        name = node.marker.cls.name
        siblings = [c.num for c in parent.children if c.marker and c.marker.cls.name == name]
        last = siblings[-1] if siblings else None
        # Numbers may run on through the units above: 3. after 2. of the clause before.
        fits = {last + 1} if last is not None else {1, self.last.get(name, 0) + 1}
        # 第 4-1 條 and 第四条之一 stand after their fourth.
        if node.index and "." not in node.index and last is not None and node.num == last:
            return
        if node.num not in fits:
            before = last if last is not None else self.last.get(name, 0)
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

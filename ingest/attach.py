"""Attach what stands beside the text itself: annexes, texts of their own, lists of attachments, notes and footnotes."""

from __future__ import annotations

import re

from ingest.bodies import close_up
from ingest.markers import Marker
from ingest.nodes import CONTAINERS, Node, Tree, note, paragraph
from ingest.records import Line
from ingest.scan import Scan


def attach_body(tree: Tree, scan: Scan, index: int, count: int) -> int:
    """Open a text of its own under a title without a number; returns the index after the title."""
    first, last = scan.line(index), scan.line(index + count - 1)
    title = "".join(line.text for line, _ in scan.scanned[index : index + count])
    tree.begin_text(Node("annex", "annex", first.start, last.end, rank=0, heading=close_up(title)))
    return index + count


def attach_annex(tree: Tree, scan: Scan, index: int, marker: Marker) -> int:
    """Open an annex; its title may stand on the lines below its label. Returns the index after both."""
    line = scan.line(index)
    heading = line.text[marker.rest - line.start :]
    own_end = line.end
    index += 1
    if not heading:
        lines: list[Line] = []
        while index < len(scan) and len(lines) < 3 and scan.may_be_title(index, lines):
            lines.append(scan.line(index))
            index += 1
        if lines:
            heading, own_end = "".join(x.text for x in lines), lines[-1].end
    node = Node(
        "annex", "annex", line.start, own_end, marker, number=marker.printed or None, num=marker.num, index=marker.index,
        rank=0, heading=close_up(heading.rstrip("。.；;：:")) or None,
    )  # fmt: skip
    if tree.root.children:  # a file that is annex 3 and nothing else breaks no run of numbers
        tree.check_number(node, tree.root)
    tree.begin_text(node)
    return index


def attach_list(tree: Tree, scan: Scan, index: int, count: int) -> None:
    """Place the list of what is attached: one paragraph of the whole text, not of its last clause; it lists titles, not measures."""
    tree.close_until({"annex"})
    tree.add(paragraph(scan.line(index).start, scan.line(index + count - 1).end))


def attach_note(tree: Tree, scan: Scan, index: int, marker: Marker) -> None:
    """Place a note in the unit that is open around it."""
    line = scan.line(index)
    following = scan.marker(index + 1)
    # 注释： on a line of its own: the list below it is the note's, and both are the whole text's more than an outline's last unit's.
    is_headed = marker.rest >= line.end and following is not None and following.cls.name in ("item", "subitem", "circle")
    is_first = re.match(r"1\s*[.．、](?!\d)", line.text[marker.rest - line.start :]) is not None
    opens_list = is_headed or (is_first and following is not None and following.cls.name == "item" and following.num == 2)
    parent = next((n for n in reversed(tree.stack) if (n.kind in CONTAINERS if is_headed else n.holds_others)), tree.root)
    parent.settle_inline()
    node = note(line, marker)
    parent.children.append(node)
    if opens_list:
        while tree.top is not parent:
            tree.stack.pop()
        node.rank = marker.cls.rank
        tree.stack.append(node)


def attach_footnote(tree: Tree, scan: Scan, line: Line) -> None:
    """A footnote is a note of the unit whose paragraph bears its mark: the one that stands before it."""
    parent = tree.top
    last = parent.children[-1] if parent.children else None
    span = scan.note_at(line)
    if last is not None and span is not None and last.kind == "note" and span[0] <= last.start < span[1]:
        last.own_end = line.end  # a second line of the same note
        return
    mark = re.match(r"\[\d+\]|[①-⑳]|\S{1,3}(?=\s)", line.text)
    tree.add(Node("note", "note", line.start, line.end, number=mark[0] if mark else None))

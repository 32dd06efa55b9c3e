"""Tell levels: what a marker means in its place, by the stack of open units and the run of the numbers."""

from __future__ import annotations

import re

from ingest.markers import BULLET, Marker, marker_classes
from ingest.nodes import DEEPEST, Node, Tree
from ingest.scan import LONGEST_BARE_HEADING, Scan

MOST_QUOTED = 20  # elements of a law's list that an item quotes
_RANK_IN_ARTICLE = 4.5  # of 一、 in an article that stands under no part: a list in it


def open_level(tree: Tree, scan: Scan, index: int, marker: Marker) -> float:
    """Close what the marker closes, so that the unit it opens belongs to the top of the tree; returns its rank."""
    cls = marker.cls
    open_same = tree.open_of(cls.name)
    rank = float(cls.rank)
    if cls.name == "part" and tree.in_article and not any(n.prefix == "part" for n in tree.stack):
        rank = _RANK_IN_ARTICLE
    if open_same is not None:
        if _nests_anew(tree, scan, index, marker, open_same):
            return tree.top.rank + 0.01
        rank = open_same.rank
    elif (quoted := _quoted_list(tree, marker)) is not None:
        del tree.stack[quoted:]
        return rank
    elif _nests_below(tree, scan, index, marker):
        top = tree.top
        tree.nested.add((cls.name, top.marker.cls.name if top.marker else ""))
        _settle_heading(top, scan)
        return top.rank + 0.01
    tree.close_rank(rank)
    return rank


def _quoted_list(tree: Tree, marker: Marker) -> int | None:
    """Where in the stack （三） stands that the item before quotes from a law, if 26. goes on with the list of 25.

    Without （一） right behind 25. the clauses opened no list of the text's own.
    """
    at = next((i for i in range(len(tree.stack) - 1, 0, -1) if (m := tree.stack[i].marker) and m.cls.name == "clause"), None)
    if at is None or marker.cls.name != "item" or (marker.num or 0) < 2 or any(n.rank <= marker.cls.rank for n in tree.stack[at + 1 :]):
        return None
    siblings = tree.stack[at - 1].children
    first = len(siblings)
    while first > max(0, len(siblings) - MOST_QUOTED) and (m := siblings[first - 1].marker) is not None and m.cls.name == "clause":
        first -= 1
    if first == len(siblings) or siblings[first].num == 1:
        return None
    before = next((n for n in reversed(siblings[max(0, first - MOST_QUOTED) : first]) if n.kind != "paragraph"), None)
    goes_on = before is not None and before.marker is not None and before.marker.cls.name == "item" and before.num == (marker.num or 0) - 1
    return at if goes_on else None


def _nests_below(tree: Tree, scan: Scan, index: int, marker: Marker) -> bool:
    """True where a class that usually stands higher opens a list below the open unit: （一） under 1. under no part.

    Two things tell: the open unit's own list goes on after this one, or its text ends in a colon.
    """
    top = tree.top
    if len(tree.stack) > DEEPEST or marker.num != 1 or top.marker is None or top.rank < marker.cls.rank or top.kind not in ("item", "goal", "clause"):
        return False
    if marker.cls.rank < 3:
        return False
    # What was told once holds for the list's other elements too.
    if _leads_over(scan, index) or (marker.cls.name, top.marker.cls.name) in tree.nested:
        return True
    return scan.goes_on_below(index, top.marker, marker, (top.num or 0) + 1)


def _nests_anew(tree: Tree, scan: Scan, index: int, marker: Marker, open_same: Node) -> bool:
    """True where a list of a class that is open already begins below a deeper unit: 1. under （1） under 1.

    It does where the deeper unit's text ends in a colon and the list begins at one.
    """
    top = tree.top
    return (
        len(tree.stack) <= DEEPEST
        and marker.num == 1
        and top is not open_same
        and top.kind in ("item", "clause", "goal")
        and (open_same.num or 0) >= 1
        and marker.cls.rank >= 5
        and _leads_over(scan, index)
    )


def _leads_over(scan: Scan, index: int) -> bool:
    return scan.line(index - 1).text.endswith((":", "："))


def _settle_heading(node: Node, scan: Scan) -> None:
    """Take a short line that turns out to have a list below it for the unit's heading."""
    if node.heading is None and node.inline is not None and not node.children:
        line = scan.line_at(node.start)
        if line is None or node.inline[1] != line.end:
            return
        text = line.text[node.inline[0] - line.start :]
        if len(text) <= LONGEST_BARE_HEADING and not re.search(r"[。；;，,：:！？]", text):
            node.heading, node.own_end, node.inline = text, node.inline[1], None


def infer_lost_number(tree: Tree, scan: Scan, index: int) -> Marker | None:
    """Return the marker that a heading has lost, when its neighbours tell it.

    A web editor turns 二、总体要求 into a bullet: the line is short and no sentence, and the
    next number of the same class leaves out exactly one.
    """
    line = scan.line(index)
    bullet = BULLET.match(line.text)
    title = line.text[bullet.end() :] if bullet else line.text
    if tree.in_box or not title or len(title) > LONGEST_BARE_HEADING or re.search(r"[。；;，,：:|]", title):
        return None
    for name in ("part", "clause"):
        last = tree.last.get(name)
        if last is None or scan.next_number(index, name) != last + 2:
            continue
        if not bullet and not scan.is_only_bare_heading(index, name):
            continue
        number = bullet[0].strip() if bullet else ""
        rest = line.start + (bullet.end() if bullet else 0)
        return Marker(marker_classes()[name], number, last + 1, rest)
    return None


def expected_numbers(tree: Tree) -> dict[str, set[int]]:
    """The numbers with which each sequence outside a box may go on from here."""
    expected: dict[str, set[int]] = {}
    for name in ("part", "clause"):
        opened = tree.open_of(name)
        last = tree.last.get(name, 0)
        if opened is not None and opened.num is not None:
            expected[name] = {opened.num + 1}
        else:
            expected[name] = {last + 1} if name == "part" else {1, last + 1}
    return expected


def closes_text(tree: Tree, scan: Scan, index: int) -> bool:
    """True for closing words after the last clause, where every clause before is one paragraph and no more."""
    if tree.in_box or not scan.ends_here(index):
        return False
    clause = next((n for n in reversed(tree.stack) if n.kind == "clause"), None)
    if clause is None or tree.top is not clause or clause.inline is None or clause.children:
        return False
    clauses = [c for n in _siblings_of_parts(tree) for c in n.children if c.kind == "clause" and c is not clause]
    return len(clauses) >= 3 and all(c.inline is not None and not c.children for c in clauses)


def _siblings_of_parts(tree: Tree) -> list[Node]:
    top = next((n for n in reversed(tree.stack) if n.kind == "annex"), tree.root)
    return [top, *(child for child in top.children if child.kind in ("part", "chapter"))]

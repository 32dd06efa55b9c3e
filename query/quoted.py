"""Show the words that an address quotes: marked where they stand in a tree of provisions, and what became of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from align.wording import compare_words
from query.addresses import write_address
from query.anchor import Anchor, Located, Span, locate, make_solid
from query.changes import trace
from query.documents import describe_document, read_document
from query.layout import split_own, unbreak, walk
from query.provisions import read_provision

_LONGEST_COMPARED = 400
#: The ids that a page gives to the first of the words: what an address jumps to, and where a warning leads from there.
TARGET, PLACE = "quoted", "quoted-words"
_THERE = ("exact", "elsewhere", "unsure")
_SURROUNDINGS = 40  # characters shown before and after words that have changed

Tree = list[dict[str, Any]]


@dataclass(frozen=True)
class Piece:
    """Words that a page prints of a unit: ``part`` is mark, lead, tail, group, head_N or cell_N."""

    unit: dict[str, Any]
    part: str
    words: str


def list_pieces(tree: Tree) -> list[Piece]:
    """List what a page prints of a tree, in the order in which it prints it.

    A number that was inferred is not the source's, so it cannot be quoted. A box prints its rows before its notes.
    """
    return list(_pieces(tree))


def mark_quoted(tree: Tree, anchor: Anchor) -> dict[str, Any]:
    """Find an anchor's words in a tree and set ``quoted`` on the units that have some: ``{part: [(start, end)]}``.

    The first of these units gets ``quoted_first`` too: the part, and the id of the words in it.

    Returns ``{"state", "places": n, "words", "now", "before", "after"}``; see ``query.anchor`` for the states. ``words``
    are those found, where it is one place, ``now`` those that stand in their place; ``before`` and ``after`` around them.
    """
    pieces = list_pieces(tree)
    text = "".join(make_solid(piece.words) for piece in pieces)
    found = locate(text, anchor)
    for span in found.places:
        _mark(pieces, span)
    for piece in pieces:
        if piece.part in (piece.unit.get("quoted") or {}):
            # What needs a word of warning is not jumped to: the warning is.
            piece.unit["quoted_first"] = (piece.part, TARGET if found.state == "exact" else PLACE)
            break
    return _describe(text, found)


def follow(conn: sqlite3.Connection, shown: dict[str, Any], eid: str | None, anchor: Anchor) -> dict[str, Any]:
    """Mark an anchor's words in what a page shows, and say what became of them in other versions.

    ``shown`` is a document (see ``read_document``) or a provision (see ``read_provision``). Returns ``anchor``,
    ``here`` (see ``mark_quoted``), ``n`` (the version shown), ``elsewhere``: what another version says that matters —
    where the words do not stand here, the newest that has them; on a pinned page the current one, where they do not
    stand as they did — as ``{"n", "eid", "state", "address", "is_current", …}`` or None; ``moved``: the same of the place in
    the version shown that the quoted provision has moved to, where the words stand there, or None; and ``now``: what
    stands in their place, ``{"n", "before", "after", "quoted", "words"}``, the last two in pieces with whether the other has
    them, or None.
    """
    document = shown["document"] if eid else shown
    tree = [shown] if eid else shown["provisions"]
    here = mark_quoted(tree, anchor)
    n, current = document["version"]["n"], _current(document)
    place = _Place(conn, document, eid, anchor)
    other = moved = None
    if here["state"] == "changed":
        # The address names what it named in each version, which a later one may have numbered otherwise.
        others = [version["n"] for version in reversed(document["versions"]) if version["n"] != n]
        found = (place.look_up(one, eid) for one in others)
        other = next((one for one in found if one and one["state"] in _THERE), None)
        moved = place.follow_from(other["n"], eid, n) if other and eid else None
    elif here["state"] != "damaged" and n != current:
        other = place.look_up(current, place.trace(document, eid, current)) or {"n": current, "eid": eid, "state": "gone", "now": None}
        other = other if other["state"] in ("changed", "gone") else None
    for one in (other, moved):
        if one:
            one["is_current"] = one["n"] == current
            one["address"] = f"{write_address(document['id'], one['eid'], one['n'])}?{anchor.query()}#quoted"
    if other:
        for unit in walk(tree):
            if unit.get("quoted_first"):
                unit["quoted_first"] = (unit["quoted_first"][0], PLACE)
    changed = next((one for one in ({"n": n, **here}, other) if one and one["now"]), None)
    now = None
    if changed:
        words, quoted = changed["now"], next((one["words"] for one in (here, other) if one and one.get("words")), None)
        is_known = quoted or not anchor.to  # what stood between the two ends
        quoted = quoted or anchor.shown
        if is_known and max(len(quoted), len(words)) <= _LONGEST_COMPARED:
            pieces = compare_words(quoted, words)[0], compare_words(words, quoted)[0]
        else:
            pieces = [(quoted, True)], [(words, True)]
        now = {"n": changed["n"], "before": changed["before"], "after": changed["after"], "quoted": pieces[0], "words": pieces[1]}
    return {"anchor": anchor, "here": here, "n": n, "elsewhere": other, "moved": moved, "now": now}


def split_at(words: str, spans: list[Span]) -> list[tuple[str, bool]]:
    """Cut words at spans (in order): ``[(piece, is inside a span)]``."""
    cut = []
    at = 0
    for start, end in spans:
        cut += [(words[at:start], False), (words[start:end], True)]
        at = end
    cut.append((words[at:], False))
    return [piece for piece in cut if piece[0]]


def _pieces(units: Tree) -> Iterator[Piece]:
    group = None
    for unit in units:
        if unit["kind"] == "row":
            if unit["group_name"] and unit["group_name"] != group:
                yield Piece(unit, "group", unit["group_name"])
            group = unit["group_name"]
            for n, cell in enumerate(unit["cells"] or [unit["own"]]):
                yield Piece(unit, f"cell_{n}", unbreak(cell))
            continue
        own = split_own(unit)
        if not unit["number_inferred"]:
            yield Piece(unit, "mark", own["mark"])
        yield Piece(unit, "lead", own["lead"])
        if unit["kind"] == "box":
            if not unit["cells"] and not own["lead"]:
                yield Piece(unit, "tail", own["tail"])
            for n, head in enumerate(unit["cells"] or []):
                yield Piece(unit, f"head_{n}", unbreak(head))
            rows = [child for child in unit["children"] if child["kind"] == "row"]
            yield from _pieces(rows)
            yield from _pieces([child for child in unit["children"] if child["kind"] != "row"])
            continue
        yield Piece(unit, "tail", own["tail"])
        yield from _pieces(unit["children"])


def _mark(pieces: list[Piece], span: Span) -> None:
    at = 0
    for piece in pieces:
        first, after = max(0, span[0] - at), max(0, span[1] - at)
        length = len(make_solid(piece.words))
        at += length
        if first < min(after, length):
            solid = [place for place, sign in enumerate(piece.words) if make_solid(sign)]
            inside = solid[first:after]
            spans = piece.unit.setdefault("quoted", {}).setdefault(piece.part, [])
            start, end = inside[0], inside[-1] + 1
            if spans and start <= spans[-1][1]:  # of two places that overlap
                start, end = spans[-1][0], max(end, spans[-1][1])
                spans.pop()
            spans.append((start, end))


def _describe(text: str, found: Located) -> dict[str, Any]:
    start, end = found.now or (0, 0)
    words = text[slice(*found.places[0])] if len(found.places) == 1 else None
    return {
        "state": found.state,
        "places": len(found.places),
        "words": words,
        "now": text[start:end] if found.now else None,
        "before": text[max(0, start - _SURROUNDINGS) : start] if found.now else "",
        "after": text[end : end + _SURROUNDINGS] if found.now else "",
    }


def _current(document: dict[str, Any]) -> int:
    return next((row["n"] for row in document["versions"] if row["id"] == document["current_version"]), document["version"]["n"])


class _Place:
    """Where an anchor's words are looked for in the other versions of a document."""

    def __init__(self, conn: sqlite3.Connection, document: dict[str, Any], eid: str | None, anchor: Anchor) -> None:
        self._conn, self._document, self._eid, self._anchor = conn, document, eid, anchor

    def look_up(self, n: int, eid: str | None) -> dict[str, Any] | None:
        """What the anchor finds in a version; None where that version has no such place."""
        if self._eid and eid is None:
            return None
        if eid:
            other = read_provision(self._conn, self._document["id"], eid, n)
            tree = [other] if other else []
        else:
            other = read_document(self._conn, self._document["id"], n)
            tree = other["provisions"] if other else []
        return {"n": n, "eid": eid, **mark_quoted(tree, self._anchor)} if tree else None

    def trace(self, document: dict[str, Any], eid: str | None, n: int) -> str | None:
        """The eid that a provision of a document's shown version has in another one; None where it has none."""
        return next((row["eid"] for row in trace(self._conn, document, eid) if row["n"] == n), None) if eid else None

    def follow_from(self, start: int, eid: str, n: int) -> dict[str, Any] | None:
        """What the anchor finds in version ``n`` where the provision stands now that was ``eid`` in an older one."""
        older = describe_document(self._conn, self._document["id"], start)
        new = self.trace(older, eid, n)
        found = self.look_up(n, new) if new and new != eid else None
        return found if found and found["state"] in _THERE else None

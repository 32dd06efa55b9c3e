"""How a provision is printed: its tree, and its own characters as number, heading and words."""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from typing import Any

import cn2an

_CLOSING = re.compile(r"[。．.：:；;！!？?]+")
_BROKEN_LINE = re.compile(r"[^\S\n]*\n\s*")
_NUMBERED_AS = {
    "part": "{han}、",
    "chapter": "第{han}章",
    "section": "第{han}节",
    "article": "第{han}条",
    "clause": "（{han}）",
    "box": "专栏{num}",
    "annex": "附件{num}",
}
_ASCII = re.compile(r"[!-~]")


def nest(units: list[dict[str, Any]], text: str, offset: int = 0) -> list[dict[str, Any]]:
    """Nest provisions (in the order of the document) into a tree by ``parent_id``.

    ``text`` is the part of the version's reading text that begins at ``offset`` and covers all of them.
    Each unit gains ``own`` (its own characters, verbatim), ``children``, and ``run_on``: True for a paragraph
    that is printed on its heading's line. Units whose parent is not among them become roots.
    """
    by_id = {unit["id"]: unit for unit in units}
    roots = []
    for unit in units:
        unit["own"] = text[unit["start"] - offset : unit["own_end"] - offset]
        unit["cells"] = json.loads(unit["cells"]) if unit["cells"] else None
        unit["run_on"] = False
        unit["children"] = []
        parent = by_id.get(unit["parent_id"])
        if parent is None:
            roots.append(unit)
            continue
        if not parent["children"] and unit["kind"] == "paragraph":
            between = text[parent["own_end"] - offset : unit["start"] - offset]
            unit["run_on"] = "\n" not in between
        parent["children"].append(unit)
    return roots


def mark_parts(units: list[dict[str, Any]], indicators: list[dict[str, Any]]) -> None:
    """Set ``part_of`` on rows whose indicator is a part (其中) of another one's; ``units`` is flat."""
    parts = {indicator["provision_id"]: indicator["part_of"] for indicator in indicators if indicator["part_of"]}
    for unit in units:
        unit["part_of"] = parts.get(unit["id"])


def walk(units: list[dict[str, Any]]):
    """Yield the units of a tree in the order of the document."""
    for unit in units:
        yield unit
        yield from walk(unit["children"])


def split_own(unit: dict[str, Any]) -> dict[str, str]:
    """Split a unit's own characters into ``mark`` (the number as printed), ``lead`` (the heading with the
    punctuation that closes it) and ``tail`` (the words after it). Nothing but white space is dropped.

    Where a number was inferred, ``mark`` is what stands in its place in the source.
    """
    own = unit["own"].strip()
    mark = ""
    rest = own
    if unit["number"]:
        after = _skip(own, unit["number"])
        if after is not None:
            mark, rest = own[: len(own) - len(after)], after.lstrip()
        elif unit["heading"] and (found := own.find(unit["heading"][:4])) > 0:
            mark, rest = own[:found].strip(), own[found:]
    lead = ""
    if unit["heading"]:
        after = _skip(rest, unit["heading"])
        if after is not None:
            closing = _CLOSING.match(after)
            cut = len(rest) - len(after) + (closing.end() if closing else 0)
            lead, rest = rest[:cut], rest[cut:]
    return {"mark": mark.strip(), "lead": unbreak(lead.strip()), "tail": unbreak(rest.strip())}


def mark_own(unit: dict[str, Any], own: dict[str, str]) -> dict[str, list[tuple[str, str | None]]]:
    """Cut the parts of ``split_own`` at a unit's ``marks``: ``[(words, kind of the mark or None)]`` by part.

    Marks are (start, end, kind, …) in the unit's own characters. The parts hold these but for white space, so the
    characters that are none are counted off.
    """
    solid = [place for place, character in enumerate(unit["own"]) if not character.isspace()]
    kinds: dict[int, tuple[int, str]] = {}  # by number of the solid character: which mark, of what kind
    for n, (start, end, kind, *_) in enumerate(unit["marks"]):
        for number in range(bisect_left(solid, start), bisect_left(solid, end)):
            kinds[number] = (n, kind)
    cut: dict[str, list[tuple[str, str | None]]] = {}
    number = 0
    for part in ("mark", "lead", "tail"):
        pieces: list[tuple[str, tuple[int, str] | None]] = []
        for character in own[part]:
            # White space that stands inside a mark is of it, at its edge it is not.
            mark = kinds.get(number)
            if character.isspace():
                mark = mark if mark and mark == kinds.get(number - 1) else None
            else:
                number += 1
            if pieces and pieces[-1][1] == mark:
                pieces[-1] = (pieces[-1][0] + character, mark)
            else:
                pieces.append((character, mark))
        cut[part] = [(words, mark[1] if mark else None) for words, mark in pieces]
    return cut


def show_number(unit: dict[str, Any]) -> str:
    """Return a unit's number as printed; where it was inferred, as it would have been printed (``二、``)."""
    if not unit["number_inferred"] or unit["num"] is None:
        return unit["number"] or ""
    han = cn2an.an2cn(unit["num"])
    return _NUMBERED_AS.get(unit["kind"], "{num}.").format(han=han, num=unit["num"])


def unbreak(words: str) -> str:
    """Join lines that the source broke inside one unit: without a space, except between two Latin characters."""

    def join(match: re.Match[str]) -> str:
        around = words[match.start() - 1 : match.start()] + words[match.end() : match.end() + 1]
        return " " if len(_ASCII.findall(around)) == 2 else ""

    return _BROKEN_LINE.sub(join, words)


def _skip(words: str, prefix: str) -> str | None:
    """Return what follows ``prefix`` at the start of ``words``, white space not counting; None if it is not there."""
    position = 0
    for character in prefix:
        if character.isspace():
            continue
        while position < len(words) and words[position].isspace():
            position += 1
        if position >= len(words) or words[position] != character:
            return None
        position += 1
    return words[position:]

"""Leave out a table of contents: lines that name, in order, the headings that come later."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace

from ingest.markers import recognise
from ingest.records import Line, Noise
from ingest.rules import noise_rule
from lang.tokens import fold

_TITLE = re.compile(r"目\s*[录錄次]|編章節|编章节|contents", re.I)
_LEADER = re.compile(r"(?:[.．·…‥﹒_\s-]{2,}|\s)\s*[-—(（]?\s*(?:\d{1,4}|[IVXivx]{1,5})\s*[-—)）]?\s*\Z|[.．·…‥]{3,}\s*\Z")
_DOTTED = re.compile(r"[.．·…‥]{3,}\s*[-—(（]?\s*\d{1,4}\s*[-—)）]?\s*\Z")
LEAST_ENTRIES = 3
LEAST_UNTITLED = 5
LONGEST_ENTRY = 80


def leave_out_contents(lines: tuple[Line, ...]) -> tuple[tuple[Line, ...], tuple[Noise, ...]]:
    """Return the lines without a table of contents, and its lines as noise.

    A run of lines is one only if what it names stands again further down, so that no heading is lost with it.
    """
    starts = [i for i, line in enumerate(lines[:400]) if _TITLE.fullmatch(line.text)]
    dotted = next((i for i, line in enumerate(lines[:400]) if _DOTTED.search(line.text)), None)
    if not starts and dotted is not None:
        starts = [dotted - 1]
    if not starts:
        # No title, no dots: headings in a row, the first of which stands again below.
        first = next((i for i, line in enumerate(lines[:100]) if _opens_untitled(lines, i)), None)
        starts = [first - 1] if first is not None else []
    for start in starts:
        end = _end_of(lines, start)
        if end is not None:
            rule = noise_rule("contents")
            first = max(start, 0) if start >= 0 and _TITLE.fullmatch(lines[start].text) else start + 1
            noise = tuple(Noise(x.start, x.end, rule.id, rule.reason) for x in lines[first:end])
            return (*lines[:first], *lines[end:]), noise
    return lines, ()


def _opens_untitled(lines: Sequence[Line], index: int) -> bool:
    """True for the first of at least five marked lines in a row that all stand again below, as they are."""
    run = lines[index : index + LEAST_UNTITLED]
    if len(run) < LEAST_UNTITLED or not all(len(x.text) <= 40 and _is_marked(x) and not re.search(r"[。；;]", x.text) for x in run):
        return False
    below = [re.sub(r"\s", "", line.text) for line in lines[index + LEAST_UNTITLED :]]
    place = 0
    for line in run:
        wanted = re.sub(r"\s", "", _LEADER.sub("", line.text))
        while place < len(below) and below[place] != wanted:
            place += 1
        place += 1
    return place <= len(below)


def _end_of(lines: Sequence[Line], start: int) -> int | None:
    """Index after the last entry of the contents whose title stands at ``start``."""
    entries: list[str] = []
    text, places = _joined(lines, start + 1)
    index = start + 1
    while index < len(lines) and len(lines[index].text) <= LONGEST_ENTRY:
        entry = _plain(lines[index].text)
        if not entry:
            index += 1
            continue
        if entry in entries[:1] or not _stands_below(entry, text, places, index - start):
            break
        entries.append(entry)
        index += 1
    if len(entries) < LEAST_ENTRIES or sum(_is_marked(lines[i]) for i in range(start + 1, index)) * 2 < len(entries):
        return None
    return index


def _joined(lines: Sequence[Line], start: int) -> tuple[str, list[int]]:
    """The text from a line on without blanks, and where in it each line begins."""
    pieces, places, length = [], [], 0
    for line in lines[max(start, 0) :]:
        places.append(length)
        pieces.append(_plain(line.text))
        length += len(pieces[-1])
    return "".join(pieces), places


def _stands_below(entry: str, text: str, places: list[int], after: int) -> bool:
    """True where a line further down begins with the entry, though number and heading be on two lines (4.2 / 应急响应)."""
    place = text.find(entry, places[after] if after < len(places) else len(text))
    while place >= 0:
        found = bisect_left(places, place)
        if found < len(places) and places[found] == place:
            return True
        place = text.find(entry, place + 1)
    return False


def _is_marked(line: Line) -> bool:
    return recognise(replace(line, text=re.sub(r"\A[•·\s]+", "", line.text))) is not None


def _plain(text: str) -> str:
    return re.sub(r"[\s•]", "", fold(_LEADER.sub("", text)))

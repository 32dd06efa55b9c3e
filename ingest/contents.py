"""Leave out a table of contents: lines that name, in order, the headings that come later."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from itertools import accumulate

from ingest.markers import recognise
from ingest.records import Line, Noise
from ingest.rules import noise_rule
from lang.tokens import fold

_TITLE = re.compile(r"目\s*[录錄次]|編章節|编章节|contents", re.I)
# From where a run of dots or blanks begins, and nothing of it given back: else 300 blanks are read in millions of ways.
_LEADER = re.compile(
    r"(?<![.．·…‥﹒_\s-])(?:[.．·…‥﹒_\s-]{2,}+|\s)[-—(（]?\s*+(?:\d{1,4}|[IVXivx]{1,5})\s*+[-—)）]?\s*\Z"
    r"|(?<![.．·…‥])[.．·…‥]{3,}+\s*\Z"
)
_DOTTED = re.compile(r"[.．·…‥]{3,}\s*[-—(（]?\s*\d{1,4}\s*[-—)）]?\s*\Z")
# 某大会批准目 录, II 目 录: the heading run together with what stands before it.
_GLUED_TITLE = re.compile(r"(?P<before>.*?)\s*(?P<title>目\s+[录錄次])\Z")
_PAGE = re.compile(r"[IVXivx\d](?:\s?[IVXivx\d]){0,4}")
_ROMAN = re.compile(r"[IVXivx](?:\s?[IVXivx]){0,4}")
_FAR = re.compile(r"(?<![.．·…‥])[.．·…‥]{6,}+\s*[-—(（]?\s*(?:\d{1,4}|[IVXivx]{1,6})\s*[-—)）]?\s*\Z")  # dots all the way to a page number
LEAST_STANDING = 0.6  # of the entries; an excerpt lacks some of what its contents name
LEAST_ENTRIES = 3
LEAST_UNTITLED = 5
LONGEST_ENTRY = 80
LONGEST_LEADER = 300  # characters; a line of 200,000 dots is tried from each of them


def leave_out_contents(lines: tuple[Line, ...]) -> tuple[tuple[Line, ...], tuple[Noise, ...]]:
    """Return the lines without a table of contents, and its lines as noise.

    A run of lines is one only if what it names stands again further down, so that no heading is lost with it.
    """
    starts = [i for i, line in enumerate(lines[:400]) if _TITLE.fullmatch(line.text)]
    dotted = next((i for i, line in enumerate(lines[:400]) if _DOTTED.search(line.text[-LONGEST_LEADER:])), None)
    if not starts and dotted is not None:
        starts = [dotted - 1]
    if not starts:
        # No title, no dots: headings in a row, the first of which stands again below.
        plain = [re.sub(r"\s", "", line.text) for line in lines]
        first = next((i for i, line in enumerate(lines[:100]) if _opens_untitled(lines, i, plain)), None)
        starts = [first - 1] if first is not None else []
    glued = next((i for i, line in enumerate(lines[:400]) if _is_glued(lines, i)), None)
    if glued is not None:
        title = _GLUED_TITLE.match(lines[glued].text)
        assert title is not None
        line, cut = lines[glued], 0 if _ROMAN.fullmatch(title["before"]) else title.end("before")
        before = () if cut == 0 else (replace(line, end=line.start + cut, text=line.text[:cut]),)
        after = replace(line, start=line.start + title.start("title"), text=title["title"]) if cut else line
        lines = (*lines[:glued], *before, after, *lines[glued + 1 :])
        starts = [glued + len(before)]
    below = _Below(lines) if starts else None
    for start in starts:
        end = _end_of(lines, start, below) if below is not None else None
        if end is not None:
            rule = noise_rule("contents")
            first = max(start, 0) if start >= 0 and (_TITLE.fullmatch(lines[start].text) or start == glued) else start + 1
            noise = tuple(Noise(x.start, x.end, rule.id, rule.reason) for x in lines[first:end])
            return (*lines[:first], *lines[end:]), noise
    return lines, ()


def _is_glued(lines: Sequence[Line], index: int) -> bool:
    """True for a line that ends with the heading of a contents whose entries, with dots and page numbers, come next."""
    title = _GLUED_TITLE.match(lines[index].text) if len(lines[index].text) <= LONGEST_ENTRY else None
    return title is not None and title["before"] != "" and any(_FAR.search(x.text[-LONGEST_LEADER:]) for x in lines[index + 1 : index + 3])


def _opens_untitled(lines: Sequence[Line], index: int, plain: Sequence[str]) -> bool:
    """True for the first of at least five marked lines in a row that all stand again below, as they are."""
    run = lines[index : index + LEAST_UNTITLED]
    if len(run) < LEAST_UNTITLED or not all(len(x.text) <= 40 and _is_marked(x) and not re.search(r"[。；;]", x.text) for x in run):
        return False
    place = index + LEAST_UNTITLED
    for line in run:
        wanted = re.sub(r"\s", "", _LEADER.sub("", line.text))  # at most 40 characters long
        while place < len(plain) and plain[place] != wanted:
            place += 1
        place += 1
    return place <= len(plain)


def _end_of(lines: Sequence[Line], start: int, below: _Below) -> int | None:
    """Index after the last entry of the contents whose title stands at ``start``."""
    is_titled = start >= 0 and _TITLE.fullmatch(lines[start].text) is not None
    is_closed = False  # the first entry comes again: there the text begins
    entries: list[str] = []
    index = start + 1
    end = index  # after the last entry
    missing = 0
    absent = 0  # entries behind those that stand below: the text was cut off before them
    while index < len(lines):
        text = lines[index].text
        dotted = len(text) <= LONGEST_LEADER and _FAR.search(text) is not None
        if len(text) > LONGEST_ENTRY and not dotted:
            break
        entry = below.plain[index]
        if not entry or (entries and _PAGE.fullmatch(text)):
            index += 1
            end = index if not entry or _ROMAN.fullmatch(text) else end
            continue
        if entry in entries[:1]:
            is_closed = True
            break
        if not below.opens_line(entry, index + 1):
            if not dotted and not (is_titled and entries and below.is_marked(index)):
                break
            missing += dotted
            absent += not dotted
        elif absent:
            break
        entries.append(entry)
        index += 1
        end = index
    if absent and not is_closed:
        return None
    if len(entries) < LEAST_ENTRIES or sum(map(below.is_marked, range(start + 1, end))) * 2 < len(entries):
        return None
    return end if missing <= (1 - LEAST_STANDING) * len(entries) else None


class _Below:
    """Tells whether a line further down begins with an entry, though number and heading be on two lines (4.2 / 应急响应).

    What is told of a line is kept: each of hundreds of titles (目录) is followed by the same lines.
    """

    def __init__(self, lines: Sequence[Line]) -> None:
        self.is_marked = cache(lambda index: _is_marked(lines[index]))
        self.plain = plain = [_plain(line.text) for line in lines]
        text = "".join(plain)
        places = accumulate(map(len, plain), initial=0)
        # What the text goes on with at each line, in the order of characters: lines that begin alike are neighbours.
        opened = sorted((text[place : place + LONGEST_ENTRY], index) for index, place in zip(range(len(plain)), places))
        self._openings = [opening for opening, _ in opened]
        self._indexes = [index for _, index in opened]
        self._last: dict[str, int] = {}  # of each entry that was asked for, the last line that begins with it

    def opens_line(self, entry: str, first: int) -> bool:
        """True where the line at ``first`` or one after it begins with the entry."""
        entry = entry[:LONGEST_ENTRY]  # folding may have lengthened it
        if entry not in self._last:
            start = bisect_left(self._openings, entry)
            end = bisect_left(self._openings, entry + "\U0010ffff", start)
            self._last[entry] = max(self._indexes[start:end], default=-1)
        return self._last[entry] >= first


def _is_marked(line: Line) -> bool:
    return recognise(replace(line, text=re.sub(r"\A[•·\s]+", "", line.text))) is not None


def _plain(text: str) -> str:
    return re.sub(r"[\s•]", "", fold(text[:-LONGEST_LEADER] + _LEADER.sub("", text[-LONGEST_LEADER:])))

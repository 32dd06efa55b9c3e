"""Leave out a table of contents: lines that name, in order, the headings that come later."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ingest.markers import recognise
from ingest.records import Line, Noise
from ingest.rules import noise_rule

_TITLE = re.compile(r"目\s*[录錄次]|編章節|编章节|contents", re.I)
_LEADER = re.compile(r"(?:[.．·…‥﹒_\s-]{2,}|\s)\s*[-—(（]?\s*(?:\d{1,4}|[IVXivx]{1,5})\s*[-—)）]?\s*\Z|[.．·…‥]{3,}\s*\Z")
_DOTTED = re.compile(r"[.．·…‥]{3,}\s*[-—(（]?\s*\d{1,4}\s*[-—)）]?\s*\Z")
LEAST_ENTRIES = 3
LONGEST_ENTRY = 80


def leave_out_contents(lines: tuple[Line, ...]) -> tuple[tuple[Line, ...], tuple[Noise, ...]]:
    """Return the lines without a table of contents, and its lines as noise.

    A run of lines is one only if what it names stands again further down, so that no heading is lost with it.
    """
    starts = [i for i, line in enumerate(lines[:400]) if _TITLE.fullmatch(line.text)]
    dotted = next((i for i, line in enumerate(lines[:400]) if _DOTTED.search(line.text)), None)
    if not starts and dotted is not None:
        starts = [dotted - 1]
    for start in starts:
        end = _end_of(lines, start)
        if end is not None:
            rule = noise_rule("contents")
            first = max(start, 0) if start >= 0 and _TITLE.fullmatch(lines[start].text) else start + 1
            noise = tuple(Noise(x.start, x.end, rule.id, rule.reason) for x in lines[first:end])
            return (*lines[:first], *lines[end:]), noise
    return lines, ()


def _end_of(lines: Sequence[Line], start: int) -> int | None:
    """Index after the last entry of the contents whose title stands at ``start``."""
    entries: list[str] = []
    index = start + 1
    while index < len(lines) and len(lines[index].text) <= LONGEST_ENTRY:
        entry = _plain(lines[index].text)
        if not entry:
            index += 1
            continue
        if entry in entries[:1] or not _stands_below(entry, lines, index):
            break
        entries.append(entry)
        index += 1
    if len(entries) < LEAST_ENTRIES or sum(_is_marked(lines[i]) for i in range(start + 1, index)) * 2 < len(entries):
        return None
    return index


def _stands_below(entry: str, lines: Sequence[Line], index: int) -> bool:
    return any(_plain(line.text).startswith(entry) for line in lines[index + 1 :])


def _is_marked(line: Line) -> bool:
    return recognise(replace(line, text=re.sub(r"\A[•·\s]+", "", line.text))) is not None


def _plain(text: str) -> str:
    return re.sub(r"[\s•]", "", _LEADER.sub("", text))

"""Find the page numbers that the text of a printed page carries: bare on a line, or glued to what the next page opens with."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from statistics import median

LEAST_PAGES = 8
NEAREST, FARTHEST = 8, 80  # lines from one number to the next
LEAST_COVER = 0.6  # of the text's lines, from the first number to the last
LEAST_FOUND = 0.7  # of the numbers from the first to the last
SLACK = 1.5  # pages by which a number may come later: a table has more lines to a page, a picture few
LEAST_PAGE = 12  # lines that most pages have at least: the serial numbers of a table stand closer
MOST_STARTS = 60
# Pages are of one length, chapters (1总则, 2术语) are not: so many gaps of the run are within a fifth of the usual one.
LEAST_EVEN, EVEN = 0.7, 0.2
_BARE = re.compile(r"[1-9](?:\s?[0-9]){0,2}\Z")  # 2 7 of a page that sets its figures apart
# What may follow a glued number: 42 of 425.1.3 促进 and 1 of 1业，规划 are pages; 20 of 2025年 and 5 of 5个 are none.
_OPENS = re.compile(r"[“《（\u4e00-\u9fff]|\d{1,2}(?:[.．]\d{1,2}){1,2}(?:\s|[“\u4e00-\u9fff])")
_DOTTED = re.compile(r"[.．·…‥]{3,}\s*\d{1,4}\s*\Z")  # an entry of the contents
LONGEST_TAIL = 100
_UNIT = re.compile(r"[年月日万亿个人元名家项次户倍条周岁平公张届种类级批场期所座台部支只处款章节]")


def find_pages(lines: Sequence[str]) -> dict[int, int]:
    """Return the lines that open with a page's number, and how many characters the number has.

    Numbers are told by their run alone: at least eight pages of about one length, one number after the other
    over most of the text. A number that two lines may bear is left in the text.
    """
    best: dict[int, int] = {}
    for bare in (True, False):
        chain = _chain(_places(lines, bare), len(lines))
        if len(chain) > len(best):
            best = chain
    return best


def _places(lines: Sequence[str], bare: bool) -> Mapping[int, list[tuple[int, int]]]:
    """By number, the lines that may bear it and the length that it has there."""
    places: dict[int, list[tuple[int, int]]] = {}
    for index, raw in enumerate(lines):
        line = raw.strip()
        if not re.match("[1-9]", line) or _DOTTED.search(line[-LONGEST_TAIL:]):
            continue
        if bare:
            match = _BARE.match(line)
            if match:
                places.setdefault(int(re.sub(r"\s", "", match[0])), []).append((index, match.end()))
            continue
        for length in (1, 2, 3):
            rest = line[length : length + 12]
            if re.fullmatch("[1-9][0-9]*", line[:length]) and _OPENS.match(rest) and not _UNIT.match(rest):
                places.setdefault(int(line[:length]), []).append((index, length))
    return places


def _chain(places: Mapping[int, list[tuple[int, int]]], count: int) -> dict[int, int]:
    """The longest run of numbers over the text, as lines and lengths; none where no run tells pages."""
    best: list[tuple[int, int, int]] = []
    for first in (1, 2, 3):
        for start, length in places.get(first, [])[:MOST_STARTS]:
            run = _follow(places, first, start, length)
            if len(run) > len(best):
                best = run
    if len(best) < LEAST_PAGES or median(b[1] - a[1] for a, b in zip(best, best[1:])) < LEAST_PAGE:
        return {}
    best = _anchor(places, best)
    gaps = [(b[1] - a[1]) / (b[0] - a[0]) for a, b in zip(best, best[1:])]
    if not gaps or sum(abs(gap - median(gaps)) <= EVEN * median(gaps) for gap in gaps) < LEAST_EVEN * len(gaps):
        return {}
    numbers, spread = best[-1][0] - best[0][0] + 1, best[-1][1] - best[0][1]
    if len(best) < LEAST_FOUND * numbers or spread < LEAST_COVER * count:
        return {}
    return {index: length for _, index, length in best}


def _anchor(places: Mapping[int, list[tuple[int, int]]], run: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """The run with its first numbers found anew from behind: the length of a page was not known where it began."""
    page = median(b[1] - a[1] for a, b in zip(run, run[1:]))
    run = run[3:]
    while run[0][0] > 1:
        number, index, _ = run[0]
        able = places.get(number - 1, [])
        near = able[bisect_right(able, (index - page * (1 + SLACK), -1)) : bisect_right(able, (index - 1, 9))]
        if len(near) != 1:
            break
        run = [(number - 1, *near[0]), *run]
    return run


def _follow(places: Mapping[int, list[tuple[int, int]]], number: int, index: int, length: int) -> list[tuple[int, int, int]]:
    run = [(number, index, length)]
    gaps: list[float] = []
    missed = 0
    while missed < 3:
        number, index, _ = run[-1]
        step = missed + 1
        page = median(gaps) if len(gaps) >= 3 else None
        low, high = (NEAREST * step, FARTHEST * step) if page is None else (1, page * (step + SLACK))
        able = places.get(number + step, [])
        at = bisect_right(able, (index + low, -1))
        near = [one for one in able[at : at + 3] if one[0] <= index + high]
        if len(near) == 1 or (near and page is None):
            run.append((number + step, *near[0]))
            gaps.append((near[0][0] - index) / step)
            missed = 0
        else:
            missed += 1
    return run

"""Join lines that were broken by the width of a page: text copied out of a PDF or typed to a fixed width."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import replace

from ingest.paginate import find_pages
from ingest.records import Doubt, Noise
from ingest.rules import noise_rule

# Columns (a Han character is two): narrower text is a table or a poem, wider is not what a page's width breaks.
NARROWEST, WIDEST = 36, 120
SLACK = 4  # punctuation that may not open a line, and digits that stay together, leave a line short by so much
INDENT = 4  # a paragraph's first line is shorter where its indent was lost
LEAST_BROKEN = 5  # lines that break off at the width and go on below
LEAST_SHARE = 0.6
LONGEST_TAIL = 100  # characters that tell how a paragraph begins or ends; asked of all of it, a thousand lines take a million

# A sentence's end, or a contents' dots and page number, which are as wide as the page on every line.
_ENDS = re.compile(r"[。！？；：:;!?][”’」』）)]*\s*\Z|[.．·…‥]{3,}\s*\d{1,4}\s*\Z")
_STARTS = re.compile(
    r"\s*(?:第\s*[〇零一二三四五六七八九十百\d]+\s*[编章节条]|[一二三四五六七八九十]{1,3}\s*[、.．]|[(（]\s*[一二三四五六七八九十\d]{1,3}\s*[)）]"
    r"|\d{1,3}\s*[.．、](?!\d)|\d{1,2}(?:[.．]\d{1,2}){1,3}\s*[\u4e00-\u9fff]|[①-⑳]|—{2}|[•·●]|专\s*栏|附\s*[件录表])"
)
_LISTED = re.compile(r"[.．·…‥]{6,}\s*\d{1,4}\s*\Z")
_ROMAN = re.compile(r"[IVX](?:\s?[IVX]){0,4}")  # the number of a preface's page
_WIDE_BLANK = re.compile(r"[ \u3000]{2,}|\t")
_NATURE = re.compile(r"(?<!\S)(?:预期性|约束性)(?!\S)")


def unwrap(text: str) -> tuple[str, tuple[Doubt, ...], tuple[Noise, ...]]:
    """Return the text with broken lines joined, a doubt where a full line may or may not end a paragraph, and page numbers.

    Only white space changes; a text that no width has broken is returned as it is. A page number between
    the halves of a paragraph is moved behind it; one that is told by its run alone is noise here already.
    """
    width = _width_of(text)
    if width is None:
        return *_join_runs(text), ()
    lines = text.split("\n")
    page_number = noise_rule("page-number").regex
    assert page_number is not None
    out: list[str] = []
    doubts: list[Doubt] = []
    length = 0
    current: list[str] = []  # the pieces of the paragraph so far; put together once, since it may have thousands
    tail = last_line = ""  # how the paragraph ends so far
    held: list[tuple[str, bool]] = []  # page numbers met within a paragraph, and whether their run told them
    pages = find_pages(lines)
    rule = noise_rule("page-number-bare")
    noise: list[Noise] = []

    def put(line: str, is_page: bool = False) -> None:
        nonlocal length
        if is_page:
            noise.append(Noise(length, length + len(line), rule.id, rule.reason))
        out.append(line)
        length += len(line) + 1

    def flush() -> None:
        nonlocal tail, last_line
        if current:
            put("".join(current))
        current.clear()
        tail = last_line = ""
        for one in held:
            put(*one)
        held.clear()

    for index, line in enumerate(lines):
        if index in pages:
            number, line = line.strip()[: pages[index]], line.strip()[pages[index] :].lstrip()
            if current or held:
                held.append((number, True))
            else:
                put(number, True)
            if not line:
                continue
        if (page_number.fullmatch(line.strip()) or _ROMAN.fullmatch(line.strip())) and (current or held):
            held.append((line.strip(), False))
            continue
        if not line.strip():
            # A page break leaves blank lines in the middle of a sentence; else one ends the paragraph.
            if not (held and _goes_on(last_line, width)):
                flush()
                put("")
            continue
        ended = bool(_ENDS.search(tail))
        joins = bool(current) and not line[0].isspace() and _goes_on(last_line, width) and not (ended and _STARTS.match(line))
        if joins and _LISTED.search(tail):
            joins = False  # an entry of the contents ends with its page
        if joins and len(current) == 1 and _opens_outline(current[0], line):
            joins = False
        if joins and (re.search(r"\d\Z", tail) and re.match(r"\d", line) or _is_row(last_line) or _is_row(line)):
            joins = False  # 约110 and 12 of the next row are not 11012
        if joins and re.search(r"[。！？][”’」』）)]*\s*\Z", tail):
            # Sentence and line end together: the paragraph may too. It is not joined, so that no boundary is lost.
            at = length + sum(map(len, current))
            doubts.append(Doubt(at - 1, at, "wrap-uncertain", "整行与整句同时结束，不能确定此处是否另起一段，照分段收录"))
            joins = False
        if joins:
            glue = " " if re.search(r"[A-Za-z,]\Z", tail) and re.match(r"\s*[A-Za-z]", line) else ""
            current.append(glue + line.strip())
        else:
            flush()
            current.append(line.rstrip())
        tail = (tail + current[-1])[-LONGEST_TAIL:]
        last_line = line
    flush()
    joined = "\n".join(out)
    return joined, tuple(doubts), tuple(noise)


def _opens_outline(heading: str, line: str) -> bool:
    """True for 2.1 指导思想 below a heading as wide as the page: 二、…方针和主要目标."""
    return bool(_STARTS.match(heading) and not re.search(r"[，。；：,;:]", heading) and re.match(r"\d{1,2}(?:[.．]1){1,2}\s*[“\u4e00-\u9fff]", line))


def _goes_on(line: str, width: int) -> bool:
    """True where a line is as long as the width lets it be; one that breaks off in mid-sentence may lack an indent."""
    columns = _columns(line.strip())
    return columns >= width - SLACK - (0 if _ENDS.search(line.rstrip()[-LONGEST_TAIL:]) else INDENT)


def _is_row(line: str) -> bool:
    """True for a line that was a table's row: 10 城镇调查失业率 % 预期性 - <5.5, or three cells and more with wide blanks between."""
    return (bool(_NATURE.search(line)) and len(line.split()) > 2) or len(_WIDE_BLANK.findall(line.strip())) > 1


def _join_runs(text: str) -> tuple[str, tuple[Doubt, ...]]:
    """Join a sentence that a scraper broke where a page's font changed: 到 / 2025年，… and 扩大铁路 / “点对点”….

    The line breaks off without a mark, and what follows it can open no sentence of its own.
    """
    out: list[list[str]] = []  # of each line the pieces, put together once, since it may have thousands
    doubts: list[Doubt] = []
    length = 0
    head = tail = ""  # how the line before begins and ends
    has_comma = False
    for line in text.split("\n"):
        shown = line.strip()
        if tail and shown and _breaks_off(head, tail, has_comma, shown):
            doubts.append(Doubt(length - 2, length - 1, "line-joined", "原文在句中换行，据文意与下一行相连"))
            last = out[-1][-1]
            length += len(shown) - 1 - (len(last) - len(last.rstrip()))
            out[-1][-1] = last.rstrip()
            out[-1].append(shown)
            head, tail = (head + shown)[:LONGEST_TAIL], (tail + shown)[-LONGEST_TAIL:]
            has_comma = has_comma or "，" in shown
        else:
            out.append([line])
            length += len(line)
            head, tail, has_comma = shown[:LONGEST_TAIL], shown[-LONGEST_TAIL:], "，" in shown
        length += 1
    joined = "\n".join("".join(pieces) for pieces in out)
    return joined, tuple(replace(d, start=max(d.start, 0)) for d in doubts)


def _breaks_off(head: str, tail: str, has_comma: bool, following: str) -> bool:
    if _ENDS.search(tail) or _STARTS.match(following) or tail[-1] in "|｜）)":
        return False
    if following[0] in "，。；、）”》":
        return True
    if not re.match(r"[0-9A-Za-z“‘《]", following):
        return False
    prose = has_comma and not _STARTS.match(head)
    return prose or bool(re.fullmatch(r"[到至在从自以按将由经]", head))


def _width_of(text: str) -> int | None:
    """The width in columns that the text was broken at, or None where it was not."""
    # Rows of a table are as wide as each other, and no page's width has broken them.
    lines = [line.strip() for line in text.split("\n") if line.strip() and not _is_row(line)]
    columns = [_columns(line) for line in lines]
    widths = Counter(columns)
    best, most = None, 0
    for width in range(NARROWEST, WIDEST + 1):
        near = sum(n for w, n in widths.items() if width - SLACK <= w <= width)
        if near > most:
            best, most = width, near
    if best is None:
        return None
    low = best - SLACK - INDENT
    long = sum(n for w, n in widths.items() if w > 0.6 * best)
    near = sum(n for w, n in widths.items() if low <= w <= best)
    # At the width at which lines break, most lines that reach it stop in mid-sentence and go on below.
    broken = sum(
        low <= w <= best and not _ENDS.search(line) and not _STARTS.match(below)
        for w, line, below in zip(columns, lines, lines[1:])
    )
    wider = sum(n for w, n in widths.items() if w > best + SLACK)
    if broken < LEAST_BROKEN or broken < LEAST_SHARE * near or near < LEAST_SHARE * long:
        return None
    return best if wider <= 0.15 * len(lines) else None


def _columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in text)
